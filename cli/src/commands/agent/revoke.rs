//! `callboard agent revoke`.

use callboard_service::Ref;
use callboard_service::agent::RevokeCapability;

use crate::context::Context;
use crate::error::CliError;

/// Take a capability away; what the agent holds already stays with it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Slug or id
    slug: Ref,

    capability: String,
}

const EXAMPLES: &str = "Examples:
  callboard agent revoke coder sql";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let slug = args.slug.clone();
    let revoked = context.run(&RevokeCapability { agent: args.slug, capability: args.capability }).await?;
    context.out.data("capability", &revoked, |text| {
        text.line(format_args!("{slug} no longer has {}:{}", revoked.capability, revoked.level));
    })
}
