//! `callboard project archive`.

use callboard_service::Ref;
use callboard_service::project::ArchiveProject;

use crate::args::DryRun;
use crate::context::Context;
use crate::error::CliError;

/// Archive a project and its items; `restore` brings them back
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Slug or id
    slug: Ref,

    /// Why: kept in the ledger of every item
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,

    #[command(flatten)]
    dry_run: DryRun,
}

const EXAMPLES: &str = "Examples:
  callboard project archive web-shop --dry-run
  callboard project archive web-shop --reason \"shut down\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = ArchiveProject { project: args.slug, reason: args.reason };
    let done = context.run_or_rehearse(&verb, args.dry_run).await?;
    context.out.data("project_archive", &done, |text| {
        text.line(format_args!("{} is {}, with {} items", done.project.slug, done.project.status, done.items));
    })
}
