//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// The values of `work_item_events.actor_type`, `workflow_events.actor_type`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum ActorType {
    #[sea_orm(string_value = "agent")]
    #[serde(rename = "agent")]
    Agent,
    #[sea_orm(string_value = "user")]
    #[serde(rename = "user")]
    User,
    #[sea_orm(string_value = "system")]
    #[serde(rename = "system")]
    System,
}

impl ActorType {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Agent, Self::User, Self::System];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::User => "user",
            Self::System => "system",
        }
    }
}

impl std::fmt::Display for ActorType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `agent_profiles.mode`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum AgentProfileMode {
    #[sea_orm(string_value = "implementation")]
    #[serde(rename = "implementation")]
    Implementation,
    #[sea_orm(string_value = "planning")]
    #[serde(rename = "planning")]
    Planning,
    #[sea_orm(string_value = "review")]
    #[serde(rename = "review")]
    Review,
    #[sea_orm(string_value = "coordination")]
    #[serde(rename = "coordination")]
    Coordination,
    #[sea_orm(string_value = "analysis")]
    #[serde(rename = "analysis")]
    Analysis,
    #[sea_orm(string_value = "enablement")]
    #[serde(rename = "enablement")]
    Enablement,
}

impl AgentProfileMode {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Implementation,
        Self::Planning,
        Self::Review,
        Self::Coordination,
        Self::Analysis,
        Self::Enablement,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Implementation => "implementation",
            Self::Planning => "planning",
            Self::Review => "review",
            Self::Coordination => "coordination",
            Self::Analysis => "analysis",
            Self::Enablement => "enablement",
        }
    }
}

impl std::fmt::Display for AgentProfileMode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `agent_profiles.status`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum AgentProfileStatus {
    #[sea_orm(string_value = "active")]
    #[serde(rename = "active")]
    Active,
    #[sea_orm(string_value = "inactive")]
    #[serde(rename = "inactive")]
    Inactive,
    #[sea_orm(string_value = "archived")]
    #[serde(rename = "archived")]
    Archived,
}

impl AgentProfileStatus {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Active, Self::Inactive, Self::Archived];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Archived => "archived",
        }
    }
}

impl std::fmt::Display for AgentProfileStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `board_artifacts.actor_type`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum ArtifactActorType {
    #[sea_orm(string_value = "agent")]
    #[serde(rename = "agent")]
    Agent,
    #[sea_orm(string_value = "user")]
    #[serde(rename = "user")]
    User,
    #[sea_orm(string_value = "system")]
    #[serde(rename = "system")]
    System,
}

impl ArtifactActorType {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Agent, Self::User, Self::System];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::User => "user",
            Self::System => "system",
        }
    }
}

impl std::fmt::Display for ArtifactActorType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `board_artifacts.artifact_type`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum ArtifactType {
    #[sea_orm(string_value = "code")]
    #[serde(rename = "code")]
    Code,
    #[sea_orm(string_value = "documentation")]
    #[serde(rename = "documentation")]
    Documentation,
    #[sea_orm(string_value = "analysis")]
    #[serde(rename = "analysis")]
    Analysis,
    #[sea_orm(string_value = "design")]
    #[serde(rename = "design")]
    Design,
    #[sea_orm(string_value = "test")]
    #[serde(rename = "test")]
    Test,
    #[sea_orm(string_value = "config")]
    #[serde(rename = "config")]
    Config,
    #[sea_orm(string_value = "general")]
    #[serde(rename = "general")]
    General,
}

impl ArtifactType {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Code,
        Self::Documentation,
        Self::Analysis,
        Self::Design,
        Self::Test,
        Self::Config,
        Self::General,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Documentation => "documentation",
            Self::Analysis => "analysis",
            Self::Design => "design",
            Self::Test => "test",
            Self::Config => "config",
            Self::General => "general",
        }
    }
}

impl std::fmt::Display for ArtifactType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `agent_capabilities.level`, `work_item_requirements.min_level`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum CapabilityLevel {
    #[sea_orm(string_value = "basic")]
    #[serde(rename = "basic")]
    Basic,
    #[sea_orm(string_value = "proficient")]
    #[serde(rename = "proficient")]
    Proficient,
    #[sea_orm(string_value = "expert")]
    #[serde(rename = "expert")]
    Expert,
}

impl CapabilityLevel {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Basic, Self::Proficient, Self::Expert];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Proficient => "proficient",
            Self::Expert => "expert",
        }
    }
}

