//! `callboard maintenance update-documentation`.

use callboard_service::entity::MaintenanceOperationType as Kind;
use callboard_service::maintenance::{Maintained, UpdateDocumentation};

use super::asked::{self, Asked};
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Printer, maintenance};

/// Write the project's state and its decision log as Markdown into a folder below its root
///
/// The same board gives the same bytes. Each file is written whole or not at all; one that others wrote, or that somebody
/// edited since, is left as it is.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    asked: Asked,

    /// A folder below the project's root; it is made where it is not there [default: docs/callboard]
    #[arg(long, value_name = "PATH")]
    folder: Option<String>,
}

const EXAMPLES: &str = "Levels, of a project:
  basic           state.md and decisions.md
  comprehensive   also items.md, every unfinished item
  full-audit      also health.md
A session has session-KEY-items.md and session-KEY-decisions.md, an item KEY.md, at every level.

Examples:
  callboard maintenance update-documentation
  callboard maintenance update-documentation --level full-audit --folder docs/board --dry-run
  callboard maintenance update-documentation --scope item CB-7";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let request = args.asked.request(context, Kind::UpdateDocumentation, false)?;
    let what = UpdateDocumentation { request, folder: args.folder };
    asked::run(context, &what, print).await
}

fn print(out: &Printer, done: &Maintained) -> Result<(), CliError> {
    out.data("update_documentation", done, |text| maintenance::maintained(text, done))
}
