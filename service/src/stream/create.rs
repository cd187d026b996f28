//! Creates a work stream in a project.

use callboard_entity::{WorkStreamStatus, WorkStreamType, work_streams};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rules::{guidance, project_is_active};
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Result, taken};
use crate::id::{self, Ref};
use crate::{project, rules};

/// Creates a stream, open and without items.
///
/// # Errors
/// `Conflict::Exists` for a slug that the project has; `Conflict::Inactive` for an archived project; `NotFound` for the
/// project; `Invalid` for input that breaks its rule.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CreateStream {
    /// The default project where none is named.
    pub project: Option<Ref>,
    /// What commands call it: lower-case letters and digits in words joined by `-`, at most 64 characters.
    pub slug: String,
    /// One line, at most 500 characters.
    pub name: String,
    /// What kind of work it is: it decides the guidance.
    pub stream_type: WorkStreamType,
    /// Guidance of its own, beside that of its type: at most 50 lines.
    pub guidance: Vec<String>,
}

impl Verb for CreateStream {
    type Output = work_streams::Model;

    async fn apply(&self, tx: &Tx) -> Result<work_streams::Model> {
        rules::slug("slug", &self.slug)?;
        rules::line("name", &self.name)?;
        let guidance = guidance(&self.guidance)?;
        let project = project::resolve(tx, self.project.as_ref()).await?;
        project_is_active(&project)?;
        refuse_taken(tx, project.id, &self.slug).await?;
        let stream = work_streams::Model {
            id: id::new(),
            project_id: project.id,
            slug: self.slug.clone(),
            name: self.name.clone(),
            stream_type: self.stream_type,
            status: WorkStreamStatus::Open,
            guidance,
            created_at: tx.now,
            updated_at: tx.now,
        };
        work_streams::Entity::insert(stream.clone().into_active_model().reset_all())
            .exec_without_returning(&tx.conn)
            .await
            .map_err(taken("stream", &stream.slug))?;
        Ok(stream)
    }
}

/// Refuses a slug that another stream of the project has.
pub(super) async fn refuse_taken(tx: &Tx, project: Uuid, slug: &str) -> Result<()> {
    let other = work_streams::Entity::find()
        .filter(work_streams::Column::ProjectId.eq(project))
        .filter(work_streams::Column::Slug.eq(slug));
    match other.one(&tx.conn).await? {
        Some(_) => Err(Conflict::Exists { entity: "stream", name: slug.to_owned() }.into()),
        None => Ok(()),
    }
}
