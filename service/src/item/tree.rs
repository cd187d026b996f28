//! Items below each other, to any depth.

use std::collections::{HashMap, HashSet};

use callboard_entity::work_items;
use sea_orm::{ColumnTrait, Condition, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::brief::ItemBrief;
use super::state::FINISHED;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::project;

/// An item and everything below it or, where none is named, all the trees of a project; three statements at most.
///
/// # Errors
/// `NotFound`; `Invalid` for a limit outside 1 to 10,000.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ItemTree {
    /// The top, by key or id.
    pub item: Option<Ref>,
    /// Looked at where no item is named; the only active one where this is not named either.
    pub project: Option<Ref>,
    /// How far below the top to look; 0 is the top alone.
    pub depth: Option<usize>,
    /// Archived items too.
    pub archived: bool,
    /// How many items at most, 1 to 10,000.
    pub limit: u64,
}

impl Default for ItemTree {
    fn default() -> Self {
        Self { item: None, project: None, depth: None, archived: false, limit: 1000 }
    }
}

/// An item in its tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TreeItem {
    /// 0 for the top of a tree.
    pub depth: usize,
    /// The item.
    #[serde(flatten)]
    pub item: ItemBrief,
    /// Items below it, to any depth, and how many of them are done or cancelled.
    pub below: usize,
    /// Of the items below it, at any depth: those that are done or cancelled.
    pub finished_below: usize,
}

/// The trees from top to bottom: after each item what is below it, most urgent first.
///
/// A list and not a nest: parents may be thousands deep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trees {
    /// Each followed by what is below it.
    pub items: Vec<TreeItem>,
    /// The limit left some items out.
    pub truncated: bool,
}

const BELOW: &str = "WITH RECURSIVE below(id) AS (SELECT id FROM work_items WHERE id = $1 UNION \
    SELECT w.id FROM work_items w JOIN below ON w.parent_id = below.id) \
    SELECT w.* FROM work_items w JOIN below ON below.id = w.id ORDER BY w.priority, w.id LIMIT $2";

impl Query for ItemTree {
    type Output = Trees;

    async fn fetch(&self, tx: &Tx) -> Result<Trees> {
        if !(1..=10_000).contains(&self.limit) {
            return Err(Error::invalid("limit", self.limit.to_string(), "must be 1 to 10000"));
        }
        let (root, mut rows) = match &self.item {
            Some(item) => {
                let root = super::find(tx, item).await?;
                let limit = i64::try_from(self.limit).unwrap_or(i64::MAX) + 1;
                let statement = tx.dialect.statement(BELOW, [root.id.into(), limit.into()]);
                let rows = work_items::Model::find_by_statement(statement).all(&tx.conn).await?;
                (Some(root), rows)
            }
            None => (None, self.of_project(tx).await?),
        };
        let truncated = rows.len() as u64 > self.limit;
        rows.truncate(usize::try_from(self.limit).unwrap_or(usize::MAX));
        if !self.archived {
            rows.retain(|i| i.archived_at.is_none());
        }
        let mut items = flatten(rows, root);
        if let Some(depth) = self.depth {
            items.retain(|i| i.depth <= depth);
        }
        Ok(Trees { items, truncated })
    }
}

impl ItemTree {
    async fn of_project(&self, tx: &Tx) -> Result<Vec<work_items::Model>> {
        let project = project::resolve(tx, self.project.as_ref()).await?;
        let shown = if self.archived {
            Condition::all()
        } else {
            Condition::all().add(work_items::Column::ArchivedAt.is_null())
        };
        let rows = work_items::Entity::find()
            .filter(work_items::Column::ProjectId.eq(project.id))
            .filter(shown)
            .order_by_asc(work_items::Column::Priority)
            .order_by_asc(work_items::Column::Id)
            .limit(self.limit + 1);
        Ok(rows.all(&tx.conn).await?)
    }
}

/// Depth first, by a stack of our own.
fn flatten(rows: Vec<work_items::Model>, root: Option<work_items::Model>) -> Vec<TreeItem> {
    let top = root.as_ref().map(|r| r.id);
    let shown: HashSet<Uuid> = rows.iter().map(|i| i.id).chain(top).collect();
    let mut by_parent: HashMap<Option<Uuid>, Vec<work_items::Model>> = HashMap::new();
    for row in rows.into_iter().filter(|i| Some(i.id) != top) {
        // An item whose parent is not shown is a top of its own; below a named item it is left out with its parent.
        let parent = row.parent_id.filter(|p| shown.contains(p));
        if top.is_none() || parent.is_some() {
            by_parent.entry(parent).or_default().push(row);
        }
    }
    let mut stack: Vec<(usize, Option<usize>, work_items::Model)> = match root {
        Some(root) => vec![(0, None, root)],
        None => by_parent.remove(&None).unwrap_or_default().into_iter().rev().map(|i| (0, None, i)).collect(),
    };
    let (mut items, mut above): (Vec<TreeItem>, Vec<Option<usize>>) = (Vec::new(), Vec::new());
    while let Some((depth, parent, item)) = stack.pop() {
        let children = by_parent.remove(&Some(item.id)).unwrap_or_default();
        stack.extend(children.into_iter().rev().map(|child| (depth + 1, Some(items.len()), child)));
        items.push(TreeItem { depth, item: ItemBrief::from(item), below: 0, finished_below: 0 });
        above.push(parent);
    }
    // From the last item up: each is counted whole before its parent is.
    for index in (0..items.len()).rev() {
        if let Some(parent) = above[index] {
            let (below, finished) = (items[index].below, items[index].finished_below);
            items[parent].below += 1 + below;
            items[parent].finished_below += finished + usize::from(FINISHED.contains(&items[index].item.status));
        }
    }
    items
}
