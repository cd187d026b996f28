//! Edits what an item says; its status is moved by verbs of their own.

use callboard_entity::{WorkItemQualityGateLevel, WorkItemType, work_item_requirements as needs, work_items};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::add::insert_requirements;
use super::assignee::{self, Assignee};
use super::fields::{self, Criterion, Requirement};
use super::ledger::Entry;
use super::{held, parent, write};
use crate::change::Change;
use crate::clock::{Timestamp, micros};
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Error, Result};
use crate::id::Ref;
use crate::prerequisite::edge;

/// Changes the fields that are named; the others stay as they are. An edit that changes nothing writes nothing.
///
/// # Errors
/// `Revision` where the item is not at the expected revision; `Held` for a change of the assignee, or to an epic, while
/// an assignment is open; `Cycle` for a parent below the item, naming the way; `Invalid`, `Inactive` and `NotFound` as in
/// [`super::AddItems`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EditItem {
    /// By key or id.
    pub item: Ref,
    /// The revision that the caller saw: the edit is refused when somebody changed the item since.
    pub expected_revision: Option<i64>,
    /// One line, at most 500 characters.
    pub title: Option<String>,
    /// What kind of work it is; an epic is never assigned.
    pub r#type: Option<WorkItemType>,
    /// At most 1 MiB.
    pub description: Change<String>,
    /// All criteria, in place of those that it had; at most 100.
    pub acceptance_criteria: Option<Vec<Criterion>>,
    /// 0 (most urgent) to 4.
    pub priority: Option<i64>,
    /// An item of the same project that is not below this one.
    pub parent: Change<Ref>,
    /// For whom it is set aside.
    pub assignee: Change<Assignee>,
    /// All tags; `add_tags` and `remove_tags` change single ones.
    pub tags: Option<Vec<String>>,
    /// Each at most 64 characters; what it has already is no error.
    pub add_tags: Vec<String>,
    /// What it does not have is no error.
    pub remove_tags: Vec<String>,
    /// A JSON object.
    pub metadata: Change<Value>,
    /// When it should be done; lists call it overdue afterwards.
    pub due_at: Change<Timestamp>,
    /// At most 999,999.99, rounded to two decimals.
    pub estimated_hours: Change<Decimal>,
    /// At most 999,999.99, rounded to two decimals.
    pub actual_hours: Change<Decimal>,
    /// How often it may be started before it is dead, 1 to 1000.
    pub max_attempts: Option<i64>,
    /// All requirements, in place of those that it had; at most 100.
    pub requirements: Option<Vec<Requirement>>,
    /// Whether it waits for prerequisites of every type before it begins: what it waits for is counted anew with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prerequisite_satisfaction_required: Option<bool>,
    /// Whether maintenance may change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_maintenance_enabled: Option<bool>,
    /// What its completion must meet. An item in review stays there, whatever its gate becomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality_gate_level: Option<WorkItemQualityGateLevel>,
}

/// The item after an edit, and whether it changed anything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EditedItem {
    /// As it is now.
    pub item: work_items::Model,
    /// Whether anything is different.
    pub changed: bool,
}

impl EditItem {
    /// Changes nothing; set the fields with `EditItem { title: .., ..EditItem::new(item) }`.
    pub fn new(item: impl Into<Ref>) -> Self {
        Self {
            item: item.into(),
            expected_revision: None,
            title: None,
            r#type: None,
            description: Change::Keep,
            acceptance_criteria: None,
            priority: None,
            parent: Change::Keep,
            assignee: Change::Keep,
            tags: None,
            add_tags: Vec::new(),
            remove_tags: Vec::new(),
            metadata: Change::Keep,
            due_at: Change::Keep,
            estimated_hours: Change::Keep,
            actual_hours: Change::Keep,
            max_attempts: None,
            requirements: None,
            prerequisite_satisfaction_required: None,
            auto_maintenance_enabled: None,
            quality_gate_level: None,
        }
    }
}

impl Verb for EditItem {
    type Output = EditedItem;

    async fn apply(&self, tx: &Tx) -> Result<EditedItem> {
        if matches!(self.parent, Change::Set(_)) {
            // Before the item's own lock, in the order that prerequisites take them.
            let found = super::find(tx, &self.item).await?;
            edge::lock_project(tx, found.project_id).await?;
        }
        let item = super::lock(tx, &self.item).await?;
        if let Some(expected) = self.expected_revision.filter(|e| *e != item.revision) {
            return Err(Conflict::Revision { item: item.key, expected, found: item.revision }.into());
        }
        let (after, requirements) = self.edited(tx, &item).await?;
        if item == after {
            return Ok(EditedItem { item, changed: false });
        }
        let moves = (after.assignee_type, after.assignee_id) != (item.assignee_type, item.assignee_id);
        if moves || (after.r#type == WorkItemType::Epic && item.r#type != WorkItemType::Epic) {
            held::refuse(tx, &item).await?;
        }
        let entry = Entry::new("edited").data("changes", changes(&item, &after));
        let written = write::update(tx, &item, after, entry).await?;
        if let Some(requirements) = requirements.filter(|_| item.requirement_key != written.requirement_key) {
            needs::Entity::delete_many().filter(needs::Column::WorkItemId.eq(item.id)).exec(&tx.conn).await?;
            insert_requirements(tx, vec![(item.id, requirements)]).await?;
        }
        Ok(EditedItem { item: written, changed: true })
    }
}

