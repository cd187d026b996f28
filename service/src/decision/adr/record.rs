//! What a file holds, before a look at the board.

use callboard_entity::DecisionEvolutionKind;
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::decision::AddDecision;

/// One decision of a file.
#[derive(Clone, Debug)]
pub(in crate::decision) struct Record {
    /// The file's name.
    pub file: String,
    /// Of the file's text.
    pub sha256: String,
    /// Its texts and words. Unlike that of a capture, its status may be any.
    pub fields: AddDecision,
    pub number: Option<i64>,
    pub created_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
    /// What only a file of ours says.
    pub own: Option<Own>,
    /// What the file of another tool says of other files.
    pub relations: Vec<Relation>,
    /// What is not on the board as it was in the file, for the report.
    pub notes: Vec<String>,
}

impl Record {
    /// What it is called in `external_refs`: by the decision's id where an export wrote it, else by its file.
    pub fn source_id(&self, prefix: &str) -> String {
        self.own.as_ref().map_or_else(|| of_file(prefix, &self.file), |own| own.id.to_string())
    }
}

/// What a file of another tool is called in `external_refs`: many projects have a `0001-record-decisions.md`.
pub(in crate::decision) fn of_file(prefix: &str, file: &str) -> String {
    format!("{prefix}/{file}")
}

/// What an export wrote beside the texts.
#[derive(Clone, Debug)]
pub(in crate::decision) struct Own {
    pub id: Uuid,
    /// Who captured it: `agent:SLUG`, `user:NAME` or `system`.
    pub by: String,
    pub item: Option<Named>,
    pub session: Option<Named>,
    /// The slug of the agent who took it.
    pub agent: Option<String>,
    pub links: Vec<OwnLink>,
}

/// A row by its id, and its name for people.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(in crate::decision) struct Named {
    pub key: String,
    pub id: Uuid,
}

/// What the decision evolved into, all of it.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(in crate::decision) struct OwnLink {
    pub id: Uuid,
    pub kind: DecisionEvolutionKind,
    pub into: Uuid,
    pub number: i64,
    pub reason: String,
    pub by: String,
    pub at: Timestamp,
}

/// What a file says of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::decision) struct Relation {
    pub kind: DecisionEvolutionKind,
    pub side: Side,
    pub target: Target,
    /// The line that says so.
    pub text: String,
}

/// Which of the two the file itself is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::decision) enum Side {
    /// It evolved: `superseded by`.
    Original,
    /// It is what the other evolved into: `supersedes`.
    New,
}

/// How the other file is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::decision) enum Target {
    File(String),
    Number(i64),
}
