//! `callboard project show`.

use callboard_service::Ref;
use callboard_service::project::ShowProject;

use crate::context::Context;
use crate::error::CliError;
use crate::output::{lists, words};

/// Show a project, with the number of its items, sprints and assignments
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Slug or id
    slug: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard project show web-shop
  callboard project show web-shop --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&ShowProject { project: args.slug }).await?;
    context.out.data("project_details", &found, |text| {
        let project = &found.project;
        text.field("Project", &project.slug);
        text.field("Name", &project.name);
        text.styled_field("Status", words::project_style(project.status), project.status);
        text.field("Next item", format_args!("{}-{}", project.key_prefix, project.next_item_number));
        text.optional("Folder", project.root_path.as_deref());
        text.optional("Metadata", project.metadata.as_ref());
        lists::counts(text, &found.items);
        text.field("Archived items", found.archived_items);
        text.field("Sprints", lists::present(&found.sprints));
        text.field("Held now", found.open_assignments);
        text.field("Id", project.id);
        text.field("Added", words::time(project.created_at));
    })
}
