//! The beginning of a run of the maintenance, or of a further part of one that failed.

use callboard_entity::{
    ActorType, MaintenanceOperationActorType as By, MaintenanceOperationExecutionStatus as Status,
    maintenance_operations as operations,
};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::request::{Request, Within};
use super::run::{lease, lock, mark_killed, write};
use crate::clock::Timestamp;
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::id;

/// Writes down that a run begins, or goes on.
pub(super) struct Begin<'a> {
    pub request: &'a Request,
    pub lease: TimeDelta,
}

impl Verb for Begin<'_> {
    type Output = (operations::Model, Within);

    async fn apply(&self, tx: &Tx) -> Result<Self::Output> {
        mark_killed(tx).await?;
        let request = self.request;
        let within = request.within(tx).await?;
        let until = Some(lease(tx, self.lease).await?);
        if let Some(resumed) = request.resume {
            return Ok((self.resume(tx, resumed, &within, until).await?, within));
        }
        let row = operations::Model {
            id: id::new(),
            project_id: within.project_id(),
            operation_type: request.kind,
            scope: request.scope.word(),
            validation_level: request.level,
            target_id: within.item.as_ref().map(|item| item.id),
            session_id: within.session.as_ref().map(|session| session.id),
            dry_run: request.dry_run,
            execution_status: Status::Running,
            results: None,
            auto_resolution_attempted: request.resolve,
            started_at: Some(tx.now),
            lease_expires_at: until,
            cursor: None,
            error: None,
            completed_at: None,
            actor_type: by(tx.actor.kind),
            actor_id: tx.actor.id,
            created_at: tx.now,
            updated_at: tx.now,
        };
        let insert = row.clone().into_active_model().reset_all();
        operations::Entity::insert(insert).exec_without_returning(&tx.conn).await?;
        Ok((row, within))
    }
}

impl Begin<'_> {
    async fn resume(&self, tx: &Tx, id: Uuid, within: &Within, until: Option<Timestamp>) -> Result<operations::Model> {
        let before = lock(tx, id).await?;
        if before.dry_run {
            return Err(Error::invalid(
                "resume",
                id.to_string(),
                "was a dry run, of which nothing is left to do: start it anew",
            ));
        }
        if before.execution_status != Status::Failed {
            return Err(Error::Transition {
                entity: "maintenance operation",
                name: id.to_string(),
                from: before.execution_status.as_str().to_owned(),
                event: "resume".to_owned(),
                allowed: Vec::new(),
            });
        }
        let request = self.request;
        let same = before.operation_type == request.kind
            && before.scope == request.scope.word()
            && before.validation_level == request.level
            && before.dry_run == request.dry_run
            && before.auto_resolution_attempted == request.resolve
            && before.project_id == within.project_id()
            && before.target_id == within.item.as_ref().map(|item| item.id)
            && before.session_id == within.session.as_ref().map(|session| session.id);
        if !same {
            let rule = format!(
                "must be a run that was asked the same: this one is {} {} {}{}; `callboard maintenance show` tells all of it",
                before.operation_type.as_str(),
                before.scope.as_str(),
                before.validation_level.as_str(),
                if before.dry_run { " (a dry run)" } else { "" },
            );
            return Err(Error::invalid("resume", id.to_string(), rule));
        }
        let mut after = before.clone();
        after.execution_status = Status::Running;
        after.lease_expires_at = until;
        after.error = None;
        after.completed_at = None;
        write(tx, &before, after).await
    }
}

fn by(kind: ActorType) -> By {
    match kind {
        ActorType::Agent => By::Agent,
        ActorType::User => By::User,
        ActorType::System => By::System,
    }
}
