//! The gate itself: whether an item may be completed, and what its completion means then.

use std::sync::Arc;

use callboard_entity::{WorkItemQualityGateLevel as Level, work_items};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::unmet::unmet;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::file::{FileIssue, Seen};
use crate::item::ledger::Entry;
use crate::rules;

/// What a gate had to tell of a completion that it let pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateReport {
    /// Tracked files that are not as the work on them left them: the standard gate tells of them, and lets them pass.
    #[serde(default)]
    pub files: Vec<FileIssue>,
    /// What was not met, where the completion was forced.
    #[serde(default)]
    pub unmet: Vec<String>,
}

impl GateReport {
    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.unmet.is_empty()
    }
}

/// What the gate makes of a completion.
#[derive(Clone, Debug)]
pub(crate) struct Passed {
    /// The item is not done yet: it goes to a review.
    pub to_review: bool,
    /// The level that is reached by it; none for a review, and for what was forced.
    pub reached: Option<Level>,
    pub report: GateReport,
    level: Level,
    /// Why it is completed all the same.
    forced: Option<String>,
    seen: Option<Arc<Seen>>,
}

/// How many unmet conditions a refusal names, and a ledger row.
const NAMED: usize = 100;
const KEPT: usize = 20;

/// Lets an item through its gate, or refuses it with all that is not met. `has_files` as in [`unmet`].
///
/// `force` is the reason for which it is completed in any case; where nothing was missing it changes nothing.
///
/// # Errors
/// `GateNotMet`; `Invalid` for an empty reason; `FilesUnseen` as in [`unmet`].
pub(crate) async fn pass(tx: &Tx, item: &work_items::Model, has_files: bool, force: Option<&str>) -> Result<Passed> {
    force.map_or(Ok(()), rules::reason)?;
    let level = item.quality_gate_level;
    let found = unmet(tx, item, level, has_files).await?;
    let mut missing = found.missing;
    if force.is_some() && level == Level::Strict {
        missing.push("no review accepted it".to_owned());
    }
    if force.is_none() && !missing.is_empty() {
        return Err(Error::GateNotMet { item: item.key.clone(), level: level.to_string(), missing: first(missing) });
    }
    let forced = force.filter(|_| !missing.is_empty()).map(str::to_owned);
    let to_review = level == Level::Strict && forced.is_none();
    Ok(Passed {
        to_review,
        reached: (forced.is_none() && !to_review).then_some(level),
        report: GateReport { files: found.told, unmet: missing },
        level,
        forced,
        seen: found.seen,
    })
}

fn first(mut missing: Vec<String>) -> Vec<String> {
    let more = missing.len().saturating_sub(NAMED);
    missing.truncate(NAMED);
    if more > 0 {
        missing.push(format!("and {more} more"));
    }
    missing
}

impl Passed {
    /// What the ledger keeps of it; nothing of a standard gate that had nothing to tell.
    pub fn entry(&self, entry: Entry) -> Entry {
        if self.level == Level::Standard && self.report.is_empty() {
            return entry;
        }
        let mut gate = serde_json::Map::from_iter([("level".to_owned(), json!(self.level))]);
        let mut keep = |name: &str, all: Vec<String>| {
            if !all.is_empty() {
                gate.insert(format!("{name}_count"), json!(all.len()));
                gate.insert(name.to_owned(), json!(all.into_iter().take(KEPT).collect::<Vec<_>>()));
            }
        };
        keep("files", self.report.files.iter().map(FileIssue::to_string).collect());
        keep("unmet", self.report.unmet.clone());
        let Some(why) = &self.forced else { return entry.data("gate", gate) };
        gate.insert("forced".to_owned(), json!(why));
        let said = entry.reason.as_ref().map(|notes| format!(" ({notes})")).unwrap_or_default();
        entry.data("gate", Value::Object(gate)).reason(Some(&format!("forced: {why}{said}")))
    }

    /// Records what was seen of the files. After everything else: it locks the project's row, which comes last.
    pub async fn record(&self, tx: &Tx) -> Result<()> {
        match &self.seen {
            Some(seen) => seen.record(tx).await,
            None => Ok(()),
        }
    }
}
