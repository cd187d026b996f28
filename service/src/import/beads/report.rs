//! What an import tells: every row, field and edge of the file with what became of it.

use std::collections::BTreeMap;

use callboard_entity::WorkItemStatus;
use serde::{Deserialize, Serialize};

use super::fields::Fate;
use super::record::Record;

/// What was read, and what became of it. Each group of numbers adds up to what was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeadsReport {
    /// The project's slug.
    pub project: String,
    /// Under which the source's ids are kept.
    pub source: String,
    /// The records of the file, by what became of them.
    pub rows: Rows,
    /// The items that were created, by status.
    pub items: BTreeMap<WorkItemStatus, u64>,
    /// The keys that they got: first and last.
    pub keys: Option<(String, String)>,
    /// The fields of the created items.
    pub fields: BTreeMap<String, Fields>,
    /// The edges of the created items.
    pub edges: Edges,
    /// Comments that became rows of the ledger.
    pub comments: u64,
    /// The users that were created.
    pub users: Vec<String>,
    /// What is not on the board as it was, by field and reason: it is in the item's metadata.
    pub kept: Vec<Examples>,
    /// Records that differ from what was imported before. Their items were left alone.
    pub changed: Vec<String>,
    /// Ready items whose parent waits for something: beads would hold them back, the board does not.
    pub ready_below_waiting: Vec<String>,
    /// The items of the project that a claim could hand out now.
    pub ready: u64,
}

/// Rows of the file: `read` is the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// Records in the file.
    pub read: u64,
    /// Records that became items.
    pub created: u64,
    /// Imported before, and unchanged since.
    pub already_there: u64,
    /// Imported before, and changed in the source since: left alone.
    pub changed: u64,
    /// The same record again in the same file.
    pub repeated: u64,
}

/// How often a field was there: `read` is the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fields {
    /// Records that had the field.
    pub read: u64,
    /// It has its place on the board.
    pub mapped: u64,
    /// As mapped, but not as it was: the original is in the metadata.
    pub altered: u64,
    /// It is in the metadata only.
    pub kept: u64,
    /// It said nothing.
    pub empty: u64,
}

/// Edges: `read` is the sum of `parents`, `prerequisites` and `kept`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edges {
    /// Edges of the created items.
    pub read: u64,
    /// Edges to a parent that the board has as such.
    pub parents: u64,
    /// Edges that became prerequisites.
    pub prerequisites: u64,
    /// Of the prerequisites: those that were done already.
    pub satisfied: u64,
    /// They are in the metadata only.
    pub kept: u64,
}

/// Something that happened to several records, and the first of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Examples {
    /// A field of the record, or the type of an edge.
    pub what: String,
    /// Why it is not as it was.
    pub why: String,
    /// How often it happened.
    pub count: u64,
    /// The source's ids of the first five.
    pub first: Vec<String>,
}

impl BeadsReport {
    pub(super) fn keep(&mut self, what: &str, why: &str, id: &str) {
        let at = self.kept.iter().position(|k| k.what == what && k.why == why).unwrap_or_else(|| {
            self.kept.push(Examples { what: what.to_owned(), why: why.to_owned(), count: 0, first: Vec::new() });
            self.kept.len() - 1
        });
        let examples = &mut self.kept[at];
        examples.count += 1;
        if examples.first.len() < 5 {
            examples.first.push(id.to_owned());
        }
    }

    /// Counts the fields of a record that became an item.
    pub(super) fn count(&mut self, record: &Record) {
        self.rows.created += 1;
        self.comments += record.comments.len() as u64;
        *self.items.entry(record.status).or_default() += 1;
        for (name, fate) in &record.fields.fates {
            let fields = self.fields.entry(name.clone()).or_default();
            fields.read += 1;
            match fate {
                Fate::Mapped => fields.mapped += 1,
                Fate::Altered(_) => fields.altered += 1,
                Fate::Kept(_) => fields.kept += 1,
                Fate::Empty => fields.empty += 1,
            }
            // Edges are told one by one.
            if let (Fate::Altered(why) | Fate::Kept(why), true) = (fate, name != "dependencies") {
                self.keep(name, why, &record.id);
            }
        }
    }

    /// Whether every row, field and edge that was read is told of exactly once.
    pub fn adds_up(&self) -> bool {
        let Rows { read, created, already_there, changed, repeated } = self.rows;
        let rows = read == created + already_there + changed + repeated && changed == self.changed.len() as u64;
        let items = created == self.items.values().sum::<u64>();
        let fields = self.fields.values().all(|f| f.read == f.mapped + f.altered + f.kept + f.empty);
        let Edges { read, parents, prerequisites, satisfied, kept } = self.edges;
        let edges = read == parents + prerequisites + kept && satisfied <= prerequisites;
        let told = self.fields.iter().filter(|(name, _)| *name != "dependencies");
        let told: u64 = told.map(|(_, f)| f.altered + f.kept).sum();
        let examples: u64 = self.kept.iter().map(|examples| examples.count).sum();
        rows && items && fields && edges && examples == told + kept
    }
}
