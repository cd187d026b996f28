//! `callboard session continuity`.

use callboard_service::session::Continuity;

use crate::context::Context;
use crate::error::CliError;
use crate::output::sessions;

/// Count what would be lost or unclear if all who work stopped now, on the board or in the project named by --project
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// End with exit code 3 where a figure is not 0
    #[arg(long)]
    check: bool,
}

const EXAMPLES: &str = "Examples:
  callboard session continuity
  callboard session continuity --check --project demo      such as from cron";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let report = context.read(&Continuity { project: context.project() }).await?;
    context.out.data("continuity", &report, |text| sessions::continuity(text, &report))?;
    match report.total() {
        count @ 1.. if args.check => {
            Err(CliError::Found { count, hint: "docs/continuity.md says what each figure counts, and what makes it 0" })
        }
        _ => Ok(()),
    }
}
