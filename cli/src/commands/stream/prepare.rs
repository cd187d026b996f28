//! `callboard stream prepare`.

use callboard_service::Ref;
use callboard_service::stream::PrepareStream;

use crate::context::Context;
use crate::error::CliError;
use crate::output::streams;

/// Show all that is needed to begin with a work stream: readiness, guidance, packages and suggested agents
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Slug or id
    stream: Ref,

    /// The most tokens that all packages together may take: 1500 to 1000000 [default: 16000]
    #[arg(long, value_name = "TOKENS")]
    budget: Option<u64>,
}

const EXAMPLES: &str = "Examples:
  callboard stream prepare manual
  callboard stream prepare manual --budget 6000 --json

Packages are made for the first items that nobody is at: ten at most, of at least 1,500 tokens each. Nothing is changed.";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let query = PrepareStream { project: context.project(), stream: args.stream, budget: args.budget };
    let found = context.read(&query).await?;
    context.out.data("prepared_stream", &found, |text| streams::prepared(text, &found))
}
