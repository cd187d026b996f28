//! `callboard session status`.

use callboard_service::session::SessionStatus;

use crate::context::Context;
use crate::error::CliError;
use crate::output::sessions;

/// Show where I am, and what of mine is open
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {}

const EXAMPLES: &str = "Examples:
  callboard session status
  callboard session status --as agent:parser-bot --json";

pub async fn run(_: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    let actor = context.actor(&board).await?;
    let query = SessionStatus { actor, session: context.session(), project: context.project() };
    let standing = board.read(&query).await?;
    context.out.data("session_status", &standing, |text| sessions::standing(text, &standing, board.now()))
}
