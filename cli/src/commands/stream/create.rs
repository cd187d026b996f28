//! `callboard stream create`.

use callboard_service::entity::WorkStreamType;
use callboard_service::stream::CreateStream;

use crate::context::Context;
use crate::error::CliError;
use crate::output::streams;
use crate::values::vocabulary;

/// Create a work stream in the project named by --project or the default one
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What commands call it; unique in its project
    slug: String,

    /// What it is about, in one line
    name: String,

    /// What kind of work it is: it decides the guidance
    #[arg(long = "type", value_name = "TYPE", value_parser = vocabulary(WorkStreamType::ALL, WorkStreamType::as_str))]
    kind: WorkStreamType,

    /// A line of guidance beside that of the type; again for more
    #[arg(long, value_name = "TEXT")]
    guidance: Vec<String>,
}

const EXAMPLES: &str = "Examples:
  callboard stream create manual \"The manual\" --type documentation
  callboard stream create api \"The new API\" --type implementation --guidance \"no breaking change before 2.0\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = CreateStream {
        project: context.project(),
        slug: args.slug,
        name: args.name,
        stream_type: args.kind,
        guidance: args.guidance,
    };
    let stream = context.run(&verb).await?;
    context.out.data("stream", &stream, |text| streams::stream(text, &stream))?;
    context.out.hint(&format!("`callboard stream add {} KEY ...` adds items, in their order", stream.slug));
    Ok(())
}
