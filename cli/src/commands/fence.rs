//! The assignment that a holder names with its writes.

use callboard_service::{Actor, Callboard};
use uuid::Uuid;

use crate::context::Context;
use crate::error::CliError;

/// Which assignment: every write of a holder names it.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Fence {
    /// The assignment's id, as claim printed it
    #[arg(long, value_name = "ID", env = "CALLBOARD_ASSIGNMENT", hide_env_values = true)]
    pub assignment: Uuid,
}

/// As [`Fence`], where something else may be named instead.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct OptionalFence {
    /// The assignment's id, as claim printed it
    #[arg(long, value_name = "ID", env = "CALLBOARD_ASSIGNMENT", hide_env_values = true)]
    pub assignment: Option<Uuid>,
}

/// Completing what the quality gate would not let pass.
#[derive(Clone, Debug, clap::Args)]
pub struct Force {
    /// Complete it although its quality gate is not met: what is missing is recorded with the reason
    #[arg(long, requires = "reason")]
    force: bool,

    /// Why it is completed all the same
    #[arg(long, value_name = "TEXT", requires = "force")]
    reason: Option<String>,
}

impl Force {
    /// The reason, where it is to be forced.
    pub fn reason(self) -> Option<String> {
        self.reason.filter(|_| self.force)
    }
}

/// Who writes: the one who is named to act, else the assignment's holder.
///
/// # Errors
/// Not found.
pub async fn writer(context: &Context, board: &Callboard, assignment: Uuid) -> Result<Actor, CliError> {
    match context.explicit_actor(board).await? {
        Some(actor) => Ok(actor),
        None => Ok(board.holder(assignment).await?),
    }
}
