//! Captures a decision.

use callboard_entity::{
    ActorType, DecisionActorType, DecisionCategory, DecisionImpact, DecisionImplementationStatus, DecisionStatus,
    board_decisions as decisions, board_projects as projects, work_items,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::named::NamedDecision;
use super::{fields, write};
use crate::actor::Actor;
use crate::clock::{Timestamp, micros};
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::id::{self, Ref};
use crate::{agent, item, project, rules};

/// Captures a decision, which gets the next number of its project. Its texts never change afterwards; it evolves.
///
/// It names the work session that the board is in ([`crate::Callboard::in_session`]), whosever it is.
///
/// # Errors
/// `Invalid` for a field that breaks its rule, and for an item of another project; `NotFound` for a project,
/// item or agent that is not there; `Conflict::Inactive` for an archived project.
///
/// # Example
/// ```no_run
/// use callboard_service::Actor;
/// use callboard_service::decision::AddDecision;
///
/// # async fn example(board: callboard_service::Callboard) -> Result<(), callboard_service::Error> {
/// let add = AddDecision::new("Use one writer", "All writes go through one connection.", "SQLite has one anyway.");
/// let decision = board.run(Actor::SYSTEM, &add).await?;
/// println!("{}", decision.key); // CB-D1
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct AddDecision {
    /// The item's project, else the default one, where none is named.
    pub project: Option<Ref>,
    /// One line, at most 500 characters.
    pub title: String,
    /// What is done; at most 1 MiB, as every other text.
    pub decision: String,
    /// Why it is done.
    pub rationale: String,
    /// What it is about.
    pub category: DecisionCategory,
    /// How much depends on it. A decision of high impact holds nothing up: it is only shown first.
    pub impact: DecisionImpact,
    /// `accepted` or `proposed`: a decision gets into any other state by its verbs.
    pub status: DecisionStatus,
    /// What had to be solved.
    pub problem: Option<String>,
    /// What was known when it was taken.
    pub context: Option<String>,
    /// How it is carried out.
    pub implementation_approach: Option<String>,
    /// What else was considered; at most 100, as every other list.
    pub alternatives: Vec<String>,
    /// What it costs, and what is gained for it.
    pub trade_offs: Vec<String>,
    /// What may go wrong.
    pub risks: Vec<String>,
    /// What is done about the risks.
    pub mitigations: Vec<String>,
    /// By what it is seen that it was right.
    pub success_criteria: Vec<String>,
    /// Files and folders, relative to the project's root.
    pub affected_files: Vec<String>,
    /// Parts of the system, one line each.
    pub affected_components: Vec<String>,
    /// How far it is carried out.
    pub implementation_status: DecisionImplementationStatus,
    /// What came of it.
    pub outcome: Option<String>,
    /// What was learnt from it.
    pub lessons: Option<String>,
    /// When it should be looked at again; lists call it due from then on.
    pub review_at: Option<Timestamp>,
    /// The item for which it was taken, by key or id; its ledger tells of it.
    pub item: Option<Ref>,
    /// The agent who took it, by slug or id; the acting one where none is named.
    pub agent: Option<Ref>,
}

impl Default for AddDecision {
    fn default() -> Self {
        Self {
            project: None,
            title: String::new(),
            decision: String::new(),
            rationale: String::new(),
            category: DecisionCategory::Implementation,
            impact: DecisionImpact::Medium,
            status: DecisionStatus::Accepted,
            problem: None,
            context: None,
            implementation_approach: None,
            alternatives: Vec::new(),
            trade_offs: Vec::new(),
            risks: Vec::new(),
            mitigations: Vec::new(),
            success_criteria: Vec::new(),
            affected_files: Vec::new(),
            affected_components: Vec::new(),
            implementation_status: DecisionImplementationStatus::Planned,
            outcome: None,
            lessons: None,
            review_at: None,
            item: None,
            agent: None,
        }
    }
}

impl AddDecision {
    /// The short form: an accepted decision about the implementation, of medium impact, that is planned.
    pub fn new(title: impl Into<String>, decision: impl Into<String>, rationale: impl Into<String>) -> Self {
        Self { title: title.into(), decision: decision.into(), rationale: rationale.into(), ..Self::default() }
    }

    /// The row, with everything that needs no look at the board. Its number is not given yet.
    pub(super) fn row(&self, tx: &Tx, project: Uuid) -> Result<decisions::Model> {
        rules::line("title", &self.title)?;
        let (actor_type, actor_id) = who(tx.actor);
        Ok(decisions::Model {
            id: id::new(),
            project_id: project,
            number: 0,
            work_item_id: None,
            session_id: None,
            agent_id: None,
            title: self.title.trim().to_owned(),
            category: self.category,
            impact: self.impact,
            status: self.status,
            problem: fields::optional("problem", self.problem.as_deref())?,
            context: fields::optional("context", self.context.as_deref())?,
            decision: fields::needed("decision", &self.decision)?,
            rationale: fields::needed("rationale", &self.rationale)?,
            implementation_approach: fields::optional(
                "implementation_approach",
                self.implementation_approach.as_deref(),
            )?,
            alternatives: fields::texts("alternatives", &self.alternatives)?,
            trade_offs: fields::texts("trade_offs", &self.trade_offs)?,
            risks: fields::texts("risks", &self.risks)?,
            mitigations: fields::texts("mitigations", &self.mitigations)?,
            success_criteria: fields::texts("success_criteria", &self.success_criteria)?,
            affected_files: fields::files(&self.affected_files)?,
            affected_components: fields::components(&self.affected_components)?,
            implementation_status: self.implementation_status,
            outcome: fields::optional("outcome", self.outcome.as_deref())?,
            lessons: fields::optional("lessons", self.lessons.as_deref())?,
            review_at: self.review_at.map(micros),
            actor_type,
            actor_id,
            created_at: tx.now,
            updated_at: tx.now,
        })
    }

    /// What the decision is linked to, after a look at the board.
    pub(super) async fn links(&self, tx: &Tx) -> Result<Links> {
        let item = match &self.item {
            Some(name) => Some(item::find(tx, name).await?),
            None => None,
        };
        let project = match (&self.project, &item) {
            (None, Some(item)) => project::find(tx, &Ref::Id(item.project_id)).await?,
            (named, _) => project::resolve(tx, named.as_ref()).await?,
        };
        if let Some(other) = item.as_ref().filter(|item| item.project_id != project.id) {
            let rule = format!("must be in the project of the decision, {}", project.slug);
            return Err(Error::invalid("item", &*other.key, rule));
        }
        let agent = match &self.agent {
            Some(name) => Some(agent::find(tx, name).await?.id),
            None => tx.actor.agent_id(),
        };
        Ok(Links { project, item, agent })
    }
}

/// What a decision is linked to.
pub(super) struct Links {
    pub project: projects::Model,
    pub item: Option<work_items::Model>,
    pub agent: Option<Uuid>,
}

/// Writes a new decision with its links.
pub(super) async fn create(tx: &Tx, new: &AddDecision, links: &Links) -> Result<decisions::Model> {
    if !matches!(new.status, DecisionStatus::Proposed | DecisionStatus::Accepted) {
        return Err(Error::invalid("status", new.status.as_str(), "a new decision is proposed or accepted"));
    }
    let mut row = new.row(tx, links.project.id)?;
    row.work_item_id = links.item.as_ref().map(|item| item.id);
    row.session_id = tx.session;
    row.agent_id = links.agent;
    // Items come before projects in the order of the board's locks.
    item::lock_all(tx, row.work_item_id).await?;
    row.number = write::allocate(tx, &links.project, 1).await?;
    write::insert(tx, std::slice::from_ref(&row)).await?;
    write::note(tx, &row, &links.project.key_prefix, "captured").await?;
    Ok(row)
}

/// The acting one, in the words of the table.
pub(super) fn who(actor: Actor) -> (DecisionActorType, Option<Uuid>) {
    let kind = match actor.kind {
        ActorType::Agent => DecisionActorType::Agent,
        ActorType::User => DecisionActorType::User,
        ActorType::System => DecisionActorType::System,
    };
    (kind, actor.id)
}

impl Verb for AddDecision {
    type Output = NamedDecision;

    async fn apply(&self, tx: &Tx) -> Result<NamedDecision> {
        let links = self.links(tx).await?;
        let row = create(tx, self, &links).await?;
        Ok(NamedDecision::new(&links.project.key_prefix, row))
    }
}