impl std::fmt::Display for CapabilityLevel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `checkpoints.actor_type`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum CheckpointActorType {
    #[sea_orm(string_value = "agent")]
    #[serde(rename = "agent")]
    Agent,
    #[sea_orm(string_value = "user")]
    #[serde(rename = "user")]
    User,
    #[sea_orm(string_value = "system")]
    #[serde(rename = "system")]
    System,
}

impl CheckpointActorType {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Agent, Self::User, Self::System];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::User => "user",
            Self::System => "system",
        }
    }
}

impl std::fmt::Display for CheckpointActorType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `board_decisions.actor_type`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum DecisionActorType {
    #[sea_orm(string_value = "agent")]
    #[serde(rename = "agent")]
    Agent,
    #[sea_orm(string_value = "user")]
    #[serde(rename = "user")]
    User,
    #[sea_orm(string_value = "system")]
    #[serde(rename = "system")]
    System,
}

impl DecisionActorType {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Agent, Self::User, Self::System];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::User => "user",
            Self::System => "system",
        }
    }
}

impl std::fmt::Display for DecisionActorType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `board_decisions.category`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum DecisionCategory {
    #[sea_orm(string_value = "architecture")]
    #[serde(rename = "architecture")]
    Architecture,
    #[sea_orm(string_value = "implementation")]
    #[serde(rename = "implementation")]
    Implementation,
    #[sea_orm(string_value = "design")]
    #[serde(rename = "design")]
    Design,
    #[sea_orm(string_value = "technology")]
    #[serde(rename = "technology")]
    Technology,
    #[sea_orm(string_value = "process")]
    #[serde(rename = "process")]
    Process,
    #[sea_orm(string_value = "quality")]
    #[serde(rename = "quality")]
    Quality,
    #[sea_orm(string_value = "security")]
    #[serde(rename = "security")]
    Security,
    #[sea_orm(string_value = "performance")]
    #[serde(rename = "performance")]
    Performance,
}

impl DecisionCategory {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Architecture,
        Self::Implementation,
        Self::Design,
        Self::Technology,
        Self::Process,
        Self::Quality,
        Self::Security,
        Self::Performance,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Architecture => "architecture",
            Self::Implementation => "implementation",
            Self::Design => "design",
            Self::Technology => "technology",
            Self::Process => "process",
            Self::Quality => "quality",
            Self::Security => "security",
            Self::Performance => "performance",
        }
    }
}

impl std::fmt::Display for DecisionCategory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `decision_evolutions.actor_type`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum DecisionEvolutionActorType {
    #[sea_orm(string_value = "agent")]
    #[serde(rename = "agent")]
    Agent,
    #[sea_orm(string_value = "user")]
    #[serde(rename = "user")]
    User,
    #[sea_orm(string_value = "system")]
    #[serde(rename = "system")]
    System,
}

impl DecisionEvolutionActorType {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Agent, Self::User, Self::System];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::User => "user",
            Self::System => "system",
        }
    }
}

impl std::fmt::Display for DecisionEvolutionActorType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `decision_evolutions.kind`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum DecisionEvolutionKind {
    #[sea_orm(string_value = "superseded")]
    #[serde(rename = "superseded")]
    Superseded,
    #[sea_orm(string_value = "refined")]
    #[serde(rename = "refined")]
    Refined,
    #[sea_orm(string_value = "reversed")]
    #[serde(rename = "reversed")]
    Reversed,
    #[sea_orm(string_value = "clarified")]
    #[serde(rename = "clarified")]
    Clarified,
}

impl DecisionEvolutionKind {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Superseded,
        Self::Refined,
        Self::Reversed,
        Self::Clarified,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Superseded => "superseded",
            Self::Refined => "refined",
            Self::Reversed => "reversed",
            Self::Clarified => "clarified",
        }
    }
}

impl std::fmt::Display for DecisionEvolutionKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `board_decisions.impact`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum DecisionImpact {
    #[sea_orm(string_value = "high")]
    #[serde(rename = "high")]
    High,
    #[sea_orm(string_value = "medium")]
    #[serde(rename = "medium")]
    Medium,
    #[sea_orm(string_value = "low")]
    #[serde(rename = "low")]
    Low,
}

impl DecisionImpact {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::High, Self::Medium, Self::Low];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

impl std::fmt::Display for DecisionImpact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `board_decisions.implementation_status`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum DecisionImplementationStatus {
    #[sea_orm(string_value = "planned")]
    #[serde(rename = "planned")]
    Planned,
    #[sea_orm(string_value = "in_progress")]
    #[serde(rename = "in_progress")]
    InProgress,
    #[sea_orm(string_value = "completed")]
    #[serde(rename = "completed")]
    Completed,
    #[sea_orm(string_value = "failed")]
    #[serde(rename = "failed")]
    Failed,
}

