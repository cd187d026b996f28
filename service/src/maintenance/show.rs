//! Shows a run of the maintenance with what it found.

use callboard_entity::{maintenance_operations as operations, work_sessions as sessions};
use sea_orm::{EntityTrait, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::list::{self, ListedOperation};
use super::report::Results;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};

/// A run with its results; six statements.
///
/// # Errors
/// `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowOperation {
    /// Its id.
    pub operation: Uuid,
}

/// All that is known of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperationDetails {
    /// What it was asked, and how it stands.
    #[serde(flatten)]
    pub listed: ListedOperation,
    /// The key of the session that was looked at.
    pub session: Option<String>,
    /// Whether it was to mend what it finds.
    pub auto_resolution_attempted: bool,
    /// What it found; empty where that cannot be read.
    pub results: Results,
    /// Where it goes on when it is resumed.
    pub cursor: Option<Value>,
}

impl Query for ShowOperation {
    type Output = OperationDetails;

    async fn fetch(&self, tx: &Tx) -> Result<OperationDetails> {
        let row = operations::Entity::find_by_id(self.operation).one(&tx.conn).await?;
        let row = row.ok_or_else(|| Error::not_found("maintenance operation", self.operation.to_string()))?;
        let session: Option<String> = match row.session_id {
            Some(id) => {
                let key = sessions::Entity::find_by_id(id).select_only().column(sessions::Column::Key);
                key.into_tuple().one(&tx.conn).await?
            }
            None => None,
        };
        let results = row.results.clone().and_then(|r| serde_json::from_value(r).ok()).unwrap_or_default();
        let (cursor, auto_resolution_attempted) = (row.cursor.clone(), row.auto_resolution_attempted);
        let listed = list::named(tx, vec![row]).await?.pop();
        let listed = listed.ok_or_else(|| Error::not_found("maintenance operation", self.operation.to_string()))?;
        Ok(OperationDetails { listed, session, auto_resolution_attempted, results, cursor })
    }
}
