//! One line of the file as a typed record: nothing here looks at the board.

use callboard_entity::{WorkItemStatus as Status, WorkItemType as Kind};
use rust_decimal::Decimal;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::fields::{Taken, time};
use super::{clean, criteria};
use crate::clock::Timestamp;
use crate::import::lines;
use crate::item::Criterion;
use crate::item::fields::hours;
use crate::rules;

/// An issue of beads.
#[derive(Debug)]
pub(super) struct Record {
    pub id: String,
    /// Of the record with its keys in order, so that only a change of content changes it.
    pub sha256: String,
    pub title: String,
    pub description: Option<String>,
    pub criteria: Vec<Criterion>,
    pub kind: Kind,
    pub status: Status,
    pub priority: i64,
    pub tags: Vec<String>,
    pub assignee: Option<String>,
    pub created_by: Option<String>,
    pub estimated_hours: Option<Decimal>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub due_at: Option<Timestamp>,
    pub defer_until: Option<Timestamp>,
    /// How it was finished; there exactly when the status is done or cancelled.
    pub closing: Option<Closing>,
    pub comments: Vec<Comment>,
    pub edges: Vec<Edge>,
    pub fields: Taken,
}

/// The end of an issue.
#[derive(Clone, Debug)]
pub(super) struct Closing {
    pub at: Timestamp,
    pub by: Option<String>,
    pub reason: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Comment {
    pub author: Option<String>,
    pub text: String,
    pub at: Timestamp,
    /// The source's id of the comment, and what else it says.
    pub data: Map<String, Value>,
}

/// What an issue says of another one.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub to: String,
    /// Lower case, words joined by `-`: both spellings of parent-child are one.
    pub kind: String,
    pub at: Option<Timestamp>,
    pub original: Value,
}

impl Record {
    /// Reads a line.
    ///
    /// # Errors
    /// A text that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|marker| text.starts_with(marker)) {
            return Err("is a conflict marker of git: resolve the conflict first".to_owned());
        }
        let value: Value = serde_json::from_str(text).map_err(|error| lines::no_json(&error))?;
        let sha256 = Sha256::digest(value.to_string()).iter().map(|byte| format!("{byte:02x}")).collect();
        let Value::Object(map) = value else { return Err("is no JSON object".to_owned()) };
        let mut f = Taken::new(map);
        let id = f.text("id")?.ok_or("has no id")?;
        rules::line("id", &id).map_err(|error| error.to_string())?;
        let created_at = f.time("created_at")?.ok_or("has no created_at")?;
        let updated_at = f.time("updated_at")?.unwrap_or(created_at);
        let status = status(&mut f)?;
        let mut record = Self {
            title: title(&mut f, &id)?,
            description: long(&mut f, "description")?,
            criteria: criteria(&mut f)?,
            kind: kind(&mut f)?,
            priority: priority(&mut f)?,
            tags: tags(&mut f)?,
            assignee: name(&mut f, "assignee")?,
            created_by: name(&mut f, "created_by")?,
            estimated_hours: estimate(&mut f)?,
            due_at: f.time("due_at")?,
            defer_until: None,
            closing: closing(&mut f, status, updated_at)?,
            comments: comments(&mut f)?,
            edges: edges(&mut f, &id)?,
            id,
            sha256,
            status,
            created_at,
            updated_at,
            fields: Taken::default(),
        };
        if status == Status::Todo {
            record.defer_until = f.time("defer_until")?;
        }
        f.keep_rest();
        let kept = serde_json::to_string(&f.kept).map_or(usize::MAX, |text| text.len());
        if kept > rules::TEXT {
            return Err(format!("the fields that the board does not have are {kept} bytes: at most {}", rules::TEXT));
        }
        record.fields = f;
        Ok(record)
    }
}

fn title(f: &mut Taken, id: &str) -> Result<String, String> {
    let original = f.text("title")?.unwrap_or_default();
    let (title, altered) = clean::line(&original);
    if title.is_empty() {
        f.alter("title", original, "an item needs a title: its id became it");
        return Ok(id.to_owned());
    }
    if altered {
        f.alter(
            "title",
            rules::escape(&original),
            "a title is one line of at most 500 characters without control ones",
        );
    }
    Ok(title)
}

/// A text of several lines; control characters become spaces.
fn long(f: &mut Taken, name: &'static str) -> Result<Option<String>, String> {
    let Some(original) = f.text(name)? else { return Ok(None) };
    let (text, altered) = clean::text(&original);
    rules::text(name, &text).map_err(|error| error.to_string())?;
    if altered {
        f.alter(name, rules::escape(&original), "a text has no control characters");
    }
    Ok(Some(text).filter(|text| !text.trim().is_empty()))
}

fn criteria(f: &mut Taken) -> Result<Vec<Criterion>, String> {
    Ok(long(f, "acceptance_criteria")?.map(|text| criteria::parse(&text)).unwrap_or_default())
}

fn status(f: &mut Taken) -> Result<Status, String> {
    let Some(word) = f.text("status")? else { return Ok(Status::Todo) };
    Ok(match word.to_lowercase().replace('-', "_").as_str() {
        "open" | "todo" => Status::Todo,
        "in_progress" => Status::InProgress,
        "blocked" => Status::Blocked,
        "deferred" | "backlog" => Status::Backlog,
        "closed" | "done" => Status::Done,
        "tombstone" => Status::Cancelled,
        _ => {
            f.alter("status", word, "the board has no such status: it waits in the backlog");
            Status::Backlog
        }
    })
}

