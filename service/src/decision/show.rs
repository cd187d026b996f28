//! Shows a decision with everything around it.

use callboard_entity::{external_refs, work_items, work_sessions as sessions};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};

use super::chain::{self, Chain};
use super::find;
use super::named::NamedDecision;
use super::state::IN_FORCE;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::item::ItemBrief;
use crate::names;

/// What an imported decision is in `external_refs`.
pub(super) const IMPORTED: &str = "decision";

/// Shows a decision with its links and the whole chain that it is a part of: at most fourteen statements.
///
/// # Errors
/// `NotFound` with near keys; `Invalid` for what is neither a number, a key nor an id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowDecision {
    /// Where a number is looked up; the default project where none is named.
    pub project: Option<Ref>,
    /// By number, key or id.
    pub decision: Ref,
}

/// A decision and what is around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionDetails {
    /// The row and its key.
    #[serde(flatten)]
    pub decision: NamedDecision,
    /// The project's slug.
    pub project: String,
    /// The item for which it was taken.
    pub item: Option<ItemBrief>,
    /// The key of the session in which it was taken.
    pub session: Option<String>,
    /// The agent who took it: `agent:SLUG`.
    pub agent: Option<String>,
    /// Who captured it: `agent:SLUG` or `user:NAME`; none for Callboard itself.
    pub by: Option<String>,
    /// It is in force, and its review time has come.
    pub due: bool,
    /// How it came of others, and what came of it: all of it, not only the next ones.
    pub chain: Chain,
    /// The files that it was imported from.
    pub external_refs: Vec<external_refs::Model>,
}

impl Query for ShowDecision {
    type Output = DecisionDetails;

    async fn fetch(&self, tx: &Tx) -> Result<DecisionDetails> {
        let (project, decision) = find::find(tx, self.project.as_ref(), &self.decision).await?;
        let item = match decision.work_item_id {
            Some(id) => work_items::Entity::find_by_id(id).one(&tx.conn).await?.map(ItemBrief::from),
            None => None,
        };
        let session = match decision.session_id {
            Some(id) => sessions::Entity::find_by_id(id).one(&tx.conn).await?.map(|session| session.key),
            None => None,
        };
        let external_refs = external_refs::Entity::find()
            .filter(external_refs::Column::EntityType.eq(IMPORTED))
            .filter(external_refs::Column::EntityId.eq(decision.id))
            .order_by_asc(external_refs::Column::Id)
            .all(&tx.conn)
            .await?;
        let author = chain::author(&decision);
        let taker = decision.agent_id.map(|id| (callboard_entity::WorkItemAssigneeType::Agent, id));
        let names = names::names(tx, author.into_iter().chain(taker)).await?;
        Ok(DecisionDetails {
            project: project.slug,
            item,
            session,
            agent: decision.agent_id.and_then(|id| names.get(&id).cloned()),
            by: author.and_then(|(_, id)| names.get(&id).cloned()),
            due: decision.review_at.is_some_and(|at| at <= tx.now) && IN_FORCE.contains(&decision.status),
            chain: chain::around(tx, &project.key_prefix, &decision).await?,
            external_refs,
            decision: NamedDecision::new(&project.key_prefix, decision),
        })
    }
}
