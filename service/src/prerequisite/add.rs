//! Lets an item wait for something.

use callboard_entity::{
    TaskPrerequisiteType as Type, WorkItemQualityGateLevel as Level, task_prerequisites as edges, work_items,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::criteria::Criteria;
use super::{edge, named};
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Error, Result};
use crate::id::Ref;
use crate::item::ledger::Entry;
use crate::item::{self, fields, write};
use crate::{file, gate, rules};

/// Lets `item` wait for something: another item, a confirmation, a file or a gate.
///
/// A completion holds the item back always; the other types do where the item asks for all of them
/// (`prerequisite_satisfaction_required`), and at its completion where its gate is enhanced or strict. What is met already
/// is satisfied at once, but for files, which [`super::CheckPrerequisites`] looks at. One that is there already is left as it is.
///
/// # Errors
/// `NotFound`; `Cycle` with the whole of it, also for an item that would wait for itself; `Invalid` for items of two
/// projects and for what breaks a rule; `Conflict` where either item is archived, the prerequisite is cancelled, or the item
/// waits for it in another way already.
///
/// # Example
/// ```no_run
/// use callboard_service::Actor;
/// use callboard_service::prerequisite::AddPrerequisite;
///
/// # async fn example(board: callboard_service::Callboard) -> Result<(), callboard_service::Error> {
/// // CB-2 is not ready until CB-1 is done.
/// let added = board.run(Actor::SYSTEM, &AddPrerequisite::new("CB-2", "CB-1")).await?;
/// println!("{}: {}", added.edge.description, added.edge.status.as_str());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AddPrerequisite {
    /// The item that is to wait, by key or id.
    pub item: Ref,
    /// What it waits for.
    pub needs: Needed,
    /// What must be true; needed for a validation without a command, and `KEY is done` or the like where nothing is said.
    #[serde(default)]
    pub description: Option<String>,
    /// Whether it is a hint only: shown, but nothing waits for it.
    #[serde(default)]
    pub optional: bool,
    /// Whether a file or a gate is confirmed by hand, and never by a look or a completion.
    #[serde(default)]
    pub by_hand: bool,
}

/// What an item can wait for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Needed {
    /// Another item of the project is done.
    CompletionDependency {
        /// By key or id.
        item: Ref,
    },
    /// Somebody confirms it, with evidence.
    ValidationRequirement {
        /// What is run for it, such as `cargo test`; Callboard does not run it. At most 1 MiB.
        #[serde(default)]
        command: Option<String>,
    },
    /// A file is there.
    FileDependency {
        /// Relative to the project's root.
        path: String,
        /// With this SHA-256, in 64 lower-case hexadecimal digits; with any content where there is none.
        #[serde(default)]
        content_hash: Option<String>,
    },
    /// Another item of the project is done, and its completion meets a level.
    QualityGate {
        /// By key or id.
        item: Ref,
        /// What its completion must meet, whatever gate the item itself has.
        level: Level,
    },
}

impl AddPrerequisite {
    /// A mandatory completion that says nothing more.
    pub fn new(item: impl Into<Ref>, prerequisite: impl Into<Ref>) -> Self {
        Self::on(item, Needed::CompletionDependency { item: prerequisite.into() })
    }

    /// A mandatory one of any type that says nothing more.
    pub fn on(item: impl Into<Ref>, needs: Needed) -> Self {
        Self { item: item.into(), needs, description: None, optional: false, by_hand: false }
    }
}

/// The edge, and whether it was there before.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AddedPrerequisite {
    /// As it is now.
    pub edge: edges::Model,
    /// It was there before: nothing was changed.
    pub already: bool,
}

impl Verb for AddPrerequisite {
    type Output = AddedPrerequisite;

    async fn apply(&self, tx: &Tx) -> Result<Self::Output> {
        let description = fields::text("description", self.description.as_deref())?;
        match &self.needs {
            Needed::CompletionDependency { item } => {
                if self.by_hand {
                    return Err(Error::invalid(
                        "by_hand",
                        "",
                        "is for files and gates: a completion is seen by itself",
                    ));
                }
                self.on_item(tx, item, None, description).await
            }
            Needed::QualityGate { item, level } => self.on_item(tx, item, Some(*level), description).await,
            Needed::ValidationRequirement { command } => {
                let command = fields::text("command", command.as_deref())?;
                let said = description.or_else(|| command.as_ref().map(|command| format!("`{command}` succeeds")));
                let Some(said) = said else {
                    return Err(Error::invalid(
                        "description",
                        "",
                        "must say what is to be confirmed, or a command must",
                    ));
                };
                let criteria = Criteria { command, ..Criteria::default() };
                self.on_other(tx, Type::ValidationRequirement, said, criteria).await
            }
            Needed::FileDependency { path, content_hash } => {
                file::check_path("path", path)?;
                content_hash.as_deref().map_or(Ok(()), file::check_hash)?;
                let content = content_hash.as_ref().map(|hash| format!(" with the content {hash:.12}"));
                let said = description.unwrap_or_else(|| format!("{path} is there{}", content.unwrap_or_default()));
                let (path, content_hash) = (Some(path.clone()), content_hash.clone());
                let criteria = Criteria { path, content_hash, ..Criteria::default() };
                self.on_other(tx, Type::FileDependency, said, criteria).await
            }
        }
    }
}