impl DecisionImplementationStatus {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Planned,
        Self::InProgress,
        Self::Completed,
        Self::Failed,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }
}

impl std::fmt::Display for DecisionImplementationStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `board_decisions.status`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum DecisionStatus {
    #[sea_orm(string_value = "proposed")]
    #[serde(rename = "proposed")]
    Proposed,
    #[sea_orm(string_value = "accepted")]
    #[serde(rename = "accepted")]
    Accepted,
    #[sea_orm(string_value = "superseded")]
    #[serde(rename = "superseded")]
    Superseded,
    #[sea_orm(string_value = "rejected")]
    #[serde(rename = "rejected")]
    Rejected,
    #[sea_orm(string_value = "reversed")]
    #[serde(rename = "reversed")]
    Reversed,
}

impl DecisionStatus {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Proposed,
        Self::Accepted,
        Self::Superseded,
        Self::Rejected,
        Self::Reversed,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Accepted => "accepted",
            Self::Superseded => "superseded",
            Self::Rejected => "rejected",
            Self::Reversed => "reversed",
        }
    }
}

impl std::fmt::Display for DecisionStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `file_operations.actor_type`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum FileOperationActorType {
    #[sea_orm(string_value = "agent")]
    #[serde(rename = "agent")]
    Agent,
    #[sea_orm(string_value = "user")]
    #[serde(rename = "user")]
    User,
    #[sea_orm(string_value = "system")]
    #[serde(rename = "system")]
    System,
}

impl FileOperationActorType {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Agent, Self::User, Self::System];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::User => "user",
            Self::System => "system",
        }
    }
}

impl std::fmt::Display for FileOperationActorType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `file_operations.operation`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum FileOperationOperation {
    #[sea_orm(string_value = "create")]
    #[serde(rename = "create")]
    Create,
    #[sea_orm(string_value = "modify")]
    #[serde(rename = "modify")]
    Modify,
    #[sea_orm(string_value = "delete")]
    #[serde(rename = "delete")]
    Delete,
    #[sea_orm(string_value = "read")]
    #[serde(rename = "read")]
    Read,
    #[sea_orm(string_value = "move")]
    #[serde(rename = "move")]
    Move,
    #[sea_orm(string_value = "copy")]
    #[serde(rename = "copy")]
    Copy,
}

impl FileOperationOperation {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Create,
        Self::Modify,
        Self::Delete,
        Self::Read,
        Self::Move,
        Self::Copy,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Modify => "modify",
            Self::Delete => "delete",
            Self::Read => "read",
            Self::Move => "move",
            Self::Copy => "copy",
        }
    }
}

impl std::fmt::Display for FileOperationOperation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `file_operations.verification_status`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum FileOperationVerificationStatus {
    #[sea_orm(string_value = "pending")]
    #[serde(rename = "pending")]
    Pending,
    #[sea_orm(string_value = "verified")]
    #[serde(rename = "verified")]
    Verified,
    #[sea_orm(string_value = "partial")]
    #[serde(rename = "partial")]
    Partial,
    #[sea_orm(string_value = "failed")]
    #[serde(rename = "failed")]
    Failed,
    #[sea_orm(string_value = "superseded")]
    #[serde(rename = "superseded")]
    Superseded,
}

impl FileOperationVerificationStatus {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Pending,
        Self::Verified,
        Self::Partial,
        Self::Failed,
        Self::Superseded,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Verified => "verified",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Superseded => "superseded",
        }
    }
}

impl std::fmt::Display for FileOperationVerificationStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `file_verifications.actor_type`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum FileVerificationActorType {
    #[sea_orm(string_value = "agent")]
    #[serde(rename = "agent")]
    Agent,
    #[sea_orm(string_value = "user")]
    #[serde(rename = "user")]
    User,
    #[sea_orm(string_value = "system")]
    #[serde(rename = "system")]
    System,
}

impl FileVerificationActorType {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Agent, Self::User, Self::System];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::User => "user",
            Self::System => "system",
        }
    }
}

impl std::fmt::Display for FileVerificationActorType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `file_verifications.status`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum FileVerificationStatus {
    #[sea_orm(string_value = "verified")]
    #[serde(rename = "verified")]
    Verified,
    #[sea_orm(string_value = "partial")]
    #[serde(rename = "partial")]
    Partial,
    #[sea_orm(string_value = "failed")]
    #[serde(rename = "failed")]
    Failed,
}

impl FileVerificationStatus {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Verified, Self::Partial, Self::Failed];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
    }
}

