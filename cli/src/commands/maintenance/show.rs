//! `callboard maintenance show`.

use callboard_service::maintenance::ShowOperation;
use uuid::Uuid;

use crate::context::Context;
use crate::error::CliError;
use crate::output::maintenance;

/// Show a run of the maintenance with what it found and did
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Its id, as `maintenance list` and the run itself tell it
    #[arg(value_name = "RUN")]
    operation: Uuid,
}

const EXAMPLES: &str = "Examples:
  callboard maintenance show 01939c5e-7d2b-7c3a-9f3e-0242ac120002
  callboard maintenance show 01939c5e-7d2b-7c3a-9f3e-0242ac120002 --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&ShowOperation { operation: args.operation }).await?;
    context.out.data("maintenance_operation", &found, |text| maintenance::details(text, &found))
}
