//! All that the database holds of one item's story, as lines that are the same for every item that stands there.

use std::fmt::Display;

use callboard_service::entity::{
    board_decisions as decisions, board_messages as messages, checkpoints, file_operations as operations,
    session_events, task_assignments as assignments, work_item_events as events, work_items, work_sessions as sessions,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Statement};

use super::play::Place;

/// What other lines of the story are left out by [`made`]: they tell who did it, and how often it was tried.
const HOW: [&str; 6] = ["item", "assignment", "ledger", "session", "event", "verification"];

/// The rows of the item and its project, each as a line.
pub async fn look<C: ConnectionTrait>(conn: &C, place: &Place) -> Vec<String> {
    let mut lines = Vec::new();
    let item = work_items::Entity::find_by_id(place.item).one(conn).await.expect("read").expect("the item");
    lines.push(format!("item {} {} revision {}", item.status, item.delegation_status, item.revision));
    let held = assignments::Entity::find().filter(assignments::Column::WorkItemId.eq(place.item));
    for row in held.order_by_asc(assignments::Column::Id).all(conn).await.expect("read the assignments") {
        lines.push(format!("assignment {}", row.status));
    }
    let ledger = events::Entity::find().filter(events::Column::WorkItemId.eq(place.item));
    for row in ledger.order_by_asc(events::Column::Revision).all(conn).await.expect("read the ledger") {
        let (from, to) = (shown(row.from_status), shown(row.to_status));
        let (in_session, reason) = (row.session_id.is_some(), shown(row.reason));
        lines.push(format!("ledger {} {} {from} {to} {in_session} {reason}", row.revision, row.kind));
    }
    let at_work = sessions::Entity::find().filter(sessions::Column::ProjectId.eq(place.project));
    for row in at_work.order_by_asc(sessions::Column::Id).all(conn).await.expect("read the sessions") {
        let on_it = row.active_work_item_id == Some(place.item);
        lines.push(format!("session {} {on_it} {}", row.status, shown(row.summary)));
        let told = session_events::Entity::find().filter(session_events::Column::SessionId.eq(row.id));
        for row in told.order_by_asc(session_events::Column::Seq).all(conn).await.expect("read the events") {
            let text = row.data.as_ref().and_then(|data| data["text"].as_str().map(str::to_owned));
            lines.push(format!("event {} {} {}", row.seq, row.kind, shown(text)));
        }
    }
    let files = operations::Entity::find().filter(operations::Column::WorkItemId.eq(place.item));
    for row in files.order_by_asc(operations::Column::Id).all(conn).await.expect("read the operations") {
        let hash = row.content_hash.map(|hash| hash[..8].to_owned());
        let linked = row.assignment_id.is_some() && row.session_id.is_some();
        lines.push(format!("file {} {} {linked} {}", row.operation, row.path, shown(hash)));
        lines.push(format!("verification {} {}", row.path, row.verification_status));
    }
    let decided = decisions::Entity::find().filter(decisions::Column::ProjectId.eq(place.project));
    for row in decided.order_by_asc(decisions::Column::Number).all(conn).await.expect("read the decisions") {
        let linked = row.work_item_id == Some(place.item) && row.session_id.is_some() && row.agent_id.is_some();
        lines.push(format!("decision {} {} {linked} {}", row.number, row.status, row.title));
    }
    let noted = checkpoints::Entity::find().filter(checkpoints::Column::WorkItemId.eq(place.item));
    for row in noted.order_by_asc(checkpoints::Column::Seq).all(conn).await.expect("read the checkpoints") {
        let linked = row.assignment_id.is_some() && row.session_id.is_some();
        lines.push(format!("checkpoint {} {linked} {} {}", row.seq, row.note, shown(row.data)));
    }
    let sent = messages::Entity::find().filter(messages::Column::ProjectId.eq(place.project));
    for row in sent.order_by_asc(messages::Column::Id).all(conn).await.expect("read the messages") {
        lines.push(format!("message {} {} {}", row.kind, row.work_item_id.is_some(), row.body["text"]));
    }
    let sql = "SELECT entity_type, search_text FROM board_search WHERE project_id = $1";
    let index = Statement::from_sql_and_values(conn.get_database_backend(), sql, [place.project.into()]);
    let mut found: Vec<(String, String)> = Vec::new();
    for row in conn.query_all_raw(index).await.expect("read the index") {
        found.push((row.try_get("", "entity_type").expect("a type"), row.try_get("", "search_text").expect("words")));
    }
    found.sort();
    // The item's words begin with its key, which differs.
    let words = |kind: &str, text: String| if kind == "item" { String::new() } else { text };
    lines.extend(found.into_iter().map(|(kind, text)| format!("search {kind} {}", words(&kind, text))));
    lines
}

/// What the work made, whoever did it: files, decisions, checkpoints, messages and what is found by words.
pub fn made(lines: &[String]) -> Vec<&str> {
    let is_made = |line: &&str| !HOW.iter().any(|how| line.split(' ').next() == Some(*how));
    lines.iter().map(String::as_str).filter(is_made).collect()
}

/// The lines of one kind.
pub fn of<'l>(lines: &'l [String], kind: &str) -> Vec<&'l str> {
    lines.iter().map(String::as_str).filter(|line| line.split(' ').next() == Some(kind)).collect()
}

fn shown<T: Display>(value: Option<T>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}