impl std::fmt::Display for FileVerificationStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `maintenance_operations.actor_type`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum MaintenanceOperationActorType {
    #[sea_orm(string_value = "agent")]
    #[serde(rename = "agent")]
    Agent,
    #[sea_orm(string_value = "user")]
    #[serde(rename = "user")]
    User,
    #[sea_orm(string_value = "system")]
    #[serde(rename = "system")]
    System,
}

impl MaintenanceOperationActorType {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Agent, Self::User, Self::System];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::User => "user",
            Self::System => "system",
        }
    }
}

impl std::fmt::Display for MaintenanceOperationActorType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `maintenance_operations.execution_status`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum MaintenanceOperationExecutionStatus {
    #[sea_orm(string_value = "pending")]
    #[serde(rename = "pending")]
    Pending,
    #[sea_orm(string_value = "running")]
    #[serde(rename = "running")]
    Running,
    #[sea_orm(string_value = "completed")]
    #[serde(rename = "completed")]
    Completed,
    #[sea_orm(string_value = "failed")]
    #[serde(rename = "failed")]
    Failed,
}

impl MaintenanceOperationExecutionStatus {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Pending,
        Self::Running,
        Self::Completed,
        Self::Failed,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }
}

impl std::fmt::Display for MaintenanceOperationExecutionStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `maintenance_operations.scope`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum MaintenanceOperationScope {
    #[sea_orm(string_value = "current_session")]
    #[serde(rename = "current_session")]
    CurrentSession,
    #[sea_orm(string_value = "full_project")]
    #[serde(rename = "full_project")]
    FullProject,
    #[sea_orm(string_value = "specific_item")]
    #[serde(rename = "specific_item")]
    SpecificItem,
}

impl MaintenanceOperationScope {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::CurrentSession,
        Self::FullProject,
        Self::SpecificItem,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CurrentSession => "current_session",
            Self::FullProject => "full_project",
            Self::SpecificItem => "specific_item",
        }
    }
}

impl std::fmt::Display for MaintenanceOperationScope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `maintenance_operations.operation_type`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum MaintenanceOperationType {
    #[sea_orm(string_value = "scan_cleanup")]
    #[serde(rename = "scan_cleanup")]
    ScanCleanup,
    #[sea_orm(string_value = "validate_structure")]
    #[serde(rename = "validate_structure")]
    ValidateStructure,
    #[sea_orm(string_value = "update_documentation")]
    #[serde(rename = "update_documentation")]
    UpdateDocumentation,
    #[sea_orm(string_value = "prepare_handover")]
    #[serde(rename = "prepare_handover")]
    PrepareHandover,
    #[sea_orm(string_value = "sweep")]
    #[serde(rename = "sweep")]
    Sweep,
}

impl MaintenanceOperationType {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::ScanCleanup,
        Self::ValidateStructure,
        Self::UpdateDocumentation,
        Self::PrepareHandover,
        Self::Sweep,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ScanCleanup => "scan_cleanup",
            Self::ValidateStructure => "validate_structure",
            Self::UpdateDocumentation => "update_documentation",
            Self::PrepareHandover => "prepare_handover",
            Self::Sweep => "sweep",
        }
    }
}

impl std::fmt::Display for MaintenanceOperationType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `maintenance_operations.validation_level`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum MaintenanceOperationValidationLevel {
    #[sea_orm(string_value = "basic")]
    #[serde(rename = "basic")]
    Basic,
    #[sea_orm(string_value = "comprehensive")]
    #[serde(rename = "comprehensive")]
    Comprehensive,
    #[sea_orm(string_value = "full_audit")]
    #[serde(rename = "full_audit")]
    FullAudit,
}

impl MaintenanceOperationValidationLevel {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Basic,
        Self::Comprehensive,
        Self::FullAudit,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Comprehensive => "comprehensive",
            Self::FullAudit => "full_audit",
        }
    }
}

impl std::fmt::Display for MaintenanceOperationValidationLevel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `board_messages.actor_type`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum MessageActorType {
    #[sea_orm(string_value = "agent")]
    #[serde(rename = "agent")]
    Agent,
    #[sea_orm(string_value = "user")]
    #[serde(rename = "user")]
    User,
    #[sea_orm(string_value = "system")]
    #[serde(rename = "system")]
    System,
}

impl MessageActorType {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Agent, Self::User, Self::System];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::User => "user",
            Self::System => "system",
        }
    }
}

impl std::fmt::Display for MessageActorType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `board_messages.kind`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum MessageKind {
    #[sea_orm(string_value = "message")]
    #[serde(rename = "message")]
    Message,
    #[sea_orm(string_value = "handover")]
    #[serde(rename = "handover")]
    Handover,
    #[sea_orm(string_value = "broadcast")]
    #[serde(rename = "broadcast")]
    Broadcast,
}

