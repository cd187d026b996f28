//! What a run leaves behind.

use callboard_entity::{WorkflowOutputType, workflow_outputs as outputs, workflow_steps as steps};
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait};
use serde::{Deserialize, Serialize};

use super::rows;
use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::rules;

/// The outputs of a run in the order in which they were stored, or the one of that key.
///
/// # Errors
/// `NotFound` for the run, and for the key with the near ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunOutputs {
    /// By its id or its `workflow_id`.
    pub run: Ref,
    /// Only this one.
    #[serde(default)]
    pub key: Option<String>,
}

/// An output of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredOutput {
    /// Unique in the run.
    pub key: String,
    /// How the value is to be read.
    pub r#type: WorkflowOutputType,
    /// The text, or JSON for the types `json` and `citation_list`.
    pub value: String,
    /// The step that gave it; none where the run's code stored it.
    pub step: Option<String>,
    /// When it was stored.
    pub stored_at: Timestamp,
}

impl Query for RunOutputs {
    type Output = Vec<StoredOutput>;

    async fn fetch(&self, tx: &Tx) -> Result<Vec<StoredOutput>> {
        let run = rows::find(tx, &self.run).await?;
        let found = outputs::Entity::find()
            .join(JoinType::LeftJoin, outputs::Relation::Step.def())
            .select_also(steps::Entity)
            .filter(outputs::Column::WorkflowRunId.eq(run.id))
            .order_by_asc(outputs::Column::Id)
            .all(&tx.conn)
            .await?;
        if let Some(key) = &self.key
            && !found.iter().any(|(output, _)| output.output_key == *key)
        {
            let near = rules::near(key, found.iter().map(|(output, _)| output.output_key.as_str()));
            return Err(Error::NotFound { entity: "output", name: key.clone(), near });
        }
        let wanted = |output: &outputs::Model| self.key.as_ref().is_none_or(|key| output.output_key == *key);
        let shown = found.into_iter().filter(|(output, _)| wanted(output)).map(|(output, step)| StoredOutput {
            key: output.output_key,
            r#type: output.output_type,
            value: output.output_value,
            step: step.map(|step| step.name),
            stored_at: output.created_at,
        });
        Ok(shown.collect())
    }
}
