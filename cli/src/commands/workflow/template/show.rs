//! `callboard workflow template show`.

use callboard_service::workflow::template::ShowTemplate;

use crate::context::Context;
use crate::error::CliError;

/// Print a template as YAML, which `workflow template add` takes
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The template's name
    name: String,

    /// An older version [default: the newest]
    #[arg(long, value_name = "N")]
    version: Option<i64>,
}

const EXAMPLES: &str = "Examples:
  callboard workflow template show research
  callboard workflow template show review --version 1 > review.yaml";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&ShowTemplate { name: args.name, version: args.version }).await?;
    context.out.data("workflow_template_details", &found, |text| {
        text.lines(&found.text);
    })?;
    let name = &found.definition.name;
    match found.version {
        None => context.out.note(&format!("{name} comes with Callboard; no run of it was started yet.")),
        Some(version) => {
            let versions: Vec<String> = found.versions.iter().map(ToString::to_string).collect();
            context.out.note(&format!("{name} version {version}; there are {}.", versions.join(", ")));
        }
    }
    Ok(())
}