impl MessageKind {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Message, Self::Handover, Self::Broadcast];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Handover => "handover",
            Self::Broadcast => "broadcast",
        }
    }
}

impl std::fmt::Display for MessageKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `board_projects.status`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum ProjectStatus {
    #[sea_orm(string_value = "active")]
    #[serde(rename = "active")]
    Active,
    #[sea_orm(string_value = "archived")]
    #[serde(rename = "archived")]
    Archived,
}

impl ProjectStatus {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Active, Self::Archived];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }
}

impl std::fmt::Display for ProjectStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `reviews.reviewer_type`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum ReviewReviewerType {
    #[sea_orm(string_value = "agent")]
    #[serde(rename = "agent")]
    Agent,
    #[sea_orm(string_value = "user")]
    #[serde(rename = "user")]
    User,
}

impl ReviewReviewerType {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Agent, Self::User];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::User => "user",
        }
    }
}

impl std::fmt::Display for ReviewReviewerType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `reviews.verdict`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum ReviewVerdict {
    #[sea_orm(string_value = "accepted")]
    #[serde(rename = "accepted")]
    Accepted,
    #[sea_orm(string_value = "rejected")]
    #[serde(rename = "rejected")]
    Rejected,
}

impl ReviewVerdict {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Accepted, Self::Rejected];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }
}

impl std::fmt::Display for ReviewVerdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `session_events.actor_type`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum SessionEventActorType {
    #[sea_orm(string_value = "agent")]
    #[serde(rename = "agent")]
    Agent,
    #[sea_orm(string_value = "user")]
    #[serde(rename = "user")]
    User,
    #[sea_orm(string_value = "system")]
    #[serde(rename = "system")]
    System,
}

impl SessionEventActorType {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Agent, Self::User, Self::System];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::User => "user",
            Self::System => "system",
        }
    }
}

impl std::fmt::Display for SessionEventActorType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `session_events.kind`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum SessionEventKind {
    #[sea_orm(string_value = "push")]
    #[serde(rename = "push")]
    Push,
    #[sea_orm(string_value = "pop")]
    #[serde(rename = "pop")]
    Pop,
    #[sea_orm(string_value = "switch")]
    #[serde(rename = "switch")]
    Switch,
    #[sea_orm(string_value = "note")]
    #[serde(rename = "note")]
    Note,
    #[sea_orm(string_value = "command")]
    #[serde(rename = "command")]
    Command,
    #[sea_orm(string_value = "pause")]
    #[serde(rename = "pause")]
    Pause,
    #[sea_orm(string_value = "resume")]
    #[serde(rename = "resume")]
    Resume,
    #[sea_orm(string_value = "end")]
    #[serde(rename = "end")]
    End,
}

impl SessionEventKind {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Push,
        Self::Pop,
        Self::Switch,
        Self::Note,
        Self::Command,
        Self::Pause,
        Self::Resume,
        Self::End,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Pop => "pop",
            Self::Switch => "switch",
            Self::Note => "note",
            Self::Command => "command",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::End => "end",
        }
    }
}

impl std::fmt::Display for SessionEventKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `sprints.status`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum SprintStatus {
    #[sea_orm(string_value = "planning")]
    #[serde(rename = "planning")]
    Planning,
    #[sea_orm(string_value = "active")]
    #[serde(rename = "active")]
    Active,
    #[sea_orm(string_value = "completed")]
    #[serde(rename = "completed")]
    Completed,
    #[sea_orm(string_value = "on_hold")]
    #[serde(rename = "on_hold")]
    OnHold,
}

impl SprintStatus {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Planning,
        Self::Active,
        Self::Completed,
        Self::OnHold,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Planning => "planning",
            Self::Active => "active",
            Self::Completed => "completed",
            Self::OnHold => "on_hold",
        }
    }
}

impl std::fmt::Display for SprintStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `task_assignments.status`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum TaskAssignmentStatus {
    #[sea_orm(string_value = "assigned")]
    #[serde(rename = "assigned")]
    Assigned,
    #[sea_orm(string_value = "started")]
    #[serde(rename = "started")]
    Started,
    #[sea_orm(string_value = "paused")]
    #[serde(rename = "paused")]
    Paused,
    #[sea_orm(string_value = "completed")]
    #[serde(rename = "completed")]
    Completed,
    #[sea_orm(string_value = "failed")]
    #[serde(rename = "failed")]
    Failed,
    #[sea_orm(string_value = "cancelled")]
    #[serde(rename = "cancelled")]
    Cancelled,
    #[sea_orm(string_value = "expired")]
    #[serde(rename = "expired")]
    Expired,
}

