//! Adds one item or many, with what they need and what they wait for.

use std::collections::{BTreeSet, HashMap};

use callboard_entity::{ProjectStatus, board_projects, work_item_requirements as needs, work_items};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::fields::Requirement;
use super::ledger::Entry;
use super::new::{ItemRef, NewItem};
use super::{assignee, find, write};
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Error, Result};
use crate::id::Ref;
use crate::prerequisite::edge;
use crate::project;

/// Adds items to a project, in the order given; all of them or none.
///
/// The number of statements does not grow with the items, but for one of each kind per 500 of them.
///
/// # Errors
/// `Invalid` for a field that breaks its rule; `NotFound` for a project, parent, prerequisite or assignee that is not
/// there; `Cycle` where prerequisites wait for each other; `Conflict` for an archived project, parent or agent, and for
/// a prerequisite that is cancelled or archived.
///
/// # Example
/// ```no_run
/// use callboard_service::Actor;
/// use callboard_service::item::{AddItems, ItemRef, NewItem};
///
/// # async fn example(board: callboard_service::Callboard) -> Result<(), callboard_service::Error> {
/// let parse = NewItem { priority: 1, ..NewItem::titled("Parse the config file") };
/// let watch = NewItem { prerequisites: vec![ItemRef::Index(0)], ..NewItem::titled("Reload it when it changes") };
/// let added = board.run(Actor::SYSTEM, &AddItems { project: None, items: vec![parse, watch] }).await?;
/// assert_eq!(added[1].unmet_prerequisites, 1);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AddItems {
    /// The project; the only active one where none is named.
    pub project: Option<Ref>,
    /// 1 or more. They may name each other by their index here.
    pub items: Vec<NewItem>,
}

impl Verb for AddItems {
    type Output = Vec<work_items::Model>;

    async fn apply(&self, tx: &Tx) -> Result<Self::Output> {
        if self.items.is_empty() {
            return Err(Error::invalid("items", "", "must name at least one item"));
        }
        let project = project::resolve(tx, self.project.as_ref()).await?;
        let mut rows = Vec::with_capacity(self.items.len());
        let mut requirements = Vec::with_capacity(self.items.len());
        for item in &self.items {
            let (row, needed) = item.row(tx, project.id)?;
            rows.push(row);
            requirements.push(needed);
        }
        self.set_aside(tx, &mut rows).await?;
        let linked = self.linked(tx, &project).await?;
        self.parents(&linked, &mut rows)?;
        let first = allocate(tx, &project, self.items.len()).await?;
        for (number, row) in (first..).zip(&mut rows) {
            row.key = format!("{}-{number}", project.key_prefix);
        }
        let edges = self.edges(tx, &linked, &mut rows)?;
        let created = rows.iter().map(|row| (row.clone(), Entry::new("created"))).collect();
        write::insert(tx, created).await?;
        insert_requirements(tx, rows.iter().map(|r| r.id).zip(requirements).collect()).await?;
        edge::insert(tx, edges).await?;
        Ok(rows)
    }
}

impl AddItems {
    async fn set_aside(&self, tx: &Tx, rows: &mut [work_items::Model]) -> Result<()> {
        let assignees = assignee::resolve_all(tx, self.items.iter().filter_map(|i| i.assignee.as_ref())).await?;
        for (item, row) in self.items.iter().zip(rows) {
            if let Some((kind, id)) = item.assignee.as_ref().and_then(|a| assignees.get(a)) {
                (row.assignee_type, row.assignee_id) = (Some(*kind), Some(*id));
            }
        }
        Ok(())
    }

