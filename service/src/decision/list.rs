//! Lists decisions, filtered, a page at a time.

use std::collections::HashMap;

use callboard_entity::{
    DecisionCategory, DecisionImpact, DecisionImplementationStatus, DecisionStatus, board_decisions as decisions,
    board_projects as projects, work_items,
};
use decisions::Column as C;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::fields;
use super::named::NamedDecision;
use super::state::IN_FORCE;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::page::{self, Page};
use crate::{agent, item, project, session};

/// Decisions that meet every filter that is set, the newest first: at most three statements whatever the rows, and one for each
/// name.
///
/// # Errors
/// `NotFound` for a name; `Invalid` for a limit outside 1 to 500 and for a path that leaves the project's root.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListDecisions {
    /// Those of all projects where none is named.
    pub project: Option<Ref>,
    /// Any of these; every category where the list is empty. So it is with impacts and statuses.
    pub categories: Vec<DecisionCategory>,
    /// Any of these.
    pub impacts: Vec<DecisionImpact>,
    /// Any of these.
    pub statuses: Vec<DecisionStatus>,
    /// Any of these.
    pub implementation: Vec<DecisionImplementationStatus>,
    /// Only those in force (proposed or accepted) whose review time has come.
    pub due: bool,
    /// Taken for this item.
    pub item: Option<Ref>,
    /// Taken in this session.
    pub session: Option<Ref>,
    /// Taken by this agent.
    pub agent: Option<Ref>,
    /// Which name this file or folder, relative to the project's root.
    pub file: Option<String>,
    /// Which name this component.
    pub component: Option<String>,
    /// The id of the last decision of the page before.
    pub after: Option<Uuid>,
    /// 1 to 500; 50 where none is named.
    pub limit: Option<u64>,
}

/// A decision in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedDecision {
    /// The row and its key.
    #[serde(flatten)]
    pub decision: NamedDecision,
    /// The slug of its project.
    pub project: String,
    /// The key of its item.
    pub item: Option<String>,
    /// It is in force, and its review time has come.
    pub due: bool,
}

impl Query for ListDecisions {
    type Output = Page<ListedDecision>;

    async fn fetch(&self, tx: &Tx) -> Result<Self::Output> {
        let limit = page::limit(self.limit)?;
        let mut query = decisions::Entity::find().filter(self.words(tx)?).filter(self.names(tx).await?);
        if let Some(after) = self.after {
            query = query.filter(C::Id.lt(after));
        }
        let found = query.order_by_desc(C::Id).limit(limit + 1).all(&tx.conn).await?;
        let page = Page::cut(found, limit, |decision| decision.id);
        let projects = slugs_and_prefixes(tx, page.rows.iter().map(|decision| decision.project_id)).await?;
        let items = item_keys(tx, page.rows.iter().filter_map(|decision| decision.work_item_id)).await?;
        Ok(page.map(|decision| {
            let (slug, prefix) = projects.get(&decision.project_id).cloned().unwrap_or_default();
            ListedDecision {
                project: slug,
                item: decision.work_item_id.and_then(|id| items.get(&id).cloned()),
                due: decision.review_at.is_some_and(|at| at <= tx.now) && IN_FORCE.contains(&decision.status),
                decision: NamedDecision::new(&prefix, decision),
            }
        }))
    }
}

impl ListDecisions {
    /// The filters that need no look at the board.
    fn words(&self, tx: &Tx) -> Result<Condition> {
        let mut all = Condition::all();
        if !self.categories.is_empty() {
            all = all.add(C::Category.is_in(self.categories.iter().copied()));
        }
        if !self.impacts.is_empty() {
            all = all.add(C::Impact.is_in(self.impacts.iter().copied()));
        }
        if !self.statuses.is_empty() {
            all = all.add(C::Status.is_in(self.statuses.iter().copied()));
        }
        if !self.implementation.is_empty() {
            all = all.add(C::ImplementationStatus.is_in(self.implementation.iter().copied()));
        }
        if self.due {
            all = all.add(C::ReviewAt.lte(tx.now)).add(C::Status.is_in(IN_FORCE.iter().copied()));
        }
        if let Some(file) = &self.file {
            all = all.add(tx.dialect.decision_names_file(&fields::path("file", file)?));
        }
        if let Some(component) = &self.component {
            all = all.add(tx.dialect.decision_names_component(component.trim()));
        }
        Ok(all)
    }

    /// The filters by names, which are looked up first: a wrong one is an error and not an empty list.
    async fn names(&self, tx: &Tx) -> Result<Condition> {
        let mut all = Condition::all();
        if let Some(name) = &self.project {
            all = all.add(C::ProjectId.eq(project::find(tx, name).await?.id));
        }
        if let Some(name) = &self.item {
            all = all.add(C::WorkItemId.eq(item::find(tx, name).await?.id));
        }
        if let Some(name) = &self.session {
            all = all.add(C::SessionId.eq(session::find(tx, name).await?.id));
        }
        if let Some(name) = &self.agent {
            all = all.add(C::AgentId.eq(agent::find(tx, name).await?.id));
        }
        Ok(all)
    }
}

/// Slug and key prefix of projects.
async fn slugs_and_prefixes(tx: &Tx, ids: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, (String, String)>> {
    let rows: Vec<(Uuid, String, String)> = projects::Entity::find()
        .select_only()
        .columns([projects::Column::Id, projects::Column::Slug, projects::Column::KeyPrefix])
        .filter(projects::Column::Id.is_in(ids))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    Ok(rows.into_iter().map(|(id, slug, prefix)| (id, (slug, prefix))).collect())
}

/// The keys of items: one statement per 10,000 of them.
pub(super) async fn item_keys(tx: &Tx, ids: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, String>> {
    let ids: Vec<Uuid> = ids.collect();
    let mut keys = HashMap::new();
    for chunk in ids.chunks(10_000) {
        let rows: Vec<(Uuid, String)> = work_items::Entity::find()
            .select_only()
            .columns([work_items::Column::Id, work_items::Column::Key])
            .filter(work_items::Column::Id.is_in(chunk.iter().copied()))
            .into_tuple()
            .all(&tx.conn)
            .await?;
        keys.extend(rows);
    }
    Ok(keys)
}
