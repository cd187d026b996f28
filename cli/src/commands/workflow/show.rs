//! `callboard workflow show`.

use callboard_service::Ref;
use callboard_service::entity::WorkflowRunStatus as Status;
use callboard_service::workflow::ShowRun;

use crate::context::Context;
use crate::error::CliError;
use crate::output::runs;

/// Show a run: how far it is, and a timeline of its steps
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What the run is called, or its id
    run: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard workflow show falls-2026
  callboard workflow show falls-2026 --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    let found = board.read(&ShowRun { run: args.run }).await?;
    let now = board.now();
    context.out.data("run_details", &found, |text| {
        runs::show(text, &found, now);
        if !found.outputs.is_empty() {
            text.heading("Outputs").line(found.outputs.join(", "));
        }
    })?;
    let id = &found.run.workflow_id;
    match found.run.status {
        Status::Failed => {
            context.out.hint(&format!("`callboard workflow retry {id}` gives its failed steps one more attempt"))
        }
        Status::Paused => context.out.hint(&format!("`callboard workflow resume {id}` lets it go on")),
        _ if found.interrupted => {
            context.out.hint("its program was interrupted: any process that drives it again takes it over");
        }
        _ => {}
    }
    Ok(())
}
