//! Tells of each item of a work stream whether it is ready, and why not.

use callboard_entity::{TaskPrerequisiteType, WorkItemStatus, work_streams};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::find::{by_name, open_for_work};
use super::judge::Facts;
use super::rows::ordered;
use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::item::{ItemBrief, find_all};

/// Whether the items of a stream can be worked on: a claim could hand each out now, an active agent has what it asks for,
/// its files are verified, and nobody holds it who has gone. It writes nothing and looks at no file.
///
/// # Errors
/// `NotFound` for the project, the stream, an item, and one that is not in the stream; `Conflict::Inactive` for a closed
/// stream, and for one of an archived project.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VerifyStreamReadiness {
    /// The project of the stream, by slug or id; needed only where a slug is that of streams in several projects.
    pub project: Option<Ref>,
    /// By slug or id.
    pub stream: Ref,
    /// Only these items of it, by key or id; all of them where none is named.
    pub items: Vec<Ref>,
}

/// Whether a stream is ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamReadiness {
    /// The row.
    pub stream: work_streams::Model,
    /// Whether there is something to do, and every item that is not finished is ready or in good hands.
    pub ready: bool,
    /// Why it is not, in a few words.
    pub reasons: Vec<String>,
    /// How many items stand how.
    pub counts: ReadinessCounts,
    /// In the stream's order.
    pub items: Vec<ItemReadiness>,
}

/// How many items stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadinessCounts {
    /// A claim could hand them out.
    pub ready: u64,
    /// Somebody is at them.
    pub at_work: u64,
    /// Something stands in the way.
    pub not_ready: u64,
    /// Done or cancelled.
    pub finished: u64,
}

/// How an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadyState {
    /// A claim could hand it out, and an active agent has what it asks for.
    Ready,
    /// Somebody holds it, and gives signs of life.
    AtWork,
    /// Something stands in the way.
    NotReady,
    /// It is done or cancelled.
    Finished,
}

impl ReadyState {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::AtWork => "at work",
            Self::NotReady => "not ready",
            Self::Finished => "finished",
        }
    }
}

/// How an item stands, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemReadiness {
    /// Its place in the stream.
    pub position: i64,
    /// The item.
    #[serde(flatten)]
    pub item: ItemBrief,
    /// How it stands.
    pub state: ReadyState,
    /// Everything that stands in the way, in words; none where nothing does.
    pub reasons: Vec<String>,
    /// The mandatory prerequisites that are not met.
    pub unmet: Vec<UnmetNeed>,
    /// What it asks for and no active agent has, as `capability:level`.
    pub missing_capabilities: Vec<String>,
    /// Its files that are not verified.
    pub unverified: Option<UnverifiedFiles>,
    /// When the lease of its open assignment ran out: the next claim takes the item back.
    pub lapsed_at: Option<Timestamp>,
    /// The open assignment of an agent that did nothing for longer than its type may take.
    pub stale: Option<StaleAssignment>,
}

/// A mandatory prerequisite that is not met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmetNeed {
    /// The prerequisite.
    pub id: Uuid,
    /// What kind it is.
    pub r#type: TaskPrerequisiteType,
    /// What must be true.
    pub description: String,
    /// The key of the item that must be done.
    pub item: Option<String>,
    /// Where that item stands.
    pub item_status: Option<WorkItemStatus>,
    /// Whether the item is kept back by it: those of other kinds than a completion count only where the item says so.
    pub holds_back: bool,
}

/// Files of an item that are not verified.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnverifiedFiles {
    /// How many operations on files are pending, partial or failed.
    pub operations: u64,
    /// The first five of their paths.
    pub paths: Vec<String>,
}

/// The open assignment of an agent that did nothing for longer than its type may take; docs/automation tells how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaleAssignment {
    /// The assignment.
    pub assignment: Uuid,
    /// `agent:SLUG`.
    pub holder: String,
    /// For how long nothing happened, in whole hours.
    pub idle_hours: i64,
    /// How long its type may take, in hours.
    pub allowed_hours: i64,
}

impl Query for VerifyStreamReadiness {
    type Output = StreamReadiness;

    async fn fetch(&self, tx: &Tx) -> Result<StreamReadiness> {
        let stream = by_name(tx, self.project.as_ref(), &self.stream).await?;
        open_for_work(tx, &stream).await?;
        let mut places: Vec<(Uuid, i64)> =
            ordered(tx, stream.id).await?.into_iter().map(|row| (row.work_item_id, row.position)).collect();
        if !self.items.is_empty() {
            let named = find_all(tx, self.items.iter()).await?;
            for item in self.items.iter().filter_map(|name| named.get(name)) {
                if !places.iter().any(|(id, _)| *id == item.id) {
                    return Err(Error::not_found("item in this stream", &*item.key));
                }
            }
            places.retain(|(id, _)| named.values().any(|item| item.id == *id));
        }
        let facts = Facts::read(tx, &places).await?;
        let items: Vec<ItemReadiness> =
            places.iter().filter_map(|(id, position)| facts.judge(*id, *position)).collect();
        let mut counts = ReadinessCounts::default();
        for item in &items {
            *match item.state {
                ReadyState::Ready => &mut counts.ready,
                ReadyState::AtWork => &mut counts.at_work,
                ReadyState::NotReady => &mut counts.not_ready,
                ReadyState::Finished => &mut counts.finished,
            } += 1;
        }
        let reasons = reasons(&counts);
        Ok(StreamReadiness { stream, ready: reasons.is_empty(), reasons, counts, items })
    }
}

fn reasons(counts: &ReadinessCounts) -> Vec<String> {
    let reason = match counts {
        ReadinessCounts { ready: 0, at_work: 0, not_ready: 0, finished: 0 } => "it has no items".to_owned(),
        ReadinessCounts { ready: 0, at_work: 0, not_ready: 0, .. } => "all of its items are finished".to_owned(),
        ReadinessCounts { not_ready: 0, .. } => return Vec::new(),
        ReadinessCounts { not_ready: 1, .. } => "1 item is not ready".to_owned(),
        ReadinessCounts { not_ready, .. } => format!("{not_ready} items are not ready"),
    };
    vec![reason]
}
