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
