//! `callboard project restore`.

use callboard_service::Ref;
use callboard_service::project::RestoreProject;

use crate::context::Context;
use crate::error::CliError;
use crate::output::lists;

/// Bring an archived project back, with the items that were archived with it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Slug or id
    slug: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard project restore web-shop";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let done = context.run(&RestoreProject { project: args.slug }).await?;
    context.out.data("project_archive", &done, |text| {
        lists::project_archive(text, &done);
    })
}