    /// The items on the board that the new ones name; prerequisites are locked before their status is read.
    async fn linked<'a>(
        &'a self,
        tx: &Tx,
        project: &board_projects::Model,
    ) -> Result<HashMap<&'a Ref, work_items::Model>> {
        let existing = |link: &'a ItemRef| match link {
            ItemRef::Existing(item) => Some(item),
            ItemRef::Index(_) => None,
        };
        let parents: Vec<&Ref> = self.items.iter().filter_map(|i| i.parent.as_ref()).filter_map(existing).collect();
        let waited: Vec<&Ref> = self.items.iter().flat_map(|i| &i.prerequisites).filter_map(existing).collect();
        let mut linked = find::find_all(tx, parents.iter().chain(&waited).copied()).await?;
        if let Some(other) = linked.values().find(|i| i.project_id != project.id) {
            let rule = format!("must be in the project {}", project.slug);
            return Err(Error::invalid("parent or prerequisite", &*other.key, rule));
        }
        let ids: BTreeSet<Uuid> = waited.iter().filter_map(|item| linked.get(item)).map(|i| i.id).collect();
        if !ids.is_empty() {
            edge::lock_project(tx, project.id).await?;
            for locked in write::lock_all(tx, ids).await? {
                linked.values_mut().filter(|i| i.id == locked.id).for_each(|i| *i = locked.clone());
            }
        }
        Ok(linked)
    }

    fn parents(&self, linked: &HashMap<&Ref, work_items::Model>, rows: &mut [work_items::Model]) -> Result<()> {
        for (index, item) in self.items.iter().enumerate() {
            let parent = match &item.parent {
                None => continue,
                Some(ItemRef::Index(earlier)) if *earlier < index => rows[*earlier].id,
                Some(ItemRef::Index(other)) => {
                    return Err(Error::invalid("parent", other.to_string(), "must be the index of an earlier item"));
                }
                Some(ItemRef::Existing(name)) => {
                    let parent = linked.get(name).ok_or_else(|| Error::not_found("item", name.to_string()))?;
                    find::not_archived(parent)?;
                    parent.id
                }
            };
            rows[index].parent_id = Some(parent);
        }
        Ok(())
    }

    /// The edges to what the new items wait for; sets their counters.
    fn edges(
        &self,
        tx: &Tx,
        linked: &HashMap<&Ref, work_items::Model>,
        rows: &mut [work_items::Model],
    ) -> Result<Vec<edge::Row>> {
        let mut edges = Vec::new();
        let mut inside: Vec<Vec<usize>> = vec![Vec::new(); rows.len()];
        for (index, item) in self.items.iter().enumerate() {
            let mut seen = BTreeSet::new();
            for link in &item.prerequisites {
                let prerequisite = match link {
                    ItemRef::Index(other) if *other == index => return Err(edge::itself(&rows[index].key)),
                    ItemRef::Index(other) => {
                        inside[index].push(*other);
                        rows.get(*other).ok_or_else(|| {
                            Error::invalid(
                                "prerequisites",
                                other.to_string(),
                                "must be the index of an item of this call",
                            )
                        })?
                    }
                    ItemRef::Existing(name) => {
                        linked.get(name).ok_or_else(|| Error::not_found("item", name.to_string()))?
                    }
                };
                if seen.insert(prerequisite.id) {
                    let row = edge::new(tx, rows[index].id, prerequisite, None, true)?;
                    rows[index].unmet_prerequisites +=
                        i64::from(edge::counts(&row, item.prerequisite_satisfaction_required));
                    edges.push(row);
                }
            }
        }
        // An item on the board cannot wait for one that is not there yet: a cycle can only be among the new ones.
        match cycle(&inside) {
            None => Ok(edges),
            Some(path) => {
                let path: Vec<String> = path.into_iter().map(|i| rows[i].key.clone()).collect();
                Err(edge::cycle(path))
            }
        }
    }
}

/// Takes `count` numbers of the project; the row stays locked until the transaction ends, so keys have no gaps.
pub(crate) async fn allocate(tx: &Tx, project: &board_projects::Model, count: usize) -> Result<i64> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let next = board_projects::Column::NextItemNumber;
    let updated = board_projects::Entity::update_many()
        .col_expr(next, Expr::col(next).add(count))
        .col_expr(board_projects::Column::UpdatedAt, Expr::value(tx.now))
        .filter(board_projects::Column::Id.eq(project.id))
        .filter(board_projects::Column::Status.eq(ProjectStatus::Active))
        .exec_with_returning(&tx.conn)
        .await?;
    match updated.first() {
        Some(row) => Ok(row.next_item_number - count),
        None => {
            let status = ProjectStatus::Archived.as_str().to_owned();
            Err(Conflict::Inactive { entity: "project", name: project.slug.clone(), status }.into())
        }
    }
}

pub(super) async fn insert_requirements(tx: &Tx, items: Vec<(Uuid, Vec<Requirement>)>) -> Result<()> {
    let rows: Vec<needs::ActiveModel> = items
        .into_iter()
        .flat_map(|(item, needed)| needed.into_iter().map(move |r| (item, r)))
        .map(|(work_item_id, r)| {
            let row = needs::Model { work_item_id, capability: r.capability, min_level: r.level, created_at: tx.now };
            row.into_active_model().reset_all()
        })
        .collect();
    // SQLite takes at most 32,766 bound values in one statement.
    for chunk in rows.chunks(5000) {
        needs::Entity::insert_many(chunk.to_vec()).exec_without_returning(&tx.conn).await?;
    }
    Ok(())
}

/// A cycle of the graph `next[node]`, its first node again at the end.
fn cycle(next: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut done = vec![false; next.len()];
    for start in 0..next.len() {
        // Depth first without recursion: a chain may be as long as the call.
        let mut path: Vec<(usize, usize)> = if done[start] { Vec::new() } else { vec![(start, 0)] };
        let mut on_path = vec![false; if path.is_empty() { 0 } else { next.len() }];
        while let Some((node, at)) = path.last_mut() {
            let node = *node;
            on_path[node] = true;
            let Some(&to) = next[node].get(*at) else {
                (done[node], on_path[node]) = (true, false);
                path.pop();
                continue;
            };
            *at += 1;
            if on_path[to] {
                let mut found: Vec<usize> = path.iter().map(|(n, _)| *n).skip_while(|n| *n != to).collect();
                found.push(to);
                return Some(found);
            }
            if !done[to] {
                path.push((to, 0));
            }
        }
    }
    None
}