impl TaskAssignmentStatus {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Assigned,
        Self::Started,
        Self::Paused,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
        Self::Expired,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Started => "started",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }
}

impl std::fmt::Display for TaskAssignmentStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `task_prerequisites.status`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum TaskPrerequisiteStatus {
    #[sea_orm(string_value = "pending")]
    #[serde(rename = "pending")]
    Pending,
    #[sea_orm(string_value = "satisfied")]
    #[serde(rename = "satisfied")]
    Satisfied,
    #[sea_orm(string_value = "failed")]
    #[serde(rename = "failed")]
    Failed,
    #[sea_orm(string_value = "waived")]
    #[serde(rename = "waived")]
    Waived,
}

impl TaskPrerequisiteStatus {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Pending,
        Self::Satisfied,
        Self::Failed,
        Self::Waived,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Satisfied => "satisfied",
            Self::Failed => "failed",
            Self::Waived => "waived",
        }
    }
}

impl std::fmt::Display for TaskPrerequisiteStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `task_prerequisites.prerequisite_type`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum TaskPrerequisiteType {
    #[sea_orm(string_value = "completion_dependency")]
    #[serde(rename = "completion_dependency")]
    CompletionDependency,
    #[sea_orm(string_value = "validation_requirement")]
    #[serde(rename = "validation_requirement")]
    ValidationRequirement,
    #[sea_orm(string_value = "file_dependency")]
    #[serde(rename = "file_dependency")]
    FileDependency,
    #[sea_orm(string_value = "quality_gate")]
    #[serde(rename = "quality_gate")]
    QualityGate,
}

impl TaskPrerequisiteType {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::CompletionDependency,
        Self::ValidationRequirement,
        Self::FileDependency,
        Self::QualityGate,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CompletionDependency => "completion_dependency",
            Self::ValidationRequirement => "validation_requirement",
            Self::FileDependency => "file_dependency",
            Self::QualityGate => "quality_gate",
        }
    }
}

impl std::fmt::Display for TaskPrerequisiteType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `work_item_archives.actor_type`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum WorkItemArchiveActorType {
    #[sea_orm(string_value = "agent")]
    #[serde(rename = "agent")]
    Agent,
    #[sea_orm(string_value = "user")]
    #[serde(rename = "user")]
    User,
    #[sea_orm(string_value = "system")]
    #[serde(rename = "system")]
    System,
}

impl WorkItemArchiveActorType {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Agent, Self::User, Self::System];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::User => "user",
            Self::System => "system",
        }
    }
}

impl std::fmt::Display for WorkItemArchiveActorType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `work_item_archives.reason`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum WorkItemArchiveReason {
    #[sea_orm(string_value = "completed")]
    #[serde(rename = "completed")]
    Completed,
    #[sea_orm(string_value = "stale")]
    #[serde(rename = "stale")]
    Stale,
    #[sea_orm(string_value = "failed")]
    #[serde(rename = "failed")]
    Failed,
    #[sea_orm(string_value = "orphaned")]
    #[serde(rename = "orphaned")]
    Orphaned,
}

impl WorkItemArchiveReason {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Completed,
        Self::Stale,
        Self::Failed,
        Self::Orphaned,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Stale => "stale",
            Self::Failed => "failed",
            Self::Orphaned => "orphaned",
        }
    }
}

impl std::fmt::Display for WorkItemArchiveReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `work_items.assignee_type`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum WorkItemAssigneeType {
    #[sea_orm(string_value = "agent")]
    #[serde(rename = "agent")]
    Agent,
    #[sea_orm(string_value = "user")]
    #[serde(rename = "user")]
    User,
}

impl WorkItemAssigneeType {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Agent, Self::User];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::User => "user",
        }
    }
}

impl std::fmt::Display for WorkItemAssigneeType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `work_items.delegation_status`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum WorkItemDelegationStatus {
    #[sea_orm(string_value = "unassigned")]
    #[serde(rename = "unassigned")]
    Unassigned,
    #[sea_orm(string_value = "assigned")]
    #[serde(rename = "assigned")]
    Assigned,
    #[sea_orm(string_value = "in_progress")]
    #[serde(rename = "in_progress")]
    InProgress,
    #[sea_orm(string_value = "blocked")]
    #[serde(rename = "blocked")]
    Blocked,
    #[sea_orm(string_value = "completed")]
    #[serde(rename = "completed")]
    Completed,
    #[sea_orm(string_value = "cancelled")]
    #[serde(rename = "cancelled")]
    Cancelled,
}

