//! Everything that is looked for: how closely one must look, how much it matters, and whether it can be derived.

use callboard_entity::MaintenanceOperationValidationLevel as Level;
use serde::{Deserialize, Serialize};

use crate::maintenance::Severity;

/// A kind of damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Damage {
    /// An item's assignee is nobody of the board, or half of one.
    DanglingAssignee,
    /// An item's assignee is another than the holder of its open assignment.
    AssigneeAgainstHolder,
    /// An item's counter of unmet prerequisites differs from a recount.
    UnmetPrerequisites,
    /// An item's requirement key differs from its requirements.
    RequirementKey,
    /// An item's delegation status differs from what its open assignment, or its status, makes it.
    DelegationStatus,
    /// An item is in progress, and nobody holds it.
    InProgressWithoutAssignment,
    /// An open assignment of an archived agent.
    HeldByArchivedAgent,
    /// An item's status differs from what its open assignment makes it, or the item is archived.
    StatusAgainstAssignment,
    /// An open assignment of an agent without a deadline: nothing would ever take it back.
    MissingDeadline,
    /// A done item without the time at which it was done, or one that is not done with it.
    CompletedAt,
    /// A dead letter that is not blocked.
    DeadLetter,
    /// The number of a project's next item was given out before.
    NextItemNumber,
    /// The number of a project's next decision was given out before.
    NextDecisionNumber,
    /// A sprint that ends before it begins.
    SprintDates,
    /// An item of another project in a sprint.
    SprintElsewhere,
    /// An item of another project in a work stream.
    StreamElsewhere,
    /// An artifact without content: neither a text nor a file of its size.
    MissingArtifact,
    /// An item that is part of an item of another project.
    ParentElsewhere,
    /// An item that waits for an item of another project.
    PrerequisiteElsewhere,
    /// A prerequisite that lacks what its type or state needs.
    PrerequisiteIncomplete,
    /// An item waits for one that is done.
    PrerequisiteOfDone,
    /// Items that wait for each other.
    PrerequisiteCycle,
    /// Items that are part of each other.
    ParentCycle,
    /// An item's attempts are not what its ledger counts.
    AttemptCount,
    /// An item's ledger does not replay to its row.
    Ledger,
    /// An assignment stands elsewhere than its item's ledger saw it last.
    AssignmentLedger,
    /// A run's counter of completed steps differs from a recount.
    WorkflowSteps,
}

impl Damage {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::DanglingAssignee,
        Self::AssigneeAgainstHolder,
        Self::UnmetPrerequisites,
        Self::RequirementKey,
        Self::DelegationStatus,
        Self::InProgressWithoutAssignment,
        Self::HeldByArchivedAgent,
        Self::StatusAgainstAssignment,
        Self::MissingDeadline,
        Self::CompletedAt,
        Self::DeadLetter,
        Self::NextItemNumber,
        Self::NextDecisionNumber,
        Self::SprintDates,
        Self::SprintElsewhere,
        Self::StreamElsewhere,
        Self::MissingArtifact,
        Self::ParentElsewhere,
        Self::PrerequisiteElsewhere,
        Self::PrerequisiteIncomplete,
        Self::PrerequisiteOfDone,
        Self::PrerequisiteCycle,
        Self::ParentCycle,
        Self::AttemptCount,
        Self::Ledger,
        Self::AssignmentLedger,
        Self::WorkflowSteps,
    ];

    /// The word that findings use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DanglingAssignee => "dangling_assignee",
            Self::AssigneeAgainstHolder => "assignee_against_holder",
            Self::UnmetPrerequisites => "unmet_prerequisites",
            Self::RequirementKey => "requirement_key",
            Self::DelegationStatus => "delegation_status",
            Self::InProgressWithoutAssignment => "in_progress_without_assignment",
            Self::HeldByArchivedAgent => "held_by_archived_agent",
            Self::StatusAgainstAssignment => "status_against_assignment",
            Self::MissingDeadline => "missing_deadline",
            Self::CompletedAt => "completed_at",
            Self::DeadLetter => "dead_letter",
            Self::NextItemNumber => "next_item_number",
            Self::NextDecisionNumber => "next_decision_number",
            Self::SprintDates => "sprint_dates",
            Self::SprintElsewhere => "sprint_elsewhere",
            Self::StreamElsewhere => "stream_elsewhere",
            Self::MissingArtifact => "missing_artifact",
            Self::ParentElsewhere => "parent_elsewhere",
            Self::PrerequisiteElsewhere => "prerequisite_elsewhere",
            Self::PrerequisiteIncomplete => "prerequisite_incomplete",
            Self::PrerequisiteOfDone => "prerequisite_of_done",
            Self::PrerequisiteCycle => "prerequisite_cycle",
            Self::ParentCycle => "parent_cycle",
            Self::AttemptCount => "attempt_count",
            Self::Ledger => "ledger",
            Self::AssignmentLedger => "assignment_ledger",
            Self::WorkflowSteps => "workflow_steps",
        }
    }

    /// From which level on it is looked for.
    pub fn level(self) -> Level {
        match self {
            Self::AttemptCount | Self::Ledger | Self::AssignmentLedger => Level::Comprehensive,
            Self::WorkflowSteps => Level::FullAudit,
            _ => Level::Basic,
        }
    }

    /// Whether a run of that level looks for it.
    pub(crate) fn is_looked_for(self, level: Level) -> bool {
        let rank = |level| match level {
            Level::Basic => 0,
            Level::Comprehensive => 1,
            Level::FullAudit => 2,
        };
        rank(self.level()) <= rank(level)
    }

    /// How much it matters.
    pub fn severity(self) -> Severity {
        match self {
            Self::NextItemNumber | Self::NextDecisionNumber | Self::PrerequisiteCycle | Self::ParentCycle => {
                Severity::Critical
            }
            Self::CompletedAt | Self::SprintDates => Severity::Low,
            Self::DelegationStatus
            | Self::InProgressWithoutAssignment
            | Self::DeadLetter
            | Self::SprintElsewhere
            | Self::StreamElsewhere
            | Self::PrerequisiteIncomplete
            | Self::AttemptCount
            | Self::WorkflowSteps => Severity::Medium,
            _ => Severity::High,
        }
    }

    /// What `--fix` does about it; none where the right value cannot be derived from other rows.
    pub fn repair(self) -> Option<&'static str> {
        match self {
            Self::DanglingAssignee | Self::AssigneeAgainstHolder => Some("set_assignee"),
            Self::UnmetPrerequisites
            | Self::RequirementKey
            | Self::AttemptCount
            | Self::NextItemNumber
            | Self::NextDecisionNumber => Some("recount"),
            Self::DelegationStatus => Some("set_delegation"),
            Self::InProgressWithoutAssignment => Some("back_to_todo"),
            Self::HeldByArchivedAgent => Some("release"),
            Self::CompletedAt => Some("set_completed_at"),
            Self::PrerequisiteOfDone => Some("satisfy"),
            _ => None,
        }
    }
}
