//! Lists items, filtered, a page at a time.

use callboard_entity::{WorkItemStatus, WorkItemType, work_items};
use sea_orm::{EntityTrait, QuerySelect};
use serde::{Deserialize, Serialize};

use super::assignee::Assignee;
use super::cursor::ItemOrder;
use super::filter;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::names;

/// Whether archived items are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Archived {
    /// Archived items are left out.
    #[default]
    Hide,
    /// They are listed with the others.
    Show,
    /// Nothing else is listed.
    Only,
}

/// Whom items must be set aside for, or held by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssigneeFilter {
    /// Only items that are nobody's.
    Nobody,
    /// Only items that are this one's.
    Is(Assignee),
}

/// Items that meet every filter that is set; four statements whatever the rows, and one for each name.
///
/// # Errors
/// `NotFound` for a name; `Invalid` for a limit outside 1 to 1,000 and for a cursor of another order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct ListItems {
    /// Of this project only, by slug or id.
    pub project: Option<Ref>,
    /// Any of these; every status where the list is empty. So it is with types and priorities.
    pub statuses: Vec<WorkItemStatus>,
    /// Any of these.
    pub types: Vec<WorkItemType>,
    /// Any of these, 0 (most urgent) to 4.
    pub priorities: Vec<i64>,
    /// All of these.
    pub tags: Vec<String>,
    /// Whose they are, or that they are nobody's.
    pub assignee: Option<AssigneeFilter>,
    /// Items directly below this one.
    pub parent: Option<Ref>,
    /// In this sprint, by code or id.
    pub sprint: Option<Ref>,
    /// Part of the title; ASCII letters match in either case.
    pub text: Option<String>,
    /// What anybody with the capabilities could claim now; [`super::Ready`] says it for one agent.
    pub ready: bool,
    /// Dead letters: what used up its attempts.
    pub dead: bool,
    /// Unfinished items that wait for a cancelled, archived or dead one.
    pub stuck: bool,
    /// Unfinished items whose due time has passed.
    pub overdue: bool,
    /// Archived items are hidden by default.
    pub archived: Archived,
    /// By priority by default.
    pub order: ItemOrder,
    /// Where to go on, as the last page said.
    pub cursor: Option<String>,
    /// 1 to 1,000.
    pub limit: u64,
}

impl Default for ListItems {
    fn default() -> Self {
        Self {
            project: None,
            statuses: Vec::new(),
            types: Vec::new(),
            priorities: Vec::new(),
            tags: Vec::new(),
            assignee: None,
            parent: None,
            sprint: None,
            text: None,
            ready: false,
            dead: false,
            stuck: false,
            overdue: false,
            archived: Archived::Hide,
            order: ItemOrder::Priority,
            cursor: None,
            limit: 50,
        }
    }
}

/// A page of items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemPage {
    /// At most as many as the limit.
    pub items: Vec<ListedItem>,
    /// The cursor of the next page; none on the last one.
    pub next: Option<String>,
}

/// An item with the name of its assignee.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListedItem {
    /// The row.
    #[serde(flatten)]
    pub item: work_items::Model,
    /// Whom it is set aside for, or who holds it: `agent:SLUG` or `user:NAME`.
    pub assignee: Option<String>,
}

impl Query for ListItems {
    type Output = ItemPage;
    const IS_SHORT: bool = true;

    async fn fetch(&self, tx: &Tx) -> Result<ItemPage> {
        if !(1..=1000).contains(&self.limit) {
            return Err(Error::invalid("limit", self.limit.to_string(), "must be 1 to 1000"));
        }
        let mut query = filter::apply(tx, work_items::Entity::find(), self).await?;
        if let Some(cursor) = &self.cursor {
            query = self.order.after(query, cursor)?;
        }
        let mut rows = self.order.sort(query).limit(self.limit + 1).all(&tx.conn).await?;
        let more = rows.len() as u64 > self.limit;
        rows.truncate(usize::try_from(self.limit).unwrap_or(usize::MAX));
        let next = rows.last().filter(|_| more).map(|last| self.order.cursor(last));
        Ok(ItemPage { items: named(tx, rows).await?, next })
    }
}

/// Adds the assignees' names.
pub(super) async fn named(tx: &Tx, rows: Vec<work_items::Model>) -> Result<Vec<ListedItem>> {
    let names = names::names(tx, rows.iter().filter_map(names::assignee)).await?;
    let listed = rows.into_iter().map(|item| {
        let assignee = item.assignee_id.and_then(|id| names.get(&id).cloned());
        ListedItem { item, assignee }
    });
    Ok(listed.collect())
}
