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
