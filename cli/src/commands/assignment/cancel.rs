//! `callboard assignment cancel`.

use callboard_service::assignment::{Cancel, ListAssignments};
use callboard_service::{Error, Ref};
use uuid::Uuid;

use crate::args::DryRun;
use crate::context::Context;
use crate::error::CliError;
use crate::output::assignments;

/// Take an item back from its holder; it goes to the queue and no attempt is used up
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The assignment's id, or the key of the item that is held
    #[arg(value_name = "ASSIGNMENT|KEY")]
    of: Ref,

    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,

    #[command(flatten)]
    dry_run: DryRun,
}

const EXAMPLES: &str = "Examples:
  callboard assignment cancel CB-7 --reason \"more urgent work\"
  callboard assignment cancel 01993f1e-8c58-7b3e-b8fd-2d1c7a1f4d11 --reason \"wrong agent\"
  callboard assignment list --open                        names the ids";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let assignment = match args.of {
        Ref::Id(id) => id,
        item @ Ref::Name(_) => open(context, item).await?,
    };
    let verb = Cancel { assignment, reason: args.reason };
    let outcome = context.run_or_rehearse(&verb, args.dry_run).await?;
    context.out.data("assignment", &outcome, |text| assignments::outcome(text, &outcome))
}

/// The open assignment of an item.
async fn open(context: &Context, item: Ref) -> Result<Uuid, CliError> {
    let name = item.to_string();
    let query = ListAssignments { item: Some(item), open: true, limit: 1, ..ListAssignments::default() };
    let page = context.read(&query).await?;
    let open = page.assignments.first().map(|listed| listed.assignment.id);
    Ok(open.ok_or(Error::NotFound { entity: "open assignment of", name, near: Vec::new() })?)
}
