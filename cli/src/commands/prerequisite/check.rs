//! `callboard prerequisite check`.

use callboard_service::Ref;
use callboard_service::prerequisite::CheckPrerequisites;

use crate::context::Context;
use crate::error::CliError;
use crate::output::lists;

/// Look at the files and gates that items wait for, and satisfy what is met
///
/// A file without a hash is not read; one that did not match is read again only after it changed.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item that waits, by key or id
    #[arg(value_name = "ITEM", required_unless_present = "all")]
    item: Option<Ref>,

    /// All items of the board; with --project those of the project
    #[arg(long, conflicts_with = "item")]
    all: bool,

    /// Only look: nothing is changed
    #[arg(long)]
    dry_run: bool,
}

const EXAMPLES: &str = "Examples:
  callboard prerequisite check CB-7
  callboard prerequisite check --all --project web-shop --dry-run";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    let actor = context.actor(&board).await?;
    let project = context.project().filter(|_| args.all);
    let scope = CheckPrerequisites { item: args.item, project, dry_run: args.dry_run, after: None };
    let found = context.in_session(&board).await?.check_prerequisites(actor, &scope).await?;
    if args.dry_run {
        context.out.rehearsed();
    }
    context.out.data("checked_prerequisites", &found, |text| lists::checked(text, &found))
}