impl WorkItemDelegationStatus {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Unassigned,
        Self::Assigned,
        Self::InProgress,
        Self::Blocked,
        Self::Completed,
        Self::Cancelled,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unassigned => "unassigned",
            Self::Assigned => "assigned",
            Self::InProgress => "in_progress",
            Self::Blocked => "blocked",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl std::fmt::Display for WorkItemDelegationStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `work_items.quality_gate_level`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum WorkItemQualityGateLevel {
    #[sea_orm(string_value = "standard")]
    #[serde(rename = "standard")]
    Standard,
    #[sea_orm(string_value = "enhanced")]
    #[serde(rename = "enhanced")]
    Enhanced,
    #[sea_orm(string_value = "strict")]
    #[serde(rename = "strict")]
    Strict,
}

impl WorkItemQualityGateLevel {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Standard, Self::Enhanced, Self::Strict];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Enhanced => "enhanced",
            Self::Strict => "strict",
        }
    }
}

impl std::fmt::Display for WorkItemQualityGateLevel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `work_items.status`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum WorkItemStatus {
    #[sea_orm(string_value = "backlog")]
    #[serde(rename = "backlog")]
    Backlog,
    #[sea_orm(string_value = "todo")]
    #[serde(rename = "todo")]
    Todo,
    #[sea_orm(string_value = "in_progress")]
    #[serde(rename = "in_progress")]
    InProgress,
    #[sea_orm(string_value = "review")]
    #[serde(rename = "review")]
    Review,
    #[sea_orm(string_value = "blocked")]
    #[serde(rename = "blocked")]
    Blocked,
    #[sea_orm(string_value = "done")]
    #[serde(rename = "done")]
    Done,
    #[sea_orm(string_value = "cancelled")]
    #[serde(rename = "cancelled")]
    Cancelled,
}

impl WorkItemStatus {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Backlog,
        Self::Todo,
        Self::InProgress,
        Self::Review,
        Self::Blocked,
        Self::Done,
        Self::Cancelled,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Backlog => "backlog",
            Self::Todo => "todo",
            Self::InProgress => "in_progress",
            Self::Review => "review",
            Self::Blocked => "blocked",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }
}

impl std::fmt::Display for WorkItemStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `work_items.type`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum WorkItemType {
    #[sea_orm(string_value = "epic")]
    #[serde(rename = "epic")]
    Epic,
    #[sea_orm(string_value = "feature")]
    #[serde(rename = "feature")]
    Feature,
    #[sea_orm(string_value = "story")]
    #[serde(rename = "story")]
    Story,
    #[sea_orm(string_value = "task")]
    #[serde(rename = "task")]
    Task,
    #[sea_orm(string_value = "bug")]
    #[serde(rename = "bug")]
    Bug,
    #[sea_orm(string_value = "spike")]
    #[serde(rename = "spike")]
    Spike,
    #[sea_orm(string_value = "decision")]
    #[serde(rename = "decision")]
    Decision,
    #[sea_orm(string_value = "chore")]
    #[serde(rename = "chore")]
    Chore,
}

impl WorkItemType {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Epic,
        Self::Feature,
        Self::Story,
        Self::Task,
        Self::Bug,
        Self::Spike,
        Self::Decision,
        Self::Chore,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Epic => "epic",
            Self::Feature => "feature",
            Self::Story => "story",
            Self::Task => "task",
            Self::Bug => "bug",
            Self::Spike => "spike",
            Self::Decision => "decision",
            Self::Chore => "chore",
        }
    }
}

impl std::fmt::Display for WorkItemType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `work_sessions.source`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum WorkSessionSource {
    #[sea_orm(string_value = "cli")]
    #[serde(rename = "cli")]
    Cli,
    #[sea_orm(string_value = "mcp")]
    #[serde(rename = "mcp")]
    Mcp,
    #[sea_orm(string_value = "api")]
    #[serde(rename = "api")]
    Api,
}

impl WorkSessionSource {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Cli, Self::Mcp, Self::Api];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cli => "cli",
            Self::Mcp => "mcp",
            Self::Api => "api",
        }
    }
}

impl std::fmt::Display for WorkSessionSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `work_sessions.status`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum WorkSessionStatus {
    #[sea_orm(string_value = "active")]
    #[serde(rename = "active")]
    Active,
    #[sea_orm(string_value = "paused")]
    #[serde(rename = "paused")]
    Paused,
    #[sea_orm(string_value = "completed")]
    #[serde(rename = "completed")]
    Completed,
    #[sea_orm(string_value = "abandoned")]
    #[serde(rename = "abandoned")]
    Abandoned,
}

