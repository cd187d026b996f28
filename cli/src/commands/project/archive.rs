//! `callboard project archive`.

use callboard_service::Ref;
use callboard_service::project::ArchiveProject;

use crate::args::DryRun;
use crate::context::Context;
use crate::error::CliError;
use crate::output::lists;

/// Archive a project with its unfinished items; `restore` brings them back
///
/// It is refused while somebody holds one of its items. Finished items stay as they are.
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
        lists::project_archive(text, &done);
    })?;
    if !args.dry_run.dry_run && !done.already {
        context.out.hint(&format!("`callboard project restore {}` brings it back", done.project.slug));
    }
    Ok(())
}