impl AddPrerequisite {
    /// Waits for an item: to be done, or to be done at a level.
    async fn on_item(
        &self,
        tx: &Tx,
        other: &Ref,
        level: Option<Level>,
        description: Option<String>,
    ) -> Result<AddedPrerequisite> {
        let item = item::find(tx, &self.item).await?;
        let other = item::find(tx, other).await?;
        let (item, other) = edge::lock_both(tx, &item, &other).await?;
        if let Some(edge) = edge::between(tx, item.id, other.id).await? {
            let wanted = if level.is_some() { Type::QualityGate } else { Type::CompletionDependency };
            if edge.prerequisite_type != wanted || Criteria::of(&edge)?.level != level {
                let name = format!("{} -> {} ({})", item.key, other.key, edge.prerequisite_type);
                return Err(Conflict::Exists { entity: "prerequisite", name }.into());
            }
            return Ok(AddedPrerequisite { edge, already: true });
        }
        item::not_archived(&item)?;
        edge::check_acyclic(tx, &item, &other).await?;
        let edge = match level {
            None => edge::new(tx, item.id, &other, description, !self.optional)?,
            Some(level) => {
                edge::may_be_done(&other)?;
                let description = description.unwrap_or_else(|| format!("{} meets the {level} gate", other.key));
                let reached = gate::reached(tx, &other).await?;
                let met = !self.by_hand && reached.is_some_and(|reached| gate::covers(reached, level));
                let criteria = Criteria { level: Some(level), ..Criteria::default() };
                edge::Row {
                    prerequisite_id: Some(other.id),
                    validation_criteria: criteria.stored(),
                    is_auto_resolvable: !self.by_hand,
                    status: edge::first_status(met),
                    satisfied_at: met.then_some(tx.now),
                    ..edge::other(tx, item.id, Type::QualityGate, description, !self.optional)
                }
            }
        };
        self.insert(tx, &item, edge, Some(&other)).await
    }

    /// Waits for what is no item.
    async fn on_other(
        &self,
        tx: &Tx,
        kind: Type,
        description: String,
        criteria: Criteria,
    ) -> Result<AddedPrerequisite> {
        rules::not_id("description", &description)?;
        let found = item::find(tx, &self.item).await?;
        edge::lock_project(tx, found.project_id).await?;
        let item = write::lock(tx, found.id).await?;
        let same = edges::Entity::find()
            .filter(edges::Column::WorkItemId.eq(item.id))
            .filter(edges::Column::PrerequisiteType.eq(kind))
            .all(&tx.conn)
            .await?;
        let edge = edge::Row {
            validation_criteria: criteria.stored(),
            is_auto_resolvable: kind == Type::FileDependency && !self.by_hand,
            ..edge::other(tx, item.id, kind, description, !self.optional)
        };
        let called = named::name(&edge, None);
        if let Some(other) = same.into_iter().find(|other| named::name(other, None) == called) {
            if Criteria::of(&other)?.asked() == criteria {
                return Ok(AddedPrerequisite { edge: other, already: true });
            }
            // By what would one tell them apart?
            let name = format!("{} -> {called} ({kind})", item.key);
            return Err(Conflict::Exists { entity: "prerequisite", name }.into());
        }
        item::not_archived(&item)?;
        self.insert(tx, &item, edge, None).await
    }

    async fn insert(
        &self,
        tx: &Tx,
        item: &work_items::Model,
        edge: edge::Row,
        other: Option<&work_items::Model>,
    ) -> Result<AddedPrerequisite> {
        edge::insert(tx, vec![edge.clone()]).await?;
        let mut after = item.clone();
        after.unmet_prerequisites += i64::from(edge::counts(&edge, item.prerequisite_satisfaction_required));
        let mut entry = Entry::new("prerequisite_added")
            .data("prerequisite", named::name(&edge, other.map(|other| other.key.as_str())))
            .data("prerequisite_id", other.map(|other| other.id.to_string()))
            .data("prerequisite_status", edge.status.as_str());
        if edge.prerequisite_type != Type::CompletionDependency {
            entry = entry.data("prerequisite_type", edge.prerequisite_type.as_str());
        }
        write::update(tx, item, after, entry).await?;
        Ok(AddedPrerequisite { edge, already: false })
    }
}