fn kind(f: &mut Taken) -> Result<Kind, String> {
    let Some(word) = f.text("issue_type")? else { return Ok(Kind::Task) };
    match rules::word("issue_type", &word, Kind::ALL, |kind| kind.as_str()) {
        Ok(kind) => Ok(kind),
        Err(_) => {
            f.alter("issue_type", word, "the board has no such type: it is a task");
            Ok(Kind::Task)
        }
    }
}

fn priority(f: &mut Taken) -> Result<i64, String> {
    let Some(priority) = f.integer("priority")? else { return Ok(2) };
    if !(0..=4).contains(&priority) {
        f.alter("priority", priority, "priorities are 0 to 4: the nearest was taken");
    }
    Ok(priority.clamp(0, 4))
}

fn tags(f: &mut Taken) -> Result<Vec<String>, String> {
    let mut tags: Vec<String> = Vec::new();
    let mut kept = Vec::new();
    for label in f.list("labels")? {
        let Value::String(label) = label else { return Err("labels must be texts".to_owned()) };
        match rules::normal_name("tag", &label) {
            Ok(tag) => {
                if tag != label || tags.len() == 100 {
                    kept.push(Value::String(label));
                }
                if !tags.contains(&tag) && tags.len() < 100 {
                    tags.push(tag);
                }
            }
            Err(_) => kept.push(Value::String(label)),
        }
    }
    if !kept.is_empty() {
        f.alter("labels", kept, "tags are at most 100 words in lower case, without colons or commas");
    }
    Ok(tags)
}

fn name(f: &mut Taken, field: &'static str) -> Result<Option<String>, String> {
    let Some(original) = f.text(field)? else { return Ok(None) };
    match clean::name(&original) {
        Some((name, false)) => Ok(Some(name)),
        Some((name, true)) => {
            f.alter(field, rules::escape(&original), "a name is one line without control characters, and no id");
            Ok(Some(name))
        }
        None => {
            f.keep(field, rules::escape(&original), "nobody can have this name");
            Ok(None)
        }
    }
}

fn estimate(f: &mut Taken) -> Result<Option<Decimal>, String> {
    let Some(minutes) = f.integer("estimated_minutes")? else { return Ok(None) };
    match hours("estimated_hours", Decimal::from(minutes) / Decimal::from(60)) {
        Ok(hours) => {
            if hours * Decimal::from(60) != Decimal::from(minutes) {
                f.alter("estimated_minutes", minutes, "hours have two decimals");
            }
            Ok(Some(hours))
        }
        Err(_) => {
            f.keep("estimated_minutes", minutes, "an estimate is 0 to 999,999.99 hours");
            Ok(None)
        }
    }
}

/// How a finished issue was finished. What tells of an end that is not there is kept.
fn closing(f: &mut Taken, status: Status, updated_at: Timestamp) -> Result<Option<Closing>, String> {
    let (at, by, reason) = match status {
        Status::Done => ("closed_at", "closed_by", "close_reason"),
        Status::Cancelled => ("deleted_at", "deleted_by", "delete_reason"),
        _ => {
            for field in ["closed_at", "closed_by", "close_reason"] {
                if let Some(value) = f.value(field) {
                    f.keep(field, value, "the issue is not closed");
                }
            }
            return Ok(None);
        }
    };
    let by = name(f, by)?;
    let reason = long(f, reason)?;
    let told = f.time(at)?;
    // A tombstone of an older beads tells only when it was closed.
    let at = if told.is_none() && status == Status::Cancelled { f.time("closed_at")? } else { told };
    Ok(Some(Closing { at: at.unwrap_or(updated_at), by, reason }))
}

fn comments(f: &mut Taken) -> Result<Vec<Comment>, String> {
    let mut comments = Vec::new();
    for (number, value) in (1..).zip(f.list("comments")?) {
        let within = |why: String| format!("comment {number}: {why}");
        let Value::Object(map) = value else { return Err(within("must be an object".to_owned())) };
        let mut c = Taken::new(map);
        let author = name(&mut c, "author").map_err(within)?;
        let text = long(&mut c, "text").map_err(within)?;
        let at = c.time("created_at").map_err(within)?.ok_or_else(|| within("has no created_at".to_owned()))?;
        // The issue it stands in says that already.
        c.value("issue_id");
        c.keep_rest();
        comments.push(Comment { author, text: text.unwrap_or_default(), at, data: c.kept });
    }
    comments.sort_by_key(|comment| comment.at);
    Ok(comments)
}

fn edges(f: &mut Taken, id: &str) -> Result<Vec<Edge>, String> {
    let mut edges = Vec::new();
    for (number, value) in (1..).zip(f.list("dependencies")?) {
        let within = |why: &str| format!("dependency {number}: {why}");
        let Value::Object(map) = &value else { return Err(within("must be an object")) };
        let text = |name: &str| match map.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str())),
            Some(_) => Err(within(&format!("{name} must be a text"))),
        };
        if text("issue_id")?.is_some_and(|from| from != id) {
            return Err(within("issue_id is another issue's"));
        }
        let to = text("depends_on_id")?.ok_or_else(|| within("has no depends_on_id"))?.to_owned();
        let kind = text("type")?.unwrap_or("blocks").to_lowercase().replace('_', "-");
        let at = text("created_at")?.filter(|at| !at.is_empty()).map(|at| time("created_at", at)).transpose();
        edges.push(Edge { to, kind, at: at.map_err(|why| within(&why))?, original: clean::storable(value) });
    }
    Ok(edges)
}
