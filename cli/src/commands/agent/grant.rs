//! `callboard agent grant`.

use callboard_service::Ref;
use callboard_service::agent::GrantCapability;
use callboard_service::entity::CapabilityLevel;

use crate::context::Context;
use crate::error::CliError;
use crate::values::vocabulary;

/// Grant a capability, or change its level
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Slug or id
    slug: Ref,

    capability: String,

    #[arg(value_name = "LEVEL", default_value = "basic",
          value_parser = vocabulary(CapabilityLevel::ALL, CapabilityLevel::as_str))]
    level: CapabilityLevel,

    /// Somebody has checked that it can; another level clears this
    #[arg(long)]
    verified: bool,
}

const EXAMPLES: &str = "Examples:
  callboard agent grant coder sql
  callboard agent grant coder rust expert --verified";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let slug = args.slug.clone();
    let verb =
        GrantCapability { agent: args.slug, capability: args.capability, level: args.level, verified: args.verified };
    let granted = context.run(&verb).await?;
    context.out.data("capability", &granted, |text| {
        text.line(format_args!("{slug} may do {}:{}", granted.capability, granted.level));
    })
}
