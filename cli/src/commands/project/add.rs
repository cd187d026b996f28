//! `callboard project add`.

use callboard_service::project::AddProject;
use callboard_service::setting::project_from_name;
use serde_json::Value;

use crate::context::Context;
use crate::error::CliError;
use crate::values;

/// Add a project, which numbers its own items
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Its name, in one line
    name: String,

    /// Words of a-z0-9 joined by -, unique [default: from the name]
    #[arg(long, value_name = "SLUG")]
    slug: Option<String>,

    /// What its item keys begin with, such as the CB of CB-42; unique [default: from the name]
    #[arg(long, value_name = "PREFIX")]
    prefix: Option<String>,

    /// The folder that its files lie in; a relative path counts from here
    #[arg(long, value_name = "PATH", value_parser = values::folder)]
    root: Option<String>,

    /// A JSON object of your own
    #[arg(long, value_name = "JSON", value_parser = values::json)]
    metadata: Option<Value>,
}

const EXAMPLES: &str = "Examples:
  callboard project add \"Web Shop\"
  callboard project add \"Web Shop\" --slug shop --prefix WS --root .";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let made = project_from_name(&args.name);
    let verb = AddProject {
        slug: args.slug.unwrap_or(made.slug),
        name: args.name,
        key_prefix: args.prefix.map_or(made.key_prefix, |prefix| prefix.to_uppercase()),
        root_path: args.root,
        metadata: args.metadata,
    };
    let project = context.run(&verb).await?;
    context.out.data("project", &project, |text| {
        text.line(format_args!("{}  {}-1, {}-2, ...", project.slug, project.key_prefix, project.key_prefix));
    })?;
    context.out.hint(&format!(
        "`callboard item add TITLE --project {0}`; `callboard setting set default_project {0}` makes it the default",
        project.slug
    ));
    Ok(())
}
