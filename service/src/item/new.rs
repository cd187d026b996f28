//! What a caller says of an item that is not there yet.

use callboard_entity::{WorkItemDelegationStatus, WorkItemQualityGateLevel, WorkItemStatus, WorkItemType, work_items};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::assignee::Assignee;
use super::fields::{self, Criterion, Requirement};
use crate::clock::{Timestamp, micros};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::{self, Ref};

/// An item on the board, or another one of the same call by its index there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemRef {
    /// An item that the board has.
    Existing(Ref),
    /// The item of that place in the same call, from 0.
    Index(usize),
}

impl From<Ref> for ItemRef {
    fn from(item: Ref) -> Self {
        Self::Existing(item)
    }
}

/// An item to be added. Only the title is needed: [`NewItem::titled`] fills in the rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewItem {
    /// One line, at most 500 characters.
    pub title: String,
    /// What kind of work it is; a task by default.
    pub r#type: WorkItemType,
    /// At most 1 MiB.
    pub description: Option<String>,
    /// At most 100.
    pub acceptance_criteria: Vec<Criterion>,
    /// `backlog` or `todo`: an item gets into any other status by its verbs.
    pub status: WorkItemStatus,
    /// 0 (most urgent) to 4.
    pub priority: i64,
    /// In the same project; an index must be of an earlier item.
    pub parent: Option<ItemRef>,
    /// For whom it is set aside; anybody who qualifies may claim it where none is named.
    pub assignee: Option<Assignee>,
    /// At most 100, each of at most 64 characters.
    pub tags: Vec<String>,
    /// A JSON object.
    pub metadata: Option<Value>,
    /// When it should be done; lists call it overdue afterwards.
    pub due_at: Option<Timestamp>,
    /// At most 999,999.99, rounded to two decimals.
    pub estimated_hours: Option<Decimal>,
    /// How often the item may be started before it is dead, 1 to 1000.
    pub max_attempts: i64,
    /// A capability that is named twice counts at its highest level.
    pub requirements: Vec<Requirement>,
    /// What must be done first, in the same project; an index may be of any other item of the call.
    pub prerequisites: Vec<ItemRef>,
    /// Whether it waits for prerequisites of every type before it begins, and not for completions alone.
    pub prerequisite_satisfaction_required: bool,
    /// Whether maintenance may change it; where not, it is only reported.
    pub auto_maintenance_enabled: bool,
    /// What its completion must meet: standard, enhanced or strict.
    pub quality_gate_level: WorkItemQualityGateLevel,
}

impl Default for NewItem {
    fn default() -> Self {
        Self {
            title: String::new(),
            r#type: WorkItemType::Task,
            description: None,
            acceptance_criteria: Vec::new(),
            status: WorkItemStatus::Todo,
            priority: 2,
            parent: None,
            assignee: None,
            tags: Vec::new(),
            metadata: None,
            due_at: None,
            estimated_hours: None,
            max_attempts: 3,
            requirements: Vec::new(),
            prerequisites: Vec::new(),
            prerequisite_satisfaction_required: false,
            auto_maintenance_enabled: true,
            quality_gate_level: WorkItemQualityGateLevel::Standard,
        }
    }
}

impl NewItem {
    /// An item of that title: a task of priority 2 that anybody may claim.
    pub fn titled(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// The row, with everything that needs no look at the board.
    pub(super) fn row(&self, tx: &Tx, project: Uuid) -> Result<(work_items::Model, Vec<Requirement>)> {
        if !matches!(self.status, WorkItemStatus::Backlog | WorkItemStatus::Todo) {
            return Err(Error::invalid("status", self.status.as_str(), "a new item is backlog or todo"));
        }
        let requirements = fields::requirements(&self.requirements)?;
        let row = work_items::Model {
            id: id::new(),
            project_id: project,
            parent_id: None,
            key: String::new(),
            r#type: self.r#type,
            title: fields::title(&self.title)?,
            description: fields::text("description", self.description.as_deref())?,
            acceptance_criteria: fields::criteria(&self.acceptance_criteria)?,
            status: self.status,
            priority: fields::priority(self.priority)?,
            assignee_type: None,
            assignee_id: None,
            tags: fields::tags(&self.tags)?,
            metadata: fields::metadata(self.metadata.as_ref())?,
            due_at: self.due_at.map(micros),
            completed_at: None,
            archived_at: None,
            revision: 0,
            created_at: tx.now,
            updated_at: tx.now,
            delegation_status: WorkItemDelegationStatus::Unassigned,
            delegation_context: None,
            delegation_history: None,
            estimated_hours: self.estimated_hours.map(|h| fields::hours("estimated_hours", h)).transpose()?,
            actual_hours: None,
            unmet_prerequisites: 0,
            attempt_count: 0,
            max_attempts: fields::max_attempts(self.max_attempts)?,
            requirement_key: fields::requirement_key(&requirements),
            available_at: None,
            dead_at: None,
            blocked_reason: None,
            last_activity_at: Some(tx.now),
            prerequisite_satisfaction_required: self.prerequisite_satisfaction_required,
            auto_maintenance_enabled: self.auto_maintenance_enabled,
            quality_gate_level: self.quality_gate_level,
        };
        Ok((row, requirements))
    }
}
