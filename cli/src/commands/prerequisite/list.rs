//! `callboard prerequisite list`.

use callboard_service::Ref;
use callboard_service::prerequisite::ListPrerequisites;

use crate::context::Context;
use crate::error::CliError;
use crate::output::lists;

/// List what an item waits for, and what waits for it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Key or id
    item: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard prerequisite list CB-7
  callboard prerequisite list CB-7 --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let query = ListPrerequisites { item: args.item };
    let found = context.read(&query).await?;
    context.out.data("prerequisites", &found, |text| {
        if found.prerequisites.is_empty() && found.dependents.is_empty() {
            text.line(format_args!("{} waits for nothing, and nothing waits for it.", query.item));
        }
        lists::prerequisites(text, &found);
    })
}