impl WorkSessionStatus {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Active,
        Self::Paused,
        Self::Completed,
        Self::Abandoned,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Abandoned => "abandoned",
        }
    }
}

impl std::fmt::Display for WorkSessionStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `work_sessions.session_type`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum WorkSessionType {
    #[sea_orm(string_value = "work")]
    #[serde(rename = "work")]
    Work,
    #[sea_orm(string_value = "planning")]
    #[serde(rename = "planning")]
    Planning,
    #[sea_orm(string_value = "review")]
    #[serde(rename = "review")]
    Review,
}

impl WorkSessionType {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Work, Self::Planning, Self::Review];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::Planning => "planning",
            Self::Review => "review",
        }
    }
}

impl std::fmt::Display for WorkSessionType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `work_streams.status`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum WorkStreamStatus {
    #[sea_orm(string_value = "open")]
    #[serde(rename = "open")]
    Open,
    #[sea_orm(string_value = "closed")]
    #[serde(rename = "closed")]
    Closed,
}

impl WorkStreamStatus {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Open, Self::Closed];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

impl std::fmt::Display for WorkStreamStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `work_streams.stream_type`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum WorkStreamType {
    #[sea_orm(string_value = "documentation")]
    #[serde(rename = "documentation")]
    Documentation,
    #[sea_orm(string_value = "testing")]
    #[serde(rename = "testing")]
    Testing,
    #[sea_orm(string_value = "implementation")]
    #[serde(rename = "implementation")]
    Implementation,
    #[sea_orm(string_value = "research")]
    #[serde(rename = "research")]
    Research,
    #[sea_orm(string_value = "custom")]
    #[serde(rename = "custom")]
    Custom,
}

impl WorkStreamType {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Documentation,
        Self::Testing,
        Self::Implementation,
        Self::Research,
        Self::Custom,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Documentation => "documentation",
            Self::Testing => "testing",
            Self::Implementation => "implementation",
            Self::Research => "research",
            Self::Custom => "custom",
        }
    }
}

impl std::fmt::Display for WorkStreamType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `workflow_outputs.output_type`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum WorkflowOutputType {
    #[sea_orm(string_value = "text")]
    #[serde(rename = "text")]
    Text,
    #[sea_orm(string_value = "json")]
    #[serde(rename = "json")]
    Json,
    #[sea_orm(string_value = "citation_list")]
    #[serde(rename = "citation_list")]
    CitationList,
}

impl WorkflowOutputType {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[Self::Text, Self::Json, Self::CitationList];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::CitationList => "citation_list",
        }
    }
}

impl std::fmt::Display for WorkflowOutputType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `workflow_runs.status`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum WorkflowRunStatus {
    #[sea_orm(string_value = "pending")]
    #[serde(rename = "pending")]
    Pending,
    #[sea_orm(string_value = "running")]
    #[serde(rename = "running")]
    Running,
    #[sea_orm(string_value = "paused")]
    #[serde(rename = "paused")]
    Paused,
    #[sea_orm(string_value = "completed")]
    #[serde(rename = "completed")]
    Completed,
    #[sea_orm(string_value = "failed")]
    #[serde(rename = "failed")]
    Failed,
    #[sea_orm(string_value = "cancelled")]
    #[serde(rename = "cancelled")]
    Cancelled,
}

impl WorkflowRunStatus {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Pending,
        Self::Running,
        Self::Paused,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl std::fmt::Display for WorkflowRunStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The values of `workflow_steps.status`, in the order of the schema.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum WorkflowStepStatus {
    #[sea_orm(string_value = "pending")]
    #[serde(rename = "pending")]
    Pending,
    #[sea_orm(string_value = "running")]
    #[serde(rename = "running")]
    Running,
    #[sea_orm(string_value = "waiting")]
    #[serde(rename = "waiting")]
    Waiting,
    #[sea_orm(string_value = "completed")]
    #[serde(rename = "completed")]
    Completed,
    #[sea_orm(string_value = "failed")]
    #[serde(rename = "failed")]
    Failed,
    #[sea_orm(string_value = "skipped")]
    #[serde(rename = "skipped")]
    Skipped,
    #[sea_orm(string_value = "cancelled")]
    #[serde(rename = "cancelled")]
    Cancelled,
}

impl WorkflowStepStatus {
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[
        Self::Pending,
        Self::Running,
        Self::Waiting,
        Self::Completed,
        Self::Failed,
        Self::Skipped,
        Self::Cancelled,
    ];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Cancelled => "cancelled",
        }
    }
}

impl std::fmt::Display for WorkflowStepStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
