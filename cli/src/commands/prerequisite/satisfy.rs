//! `callboard prerequisite satisfy`.

use callboard_service::Ref;
use callboard_service::prerequisite::SatisfyPrerequisite;

use crate::context::Context;
use crate::error::CliError;
use crate::output::lists;
use crate::values;

/// Confirm a prerequisite that no look resolves, with the evidence
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item that waits, by key or id
    item: Ref,

    /// What it waits for: an item's key, a file's path, an id, or what it says
    prerequisite: Ref,

    /// How it is known: a report, a run, a name; - reads stdin
    #[arg(long, value_name = "TEXT")]
    evidence: String,
}

const EXAMPLES: &str = "Examples:
  callboard prerequisite satisfy CB-7 \"the tests pass\" --evidence \"run 4711, all green\"
  callboard prerequisite satisfy CB-7 docs/api.md --evidence \"it lies in the other repository\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let evidence = values::text_or_stdin(Some(args.evidence))?.unwrap_or_default();
    let verb = SatisfyPrerequisite { item: args.item, prerequisite: args.prerequisite, evidence };
    let changed = context.run(&verb).await?;
    context.out.data("satisfied_prerequisite", &changed, |text| lists::changed_prerequisite(text, &changed))
}