impl EditItem {
    async fn edited(&self, tx: &Tx, item: &work_items::Model) -> Result<(work_items::Model, Option<Vec<Requirement>>)> {
        let mut after = item.clone();
        if let Some(title) = &self.title {
            after.title = fields::title(title)?;
        }
        after.r#type = self.r#type.unwrap_or(item.r#type);
        if !matches!(self.description, Change::Keep) {
            after.description = fields::text("description", self.description.given().map(String::as_str))?;
        }
        if let Some(criteria) = &self.acceptance_criteria {
            after.acceptance_criteria = fields::criteria(criteria)?;
        }
        if let Some(priority) = self.priority {
            after.priority = fields::priority(priority)?;
        }
        after.tags = self.edited_tags(item)?;
        if !matches!(self.metadata, Change::Keep) {
            after.metadata = fields::metadata(self.metadata.given())?;
        }
        after.due_at = self.due_at.of(item.due_at).map(micros);
        after.estimated_hours = hours("estimated_hours", &self.estimated_hours, item.estimated_hours)?;
        after.actual_hours = hours("actual_hours", &self.actual_hours, item.actual_hours)?;
        if let Some(max) = self.max_attempts {
            after.max_attempts = fields::max_attempts(max)?;
        }
        let requirements = self.requirements.as_deref().map(fields::requirements).transpose()?;
        if let Some(requirements) = &requirements {
            after.requirement_key = fields::requirement_key(requirements);
        }
        self.automation(tx, item, &mut after).await?;
        match &self.parent {
            Change::Keep => {}
            Change::Set(name) => after.parent_id = Some(parent::resolve(tx, item, name).await?),
            Change::Clear => after.parent_id = None,
        }
        match &self.assignee {
            Change::Keep => {}
            Change::Set(name) => {
                let (kind, id) = assignee::resolve(tx, name).await?;
                (after.assignee_type, after.assignee_id) = (Some(kind), Some(id));
            }
            Change::Clear => (after.assignee_type, after.assignee_id) = (None, None),
        }
        Ok((after, requirements))
    }

    async fn automation(&self, tx: &Tx, item: &work_items::Model, after: &mut work_items::Model) -> Result<()> {
        after.auto_maintenance_enabled = self.auto_maintenance_enabled.unwrap_or(item.auto_maintenance_enabled);
        after.quality_gate_level = self.quality_gate_level.unwrap_or(item.quality_gate_level);
        let all = self.prerequisite_satisfaction_required.unwrap_or(item.prerequisite_satisfaction_required);
        if all != item.prerequisite_satisfaction_required {
            // Under the item's lock: whoever changes one of its prerequisites needs it, too.
            after.prerequisite_satisfaction_required = all;
            after.unmet_prerequisites = edge::count(tx, item.id, all).await?;
        }
        Ok(())
    }

    fn edited_tags(&self, item: &work_items::Model) -> Result<Option<Value>> {
        if self.tags.is_none() && self.add_tags.is_empty() && self.remove_tags.is_empty() {
            return Ok(item.tags.clone());
        }
        if let Some(both) = self.add_tags.iter().find(|t| self.remove_tags.contains(t)) {
            return Err(Error::invalid("tag", &**both, "cannot be added and removed at once"));
        }
        let stored = item.tags.as_ref().and_then(Value::as_array).into_iter().flatten();
        let stored = || stored.filter_map(Value::as_str).map(str::to_owned).collect();
        let mut tags: Vec<String> = self.tags.clone().unwrap_or_else(stored);
        tags.extend(self.add_tags.iter().cloned());
        tags.retain(|t| !self.remove_tags.contains(t));
        fields::tags(&tags)
    }
}

fn hours(field: &'static str, change: &Change<Decimal>, before: Option<Decimal>) -> Result<Option<Decimal>> {
    match change {
        Change::Set(hours) => fields::hours(field, *hours).map(Some),
        Change::Keep | Change::Clear => Ok(change.of(before)),
    }
}

/// The longest value that a ledger row keeps; of longer ones it says only that they changed.
const KEPT: usize = 500;

/// What changed, field by field, as `[before, after]`.
fn changes(before: &work_items::Model, after: &work_items::Model) -> Value {
    let fields = |item: &work_items::Model| match json!(item) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let old = fields(before);
    let short = |value: &Value| if value.to_string().len() <= KEPT { value.clone() } else { json!("(long)") };
    let changed = fields(after).into_iter().filter_map(|(name, new)| {
        let was = old.get(&name).cloned().unwrap_or(Value::Null);
        (was != new).then(|| (name, json!([short(&was), short(&new)])))
    });
    Value::Object(changed.collect())
}
