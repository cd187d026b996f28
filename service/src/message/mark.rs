//! Marks messages as read or acknowledged, each by its own reader.

use std::collections::BTreeSet;

use callboard_entity::{MessageKind, board_messages as messages, task_assignments as assignments};
use sea_orm::sea_query::{Expr, Query as Subquery};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::db::Tx;
use crate::db::dialect::open;
use crate::error::{Error, Result};

/// The most messages of one call.
const MOST: usize = 500;

/// A message and its marks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// The message.
    pub id: Uuid,
    /// When it was read.
    pub read_at: Option<Timestamp>,
    /// When it was acknowledged.
    pub acknowledged_at: Option<Timestamp>,
    /// It had the mark before: nothing was changed.
    pub already: bool,
}

/// Marks all of them, or none where one is not the actor's to read. What is marked keeps the time of its first mark.
pub(super) async fn mark(tx: &Tx, ids: &[Uuid], acknowledge: bool) -> Result<Vec<Marked>> {
    let ids: BTreeSet<Uuid> = ids.iter().copied().collect();
    if !(1..=MOST).contains(&ids.len()) {
        return Err(Error::invalid("messages", ids.len().to_string(), format!("must be 1 to {MOST} messages")));
    }
    let reader = match (tx.actor.agent_id(), tx.actor.user_id()) {
        (Some(agent), _) => ReadBy::Agent(agent),
        (None, Some(user)) => ReadBy::User(user),
        (None, None) => {
            let rule = "must be the agent whose message it is, or who holds its item";
            return Err(Error::invalid("actor", tx.actor.key(), rule));
        }
    };
    let of = || messages::Entity::find().filter(messages::Column::Id.is_in(ids.iter().copied()));
    let rows = of().order_by_asc(messages::Column::Id).lock_exclusive().all(&tx.conn).await?;
    if let Some(missing) = ids.iter().find(|id| rows.iter().all(|row| row.id != **id)) {
        return Err(Error::not_found("message", missing.to_string()));
    }
    let own: Vec<Uuid> =
        of().select_only().column(messages::Column::Id).filter(readable_by(reader)).into_tuple().all(&tx.conn).await?;
    if let Some(other) = rows.iter().find(|row| !own.contains(&row.id)) {
        let rule = format!("must be the agent to whom message {} was sent, or the holder of its item", other.id);
        return Err(Error::invalid("actor", tx.actor.key(), rule));
    }
    let marks: &[messages::Column] = if acknowledge {
        &[messages::Column::ReadAt, messages::Column::AcknowledgedAt]
    } else {
        &[messages::Column::ReadAt]
    };
    for column in marks.iter().copied() {
        messages::Entity::update_many()
            .col_expr(column, Expr::value(tx.now))
            .filter(messages::Column::Id.is_in(ids.iter().copied()))
            .filter(column.is_null())
            .exec(&tx.conn)
            .await?;
    }
    let marked = rows.into_iter().map(|row| {
        let before = if acknowledge { row.acknowledged_at } else { row.read_at };
        Marked {
            id: row.id,
            read_at: row.read_at.or(Some(tx.now)),
            acknowledged_at: if acknowledge { row.acknowledged_at.or(Some(tx.now)) } else { row.acknowledged_at },
            already: before.is_some(),
        }
    });
    Ok(marked.collect())
}

/// Who can have a message to read.
#[derive(Clone, Copy, Debug)]
enum ReadBy {
    /// An agent, which has an inbox.
    Agent(Uuid),
    /// A person, who has none, but may hold an item that was handed over to nobody in particular.
    User(Uuid),
}

/// What somebody reads: what is to them, and a handover to nobody in particular of an item that they hold. An inbox finds the
/// same by two statements, `Dialect::handed_over` for the latter.
fn readable_by(reader: ReadBy) -> Condition {
    let holds = match reader {
        ReadBy::Agent(id) => assignments::Column::AgentId.eq(id),
        ReadBy::User(id) => assignments::Column::UserId.eq(id),
    };
    let held = Subquery::select()
        .column(assignments::Column::WorkItemId)
        .from(assignments::Entity)
        .and_where(holds)
        .and_where(open::assignments())
        .to_owned();
    let handed = Condition::all()
        .add(messages::Column::ToAgentId.is_null())
        .add(messages::Column::Kind.eq(MessageKind::Handover))
        .add(messages::Column::WorkItemId.in_subquery(held));
    let any = match reader {
        ReadBy::Agent(id) => Condition::any().add(messages::Column::ToAgentId.eq(id)),
        ReadBy::User(_) => Condition::any(),
    };
    Condition::all().add(any.add(handed))
}
