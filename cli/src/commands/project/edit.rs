//! `callboard project edit`.

use callboard_service::Ref;
use callboard_service::project::EditProject;
use serde_json::Value;

use crate::commands::change::change;
use crate::context::Context;
use crate::error::CliError;
use crate::values;

/// Change a project's slug, name, folder or metadata
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Slug or id
    slug: Ref,

    /// The new slug; the old one no longer finds the project
    #[arg(long, value_name = "SLUG")]
    new_slug: Option<String>,

    /// The new name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// The folder that its files lie in; a relative path counts from here
    #[arg(long, value_name = "PATH", value_parser = values::folder, conflicts_with = "no_root")]
    root: Option<String>,

    /// Take the folder away
    #[arg(long)]
    no_root: bool,

    /// A JSON object, in place of the one that it has
    #[arg(long, value_name = "JSON", value_parser = values::json, conflicts_with = "no_metadata")]
    metadata: Option<Value>,

    /// Take the metadata away
    #[arg(long)]
    no_metadata: bool,
}

const EXAMPLES: &str = "Examples:
  callboard project edit web-shop --name \"The Shop\" --root /srv/shop
  callboard project edit web-shop --new-slug shop --no-metadata";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = EditProject {
        project: args.slug,
        slug: args.new_slug,
        name: args.name,
        root_path: change(args.root, args.no_root),
        metadata: change(args.metadata, args.no_metadata),
    };
    let project = context.run(&verb).await?;
    context.out.data("project", &project, |text| {
        text.line(format_args!("{}  {}", project.slug, project.name));
    })
}
