//! What a run of the maintenance is asked, and what of the board that is.

use callboard_entity::{
    MaintenanceOperationScope as ScopeWord, MaintenanceOperationType as Kind,
    MaintenanceOperationValidationLevel as Level, board_projects, session_events, work_item_events as events,
    work_items, work_sessions as sessions,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::{item, project, session};

/// What of the board is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The items that a work session names: this one or, where none is named, the only open one of the one who acts.
    CurrentSession(Option<Ref>),
    /// All items of the project.
    FullProject,
    /// One item, by key or id.
    Item(Ref),
    /// Every project; only the sweep does that.
    Board,
}

/// What a run is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Which of the maintenance's commands.
    pub kind: Kind,
    /// By slug or id; where none is named, the board's default or only one.
    pub project: Option<Ref>,
    /// What is looked at.
    pub scope: Scope,
    /// How closely; each command says what its levels mean.
    pub level: Level,
    /// Everything is found, and nothing is changed.
    pub dry_run: bool,
    /// Whether the run mends what it finds, as far as it can.
    pub resolve: bool,
    /// Goes on with this run, which failed; the rest of the request must be the same.
    pub resume: Option<Uuid>,
}

/// What a request means on this board.
#[derive(Clone, Debug)]
pub(crate) struct Within {
    /// None for the whole board, and for a session that is in no project.
    pub project: Option<board_projects::Model>,
    pub session: Option<sessions::Model>,
    pub item: Option<work_items::Model>,
}

impl Scope {
    pub(super) fn word(&self) -> ScopeWord {
        match self {
            Self::CurrentSession(_) => ScopeWord::CurrentSession,
            Self::FullProject | Self::Board => ScopeWord::FullProject,
            Self::Item(_) => ScopeWord::SpecificItem,
        }
    }
}

impl Request {
    /// Finds what is named.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` for an item or session of another project than the one that is named.
    pub(super) async fn within(&self, tx: &Tx) -> Result<Within> {
        let named = match &self.project {
            Some(name) => Some(project::find(tx, name).await?),
            None => None,
        };
        let mut within = Within { project: named.clone(), session: None, item: None };
        match &self.scope {
            Scope::Board => {}
            Scope::FullProject => within.project = Some(project::resolve(tx, self.project.as_ref()).await?),
            Scope::Item(name) => {
                let item = item::find(tx, name).await?;
                let own = project::find(tx, &Ref::Id(item.project_id)).await?;
                refuse_other(&item.key, "item", named.as_ref(), Some(&own))?;
                (within.project, within.item) = (Some(own), Some(item));
            }
            Scope::CurrentSession(name) => {
                let session = session::named_or_own(tx, name.as_ref(), session::state::OPEN).await?;
                let own = match session.project_id {
                    Some(id) => Some(project::find(tx, &Ref::Id(id)).await?),
                    None => None,
                };
                refuse_other(&session.key, "session", named.as_ref(), own.as_ref())?;
                (within.project, within.session) = (own.or(named), Some(session));
            }
        }
        Ok(within)
    }
}

/// Refuses what belongs to another project than the one that is named.
fn refuse_other(
    name: &str,
    what: &'static str,
    named: Option<&board_projects::Model>,
    own: Option<&board_projects::Model>,
) -> Result<()> {
    match (named, own) {
        (Some(named), Some(own)) if named.id != own.id => {
            let rule = format!(
                "must be of project '{}': {name} is of '{}'; leave --project out, or name that one",
                named.slug, own.slug
            );
            Err(Error::invalid(what, name, rule))
        }
        _ => Ok(()),
    }
}

impl Within {
    /// The items that are looked at, archived ones included.
    pub fn items(&self) -> Condition {
        let mut all = Condition::all();
        if let Some(project) = &self.project {
            all = all.add(work_items::Column::ProjectId.eq(project.id));
        }
        if let Some(item) = &self.item {
            all = all.add(work_items::Column::Id.eq(item.id));
        }
        if let Some(session) = &self.session {
            let worked = session_events::Entity::find()
                .select_only()
                .column(session_events::Column::WorkItemId)
                .filter(session_events::Column::SessionId.eq(session.id))
                .filter(session_events::Column::WorkItemId.is_not_null())
                .into_query();
            let changed = events::Entity::find()
                .select_only()
                .column(events::Column::WorkItemId)
                .filter(events::Column::SessionId.eq(session.id))
                .into_query();
            let named = Condition::any()
                .add(work_items::Column::Id.in_subquery(worked))
                .add(work_items::Column::Id.in_subquery(changed));
            all = all.add(named);
        }
        all
    }

    pub fn project_id(&self) -> Option<Uuid> {
        self.project.as_ref().map(|project| project.id)
    }
}
