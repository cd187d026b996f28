//! `callboard stream edit`.

use callboard_service::Ref;
use callboard_service::entity::WorkStreamType;
use callboard_service::stream::EditStream;

use crate::context::Context;
use crate::error::CliError;
use crate::output::streams;
use crate::values::vocabulary;

/// Change a work stream
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Slug or id
    stream: Ref,

    /// The new slug; the old one no longer finds the stream
    #[arg(long, value_name = "SLUG")]
    new_slug: Option<String>,

    /// The new name
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,

    /// The new type
    #[arg(long = "type", value_name = "TYPE", value_parser = vocabulary(WorkStreamType::ALL, WorkStreamType::as_str))]
    kind: Option<WorkStreamType>,

    /// A line of guidance of its own, in place of all that it has; again for more
    #[arg(long, value_name = "TEXT", conflicts_with = "no_guidance")]
    guidance: Vec<String>,

    /// Take its own guidance away
    #[arg(long)]
    no_guidance: bool,
}

const EXAMPLES: &str = "Examples:
  callboard stream edit manual --name \"The manual, second edition\"
  callboard stream edit manual --guidance \"one page a command\" --guidance \"every example is tried\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = EditStream {
        project: context.project(),
        stream: args.stream,
        slug: args.new_slug,
        name: args.name,
        stream_type: args.kind,
        guidance: (args.no_guidance || !args.guidance.is_empty()).then_some(args.guidance),
    };
    let stream = context.run(&verb).await?;
    context.out.data("stream", &stream, |text| streams::stream(text, &stream))
}
