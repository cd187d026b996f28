//! The orders of item lists, and the cursors by which their pages go on.

use callboard_entity::work_items;
use chrono::DateTime;
use sea_orm::sea_query::Expr;
use sea_orm::{ExprTrait, QueryFilter, QueryOrder, Select};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::error::{Error, Result};

/// In which order items are listed. Ties are broken by id, so an order is total and its pages never overlap.
///
/// Only the order by priority has an index, so that a page of it costs the same at any depth. The others sort what the
/// filters leave: an index by the last change would be written anew with every write of an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemOrder {
    /// Most urgent first, then oldest.
    #[default]
    Priority,
    /// Newest first.
    Created,
    /// Last changed first.
    Updated,
}

impl ItemOrder {
    /// Every order.
    pub const ALL: &'static [Self] = &[Self::Priority, Self::Created, Self::Updated];

    /// The word that callers use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Priority => "priority",
            Self::Created => "created",
            Self::Updated => "updated",
        }
    }

    pub(super) fn sort(self, query: Select<work_items::Entity>) -> Select<work_items::Entity> {
        use work_items::Column as C;
        match self {
            Self::Priority => query.order_by_asc(C::Priority).order_by_asc(C::Id),
            Self::Created => query.order_by_desc(C::CreatedAt).order_by_desc(C::Id),
            Self::Updated => query.order_by_desc(C::UpdatedAt).order_by_desc(C::Id),
        }
    }

    /// The cursor of the page that follows `last`: its place in the order, not to be read by callers.
    pub(super) fn cursor(self, last: &work_items::Model) -> String {
        let place = match self {
            Self::Priority => format!("p{}", last.priority),
            Self::Created => format!("c{}", last.created_at.timestamp_micros()),
            Self::Updated => format!("u{}", last.updated_at.timestamp_micros()),
        };
        format!("{place}.{}", last.id.simple())
    }

    /// Keeps what comes after a cursor.
    ///
    /// # Errors
    /// `Invalid` for a cursor that this order did not give.
    pub(super) fn after(self, query: Select<work_items::Entity>, cursor: &str) -> Result<Select<work_items::Entity>> {
        use work_items::Column as C;
        let wrong = || {
            let rule = format!("is not a cursor of a list in the order '{}'", self.as_str());
            Error::invalid("cursor", crate::rules::escape(cursor), rule)
        };
        let (place, id) = cursor.split_once('.').ok_or_else(wrong)?;
        let id = Uuid::try_parse(id).map_err(|_| wrong())?;
        let number = |prefix: char| place.strip_prefix(prefix).and_then(|n| n.parse::<i64>().ok()).ok_or_else(wrong);
        let time = |micros: i64| DateTime::from_timestamp_micros(micros).ok_or_else(wrong);
        let beyond = match self {
            Self::Priority => {
                let place = Expr::tuple([Expr::val(number('p')?), Expr::val(id)]);
                pair(C::Priority).gt(place)
            }
            Self::Created => before(C::CreatedAt, time(number('c')?)?, id),
            Self::Updated => before(C::UpdatedAt, time(number('u')?)?, id),
        };
        Ok(query.filter(beyond))
    }
}

/// As one value, so that both planners begin to read an index at it: of an OR they would read all that comes before.
fn pair(column: work_items::Column) -> Expr {
    Expr::tuple([column, work_items::Column::Id].map(|column| Expr::col((work_items::Entity, column))))
}

fn before(column: work_items::Column, at: Timestamp, id: Uuid) -> Expr {
    pair(column).lt(Expr::tuple([Expr::val(at), Expr::val(id)]))
}
