//! Finds a prerequisite of an item by what it names, and locks what it touches.

use callboard_entity::{task_prerequisites as edges, work_items};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::criteria::Criteria;
use super::edge::{self, Row};
use super::state::{self, PrerequisiteEvent};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::item::{self, write};
use crate::names;
use crate::rules;

/// An edge and the items that it touches, all locked.
pub(crate) struct Locked {
    pub item: work_items::Model,
    /// The item that is waited for, where one is.
    pub other: Option<work_items::Model>,
    pub edge: Row,
}

impl Locked {
    /// What the prerequisite is called: the key of its item, the path of its file, or what it says.
    pub fn name(&self) -> String {
        name(&self.edge, self.other.as_ref().map(|other| other.key.as_str()))
    }

    /// Whether it counts in its item's counter as it is.
    pub fn counts(&self) -> bool {
        edge::counts(&self.edge, self.item.prerequisite_satisfaction_required)
    }

    /// The refusal of what the machine does not have.
    pub fn refused(&self, event: PrerequisiteEvent) -> Error {
        let allowed = PrerequisiteEvent::ALL.iter().filter(|e| state::next(self.edge.status, **e).is_some());
        Error::Transition {
            entity: "prerequisite",
            name: format!("{} of {}", self.name(), self.item.key),
            from: self.edge.status.as_str().to_owned(),
            event: event.as_str().to_owned(),
            // A reopening is the other item's.
            allowed: allowed.filter(|e| **e != PrerequisiteEvent::Reopen).map(|e| e.as_str().to_owned()).collect(),
        }
    }
}

/// What a prerequisite is called.
pub(crate) fn name(edge: &Row, other: Option<&str>) -> String {
    let path = || Criteria::of(edge).ok().and_then(|criteria| criteria.path);
    other.map(str::to_owned).or_else(path).unwrap_or_else(|| edge.description.clone())
}

/// Locks the edges of the project, then the items that an edge touches in the order of their ids, and reads it then.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn lock(tx: &Tx, item: &Ref, prerequisite: &Ref) -> Result<Locked> {
    let item = item::find(tx, item).await?;
    let found = find(tx, &item, prerequisite).await?;
    lock_row(tx, &item, &found).await?.ok_or_else(|| missing(&item.key, prerequisite, Vec::new()))
}

/// As [`lock`], of an edge that was read without a lock; none where it is gone meanwhile.
pub(crate) async fn lock_row(tx: &Tx, item: &work_items::Model, edge: &Row) -> Result<Option<Locked>> {
    edge::lock_project(tx, item.project_id).await?;
    let mut items = write::lock_all(tx, [Some(item.id), edge.prerequisite_id].into_iter().flatten()).await?;
    let Some(at) = items.iter().position(|row| row.id == item.id) else { return Ok(None) };
    let item = items.swap_remove(at);
    let Some(edge) = edges::Entity::find_by_id(edge.id).one(&tx.conn).await? else { return Ok(None) };
    Ok(Some(Locked { item, other: items.pop(), edge }))
}

async fn find(tx: &Tx, item: &work_items::Model, prerequisite: &Ref) -> Result<Row> {
    match prerequisite {
        Ref::Id(id) => {
            if let Some(found) = by_id(tx, item, *id).await? {
                return Ok(found);
            }
            // By its key, where it is an item.
            let other = work_items::Entity::find_by_id(*id).one(&tx.conn).await?;
            let named = other.map_or_else(|| prerequisite.clone(), |other| Ref::Name(other.key));
            Err(missing(&item.key, &named, Vec::new()))
        }
        Ref::Name(name) => match item::find(tx, prerequisite).await {
            Ok(other) => {
                let found = by_id(tx, item, other.id).await?;
                found.ok_or_else(|| missing(&item.key, &Ref::Name(other.key), Vec::new()))
            }
            Err(Error::NotFound { .. }) => by_name(tx, item, name).await,
            Err(error) => Err(error),
        },
    }
}

/// By the edge's own id, or that of the item at its other end.
async fn by_id(tx: &Tx, item: &work_items::Model, id: Uuid) -> Result<Option<Row>> {
    let either = Condition::any().add(edges::Column::Id.eq(id)).add(edges::Column::PrerequisiteId.eq(id));
    Ok(edges::Entity::find().filter(edges::Column::WorkItemId.eq(item.id)).filter(either).one(&tx.conn).await?)
}

/// By the path of its file, or by what it says.
async fn by_name(tx: &Tx, item: &work_items::Model, wanted: &str) -> Result<Row> {
    let others = edges::Entity::find()
        .filter(edges::Column::WorkItemId.eq(item.id))
        .filter(edges::Column::PrerequisiteId.is_null())
        .order_by_asc(edges::Column::Id)
        .all(&tx.conn)
        .await?;
    if let Some(found) = others.iter().find(|edge| name(edge, None) == wanted || edge.description == wanted) {
        return Ok(found.clone());
    }
    let known: Vec<String> = others.iter().map(|edge| name(edge, None)).collect();
    let near = rules::near(wanted, known.iter().map(String::as_str));
    Err(missing(&item.key, &Ref::Name(wanted.to_owned()), near))
}

fn missing(item: &str, prerequisite: &Ref, near: Vec<String>) -> Error {
    Error::NotFound { entity: "prerequisite", name: format!("{item} -> {prerequisite}"), near }
}

/// Who answers for what is said of a prerequisite: `agent:SLUG` or `user:NAME`.
///
/// # Errors
/// `Invalid` where nobody in particular acts.
pub(crate) async fn answers(tx: &Tx, what: &str) -> Result<String> {
    let Some((kind, id)) = names::actor(tx.actor.kind, tx.actor.id) else {
        let rule = format!("must be an agent or a user: {what} needs who answers for it");
        return Err(Error::invalid("actor", tx.actor.key(), rule));
    };
    let names = names::names(tx, [(kind, id)]).await?;
    Ok(names.get(&id).cloned().unwrap_or_else(|| tx.actor.key()))
}
