//! What a recovery package holds. Every list is ordered by importance: what does not fit is cut at its end.

use std::collections::BTreeMap;

use callboard_entity::{
    ArtifactType, DecisionCategory, DecisionImpact, DecisionImplementationStatus, DecisionStatus,
    FileOperationOperation, FileOperationVerificationStatus, TaskAssignmentStatus, TaskPrerequisiteStatus,
    TaskPrerequisiteType, WorkItemDelegationStatus, WorkItemQualityGateLevel, WorkItemStatus, WorkItemType,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::rules::Advice;
use crate::clock::Timestamp;

/// All that the next worker on an item needs. The same rows give the same package, byte by byte.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecoveryPackage {
    /// What the item is and where it stands.
    pub item: PackagedItem,
    /// How to go on, in the order of docs/continuity.md.
    pub guidance: Vec<Advice>,
    /// What to do, the most pressing first.
    pub recommendations: Vec<Advice>,
    /// The newest checkpoint.
    pub checkpoint: Option<LastCheckpoint>,
    /// The newest handover of the item.
    pub handover: Option<LastHandover>,
    /// The newest review, where it rejected the result: what must become better.
    #[serde(default)]
    pub rejection: Option<LastRejection>,
    /// The acceptance criteria that are not met yet.
    pub criteria: Vec<OpenCriterion>,
    /// What the item still waits for.
    pub prerequisites: Vec<UnmetPrerequisite>,
    /// What could go wrong, by the decisions in force that are not carried out yet.
    pub risks: Vec<OpenRisk>,
    /// The decisions in force for the item and for what it is a part of: high impact first, then the newest.
    pub decisions: Vec<PackagedDecision>,
    /// Who held the item so far, the newest first.
    pub attempts: Vec<Attempt>,
    /// What was done to files, by the operation that counts for each path.
    pub files: Vec<PackagedFile>,
    /// What came of the work so far: the newest version of each artifact, the newest first.
    #[serde(default)]
    pub artifacts: Vec<PackagedArtifact>,
    /// Comments, and what sessions noted about the item, the newest first.
    pub notes: Vec<Note>,
    /// The parts of the system that the decisions in force are about.
    pub components: Vec<String>,
    /// The item's description, and the context that was given with it.
    pub about: Vec<ItemText>,
    /// What the package may take, takes, and leaves out.
    pub budget: Budget,
}

/// What the item is and where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackagedItem {
    /// The item.
    pub id: Uuid,
    /// Such as `CB-42`.
    pub key: String,
    /// The project's slug.
    pub project: String,
    /// What kind of work it is.
    pub r#type: WorkItemType,
    /// One line, shortened to 200 characters.
    pub title: String,
    /// Where it stands.
    pub status: WorkItemStatus,
    /// How far whoever is to do it has come.
    pub delegation_status: WorkItemDelegationStatus,
    /// 0, the most urgent, to 4.
    pub priority: i64,
    /// The revision that the package tells of.
    pub revision: i64,
    /// How often it was started at a cost.
    pub attempt_count: i64,
    /// How often it may be started.
    pub max_attempts: i64,
    /// The key of what it is a part of.
    pub parent: Option<String>,
    /// Who holds it now.
    pub open: Option<OpenAssignment>,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// Before when no claim hands it out.
    pub available_at: Option<Timestamp>,
    /// Since when it is a dead letter.
    pub dead_at: Option<Timestamp>,
    /// Since when it is archived.
    pub archived_at: Option<Timestamp>,
    /// Why it is blocked, shortened to 200 characters.
    pub blocked_reason: Option<String>,
    /// How many acceptance criteria it has.
    pub criteria: u64,
    /// What its completion must meet.
    #[serde(default = "standard")]
    pub quality_gate_level: WorkItemQualityGateLevel,
}

/// What a package that was written before gates says of them: nothing.
fn standard() -> WorkItemQualityGateLevel {
    WorkItemQualityGateLevel::Standard
}

/// Who holds the item, and until when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenAssignment {
    /// The assignment.
    pub id: Uuid,
    /// `agent:SLUG` or `user:NAME`.
    pub holder: String,
    /// Assigned, started or paused.
    pub status: TaskAssignmentStatus,
    /// When it runs out; people have no deadline.
    pub lease_expires_at: Option<Timestamp>,
}

/// The newest checkpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastCheckpoint {
    /// Its number in the item.
    pub seq: i64,
    /// `agent:SLUG`, `user:NAME` or `system`.
    pub by: String,
    /// When it was written.
    pub at: Timestamp,
    /// The assignment under which it was written.
    pub assignment: Option<Uuid>,
    /// How far the work had come.
    pub note: String,
    /// What a program left; none where there was nothing or it does not fit.
    pub data: Option<Value>,
    /// The size of the data as JSON, in bytes, where they are left out.
    pub data_left_out: Option<u64>,
}

