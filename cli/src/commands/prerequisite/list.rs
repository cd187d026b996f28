//! `callboard prerequisite list`.

use callboard_service::Ref;
use callboard_service::prerequisite::ListPrerequisites;

use super::view;
use crate::context::Context;
use crate::error::CliError;

/// List what an item waits for, and what waits for it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Key or id
    item: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard prerequisite list CB-8";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let edges = context.read(&ListPrerequisites { item: args.item }).await?;
    context.out.data("prerequisites", &edges, |text| {
        if edges.prerequisites.is_empty() && edges.dependents.is_empty() {
            text.line("It waits for nothing, and nothing waits for it.");
        }
        view::tables(text, &edges);
    })
}
