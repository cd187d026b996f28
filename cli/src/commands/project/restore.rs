//! `callboard project restore`.

use callboard_service::Ref;
use callboard_service::project::RestoreProject;

use crate::context::Context;
use crate::error::CliError;

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
        text.line(format_args!("{} is {}, with {} items", done.project.slug, done.project.status, done.items));
    })
}