/// The newest handover of the item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastHandover {
    /// The message, which holds the package of that time.
    pub message: Uuid,
    /// `agent:SLUG`, `user:NAME` or `system`.
    pub from: String,
    /// `agent:SLUG`; none where it was to nobody in particular.
    pub to: Option<String>,
    /// When it was handed over.
    pub at: Timestamp,
    /// What was said.
    pub text: String,
    /// When its reader acknowledged it.
    pub acknowledged_at: Option<Timestamp>,
}

/// A review that rejected the last result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastRejection {
    /// The review.
    pub review: Uuid,
    /// `agent:SLUG` or `user:NAME`.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What must become better.
    pub reason: String,
}

/// An acceptance criterion that is not met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenCriterion {
    /// Its number, as `item edit --check` takes it.
    pub number: u64,
    /// What must be true.
    pub text: String,
}

/// What the item still waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmetPrerequisite {
    /// The edge.
    pub id: Uuid,
    /// A completion, a validation, a file or a gate.
    pub r#type: TaskPrerequisiteType,
    /// Pending or failed.
    pub status: TaskPrerequisiteStatus,
    /// What must be true.
    pub description: String,
    /// The key of the item that it waits for.
    pub item: Option<String>,
    /// Where that item stands.
    pub item_status: Option<WorkItemStatus>,
    /// Whether that item will not be done by itself: it is cancelled, archived or a dead letter.
    pub in_vain: bool,
}

/// What could go wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenRisk {
    /// The decision that names it, such as `CB-D7`.
    pub decision: String,
    /// That of the decision.
    pub impact: DecisionImpact,
    /// What could go wrong.
    pub text: String,
    /// What is done against it: the mitigation at the same place of the decision's list.
    pub mitigation: Option<String>,
}

/// A decision in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackagedDecision {
    /// Such as `CB-D7`.
    pub key: String,
    /// The key of the item that it is about.
    pub item: String,
    /// One line.
    pub title: String,
    /// What kind of decision it is.
    pub category: DecisionCategory,
    /// High, medium or low.
    pub impact: DecisionImpact,
    /// Proposed or accepted.
    pub status: DecisionStatus,
    /// How far it is carried out.
    pub implementation_status: DecisionImplementationStatus,
    /// What was decided.
    pub decision: String,
    /// Why.
    pub rationale: String,
}

/// One holder's time with the item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// The assignment.
    pub assignment: Uuid,
    /// Which start it was, or would have been.
    pub attempt: i64,
    /// `agent:SLUG` or `user:NAME`.
    pub holder: String,
    /// How it ended, or stands.
    pub status: TaskAssignmentStatus,
    /// When it was assigned or claimed.
    pub assigned_at: Timestamp,
    /// When work on it began; none for what was never started.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why it ended: the reason, or the deadline that ran out.
    pub why: Option<String>,
}

/// A file, by the operation that counts for its path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackagedFile {
    /// Relative to the project's root.
    pub path: String,
    /// The operation that its state is due to.
    pub operation: FileOperationOperation,
    /// Whether it should be there.
    pub state: FileState,
    /// What the last verification of that operation said.
    pub verification: FileOperationVerificationStatus,
    /// SHA-256 of what should be there, in hex.
    pub content_hash: Option<String>,
    /// How large it should be, in bytes.
    pub size_bytes: Option<i64>,
    /// When it was done.
    pub at: Timestamp,
    /// Why it was done.
    pub rationale: Option<String>,
}

/// What came of the work so far. `callboard artifact get` gives its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackagedArtifact {
    /// Its name in the item.
    pub name: String,
    /// What it is for.
    pub r#type: ArtifactType,
    /// Its newest version.
    pub version: i64,
    /// How large it is, in bytes.
    pub size_bytes: i64,
    /// Its media type.
    pub mime_type: Option<String>,
    /// SHA-256 of its content, in hex.
    pub content_hash: String,
    /// When that version was added.
    pub at: Timestamp,
}

/// What should be found at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// Nothing: it was deleted or moved away.
    Absent,
    /// The file that was written.
    Written,
    /// The file that was read: others may have changed it since.
    Read,
}

/// A comment, or a note of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// `agent:SLUG`, `user:NAME` or `system`.
    pub by: String,
    /// When it was written.
    pub at: Timestamp,
    /// The key of the session that noted it; none for a comment.
    pub session: Option<String>,
    /// What it says.
    pub text: String,
}

/// A longer text of the item's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemText {
    /// `description` or `delegation_context`.
    pub what: String,
    /// The text; a context is JSON.
    pub text: String,
}

/// What the package may take, takes, and leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// The most tokens that it may take.
    pub tokens: u64,
    /// What it takes: the longer one of its two forms, JSON and Markdown, a token for every three bytes.
    pub used: u64,
    /// How many entries each section leaves out; sections that leave out nothing are not named.
    pub left_out: BTreeMap<String, u64>,
    /// How many texts are shortened; each of them says by how many bytes.
    pub shortened: u64,
}
