//! Prepares a work stream for those who are to work on it.

use callboard_entity::work_items;
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::guidance;
use super::readiness::{ItemReadiness, ReadyState, StreamReadiness, VerifyStreamReadiness};
use crate::assignment;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::names;
use crate::recovery::{MAX_BUDGET, MIN_BUDGET, Recover, RecoveryPackage};

/// The budget of all packages together where none is named, in tokens.
pub const DEFAULT_BUDGET: u64 = 16_000;
/// The most packages of one preparation.
pub const MOST_PACKAGES: u64 = 10;
/// How many agents are suggested for an item.
const SUGGESTED: usize = 3;

/// All that is needed to begin with a stream: its readiness, the guidance of its type, and for the first items that nobody
/// is at, in the stream's order, a recovery package and the agents that fit best. It writes nothing.
///
/// The packages share the budget: at most ten, of at least 1,500 tokens each. What is left out is counted.
///
/// # Errors
/// As [`VerifyStreamReadiness`]; `Invalid` for a budget outside 1,500 to 1,000,000 tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PrepareStream {
    /// The project of the stream, by slug or id; needed only where a slug is that of streams in several projects.
    pub project: Option<Ref>,
    /// By slug or id.
    pub stream: Ref,
    /// The most tokens that all packages together may take; 16,000 where none is named.
    pub budget: Option<u64>,
}

/// A stream, prepared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PreparedStream {
    /// Whether it is ready, and how each item stands.
    pub readiness: StreamReadiness,
    /// That of its type, then its own.
    pub guidance: Vec<String>,
    /// The first items that nobody is at.
    pub items: Vec<PreparedItem>,
    /// How many more there are, for which the budget has no room.
    pub left_out: u64,
}

/// An item, prepared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PreparedItem {
    /// Its place in the stream.
    pub position: i64,
    /// Its key.
    pub key: String,
    /// Whether it is ready.
    pub state: ReadyState,
    /// Whom it is set aside for: `agent:SLUG` or `user:NAME`.
    pub set_aside_for: Option<String>,
    /// The active agents that have all that it asks for, the best first; at most three.
    pub agents: Vec<SuggestedAgent>,
    /// All that the next worker on it needs.
    pub package: RecoveryPackage,
}

/// An agent that fits an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuggestedAgent {
    /// Its slug.
    pub agent: String,
    /// 0 to 100: less for one that is over-qualified.
    pub score: u32,
    /// What keeps it from taking anything more now.
    pub withheld: Vec<String>,
}

impl Query for PrepareStream {
    type Output = PreparedStream;

    async fn fetch(&self, tx: &Tx) -> Result<PreparedStream> {
        let budget = self.budget.unwrap_or(DEFAULT_BUDGET);
        if !(MIN_BUDGET..=MAX_BUDGET).contains(&budget) {
            let rule = format!("must be {MIN_BUDGET} to {MAX_BUDGET} tokens");
            return Err(Error::invalid("budget", budget.to_string(), rule));
        }
        let verify =
            VerifyStreamReadiness { project: self.project.clone(), stream: self.stream.clone(), items: Vec::new() };
        let readiness = verify.fetch(tx).await?;
        let open: Vec<ItemReadiness> = readiness
            .items
            .iter()
            .filter(|item| matches!(item.state, ReadyState::Ready | ReadyState::NotReady))
            .cloned()
            .collect();
        let wanted = (budget / MIN_BUDGET).clamp(1, MOST_PACKAGES).min(open.len() as u64);
        let mut items = Vec::new();
        for standing in open.iter().take(usize::try_from(wanted).unwrap_or(usize::MAX)) {
            items.push(prepare(tx, standing, budget / wanted).await?);
        }
        let guidance = guidance::of(&readiness.stream)?;
        Ok(PreparedStream { guidance, left_out: open.len() as u64 - wanted, items, readiness })
    }
}

async fn prepare(tx: &Tx, standing: &ItemReadiness, budget: u64) -> Result<PreparedItem> {
    let id: Uuid = standing.item.id;
    let package = Recover { item: Ref::Id(id), budget: Some(budget), assignment: None }.fetch(tx).await?;
    let item = work_items::Entity::find_by_id(id).one(&tx.conn).await?;
    let item = item.ok_or_else(|| Error::not_found("item", &*standing.item.key))?;
    let names = names::names(tx, names::assignee(&item)).await?;
    let mut agents = Vec::new();
    for (agent, fit) in assignment::best(tx, &item, SUGGESTED).await? {
        if fit.missing.is_empty() {
            let withheld = assignment::agent_conditions(tx, &agent).await?;
            agents.push(SuggestedAgent { agent: agent.slug, score: fit.score, withheld });
        }
    }
    Ok(PreparedItem {
        position: standing.position,
        key: item.key,
        state: standing.state,
        set_aside_for: item.assignee_id.and_then(|id| names.get(&id).cloned()),
        agents,
        package,
    })
}
