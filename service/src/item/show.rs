//! Shows an item with everything around it.

use callboard_entity::{
    CapabilityLevel, SprintStatus, WorkItemAssigneeType, board_projects, external_refs, sprint_items, sprints,
    task_assignments as assignments, work_item_requirements as needs, work_items,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::brief::ItemBrief;
use super::history::{self, Event};
use crate::artifact::{self, ArtifactBrief};
use crate::assignment::state::OPEN;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::names;
use crate::prerequisite::list::{self, Prerequisites};
use crate::review::{self, GivenReview};
use crate::stream::{self, InStream};

/// How many of the newest assignments and events are shown; histories hold the others.
const NEWEST: u64 = 20;

/// One item with its relations; at most nineteen statements whatever there is of each.
///
/// An item that was imported is found by its key or id, and shows where it came from.
///
/// # Errors
/// `NotFound` with near keys.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowItem {
    /// By key or id.
    pub item: Ref,
}

/// An item and what is around it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemDetails {
    /// The row.
    pub item: work_items::Model,
    /// The project's slug.
    pub project: String,
    /// The item that it is a part of.
    pub parent: Option<ItemBrief>,
    /// Most urgent first.
    pub children: Vec<ItemBrief>,
    /// The capabilities that a claim demands, with the lowest level that will do.
    pub requirements: Vec<(String, CapabilityLevel)>,
    /// What it waits for, and what waits for it.
    #[serde(flatten)]
    pub edges: Prerequisites,
    /// The sprints that it is in.
    pub sprints: Vec<InSprint>,
    /// The work streams that it is in.
    pub streams: Vec<InStream>,
    /// The newest version of each of its artifacts, the newest twenty, newest first.
    pub artifacts: Vec<ArtifactBrief>,
    /// Whom it is set aside for, or who holds it: `agent:SLUG` or `user:NAME`.
    pub assignee: Option<String>,
    /// The open assignment.
    pub current: Option<HeldBy>,
    /// The newest twenty, newest first.
    pub assignments: Vec<HeldBy>,
    /// The newest twenty reviews of its results, newest first.
    #[serde(default)]
    pub reviews: Vec<GivenReview>,
    /// What it is called in the systems that it was imported from.
    pub external_refs: Vec<external_refs::Model>,
    /// The newest twenty, newest first.
    pub events: Vec<Event>,
}

/// A sprint that the item is in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InSprint {
    /// The sprint.
    pub id: Uuid,
    /// Unique in its project, such as `SPRINT-62`.
    pub code: String,
    /// One line.
    pub title: String,
    /// Where the sprint stands.
    pub status: SprintStatus,
    /// The item's place in it, from 1.
    pub position: i64,
}

/// An assignment and who holds, or held, it: `agent:SLUG` or `user:NAME`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeldBy {
    /// `agent:SLUG` or `user:NAME`; none only for a row that was changed by hand.
    pub holder: Option<String>,
    /// The row.
    #[serde(flatten)]
    pub assignment: assignments::Model,
}

impl Query for ShowItem {
    type Output = ItemDetails;
    const IS_SHORT: bool = true;

    async fn fetch(&self, tx: &Tx) -> Result<ItemDetails> {
        let item = super::find(tx, &self.item).await?;
        let project = board_projects::Entity::find_by_id(item.project_id).one(&tx.conn).await?;
        let held = held(tx, &item).await?;
        let events = history::newest(tx, item.id, NEWEST).await?;
        let mut who = history::who(&events);
        who.extend(names::assignee(&item));
        who.extend(held.iter().filter_map(holder));
        let names = names::names(tx, who).await?;
        let assignee = item.assignee_id.and_then(|id| names.get(&id).cloned());
        let named = |a: assignments::Model| HeldBy {
            holder: holder(&a).and_then(|(_, id)| names.get(&id).cloned()),
            assignment: a,
        };
        let assignments: Vec<HeldBy> = held.into_iter().map(named).collect();
        Ok(ItemDetails {
            project: project.map(|p| p.slug).unwrap_or_default(),
            parent: parent(tx, &item).await?,
            children: children(tx, &item).await?,
            requirements: requirements(tx, &item).await?,
            edges: list::of(tx, &item).await?,
            sprints: in_sprints(tx, &item).await?,
            streams: stream::streams_of(tx, item.id).await?,
            artifacts: artifact::rows::newest_of(tx, item.id, NEWEST).await?,
            assignee,
            current: assignments.iter().find(|a| OPEN.contains(&a.assignment.status)).cloned(),
            assignments,
            reviews: review::given(tx, item.id, NEWEST).await?,
            external_refs: external(tx, &item).await?,
            events: history::named(events, &names),
            item,
        })
    }
}

/// The newest assignments; the open one, where there is one, is always the newest.
async fn held(tx: &Tx, item: &work_items::Model) -> Result<Vec<assignments::Model>> {
    let rows = assignments::Entity::find()
        .filter(assignments::Column::WorkItemId.eq(item.id))
        .order_by_desc(assignments::Column::Id)
        .limit(NEWEST);
    Ok(rows.all(&tx.conn).await?)
}

fn holder(assignment: &assignments::Model) -> Option<(WorkItemAssigneeType, Uuid)> {
    let agent = assignment.agent_id.map(|id| (WorkItemAssigneeType::Agent, id));
    agent.or(assignment.user_id.map(|id| (WorkItemAssigneeType::User, id)))
}

async fn parent(tx: &Tx, item: &work_items::Model) -> Result<Option<ItemBrief>> {
    let Some(id) = item.parent_id else { return Ok(None) };
    Ok(work_items::Entity::find_by_id(id).one(&tx.conn).await?.map(ItemBrief::from))
}

async fn children(tx: &Tx, item: &work_items::Model) -> Result<Vec<ItemBrief>> {
    let rows = work_items::Entity::find()
        .filter(work_items::Column::ParentId.eq(item.id))
        .order_by_asc(work_items::Column::Priority)
        .order_by_asc(work_items::Column::Id);
    Ok(rows.all(&tx.conn).await?.into_iter().map(ItemBrief::from).collect())
}

async fn requirements(tx: &Tx, item: &work_items::Model) -> Result<Vec<(String, CapabilityLevel)>> {
    let rows = needs::Entity::find()
        .filter(needs::Column::WorkItemId.eq(item.id))
        .order_by_asc(needs::Column::Capability)
        .all(&tx.conn)
        .await?;
    Ok(rows.into_iter().map(|r| (r.capability, r.min_level)).collect())
}

async fn in_sprints(tx: &Tx, item: &work_items::Model) -> Result<Vec<InSprint>> {
    let rows = sprint_items::Entity::find()
        .filter(sprint_items::Column::WorkItemId.eq(item.id))
        .find_also_related(sprints::Entity)
        .order_by_asc(sprints::Column::Code)
        .all(&tx.conn)
        .await?;
    let sprint = |(place, sprint): (sprint_items::Model, Option<sprints::Model>)| {
        sprint.map(|s| InSprint { id: s.id, code: s.code, title: s.title, status: s.status, position: place.position })
    };
    Ok(rows.into_iter().filter_map(sprint).collect())
}

async fn external(tx: &Tx, item: &work_items::Model) -> Result<Vec<external_refs::Model>> {
    let rows = external_refs::Entity::find()
        .filter(external_refs::Column::EntityType.eq(super::find::IMPORTED))
        .filter(external_refs::Column::EntityId.eq(item.id))
        .order_by_asc(external_refs::Column::Source)
        .order_by_asc(external_refs::Column::SourceId);
    Ok(rows.all(&tx.conn).await?)
}
