//! `callboard workflow template list`.

use callboard_service::workflow::template::{ListTemplates, ListedTemplate};

use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Table};

/// List the templates that a run can be started from, with those that come with Callboard
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {}

const EXAMPLES: &str = "Examples:
  callboard workflow template list
  callboard workflow template list --json";

pub async fn run(_: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&ListTemplates).await?;
    let mut table = Table::new(["NAME", "VERSION", "STEPS", "INPUTS", "WHAT IT IS FOR"]);
    for template in &found {
        table.row([
            Cell::new(&template.name),
            Cell::new(version(template)),
            Cell::new(template.steps.len()),
            Cell::new(template.inputs.join(", ")),
            Cell::optional(template.description.as_ref()),
        ]);
    }
    context.out.data("workflow_templates", &found, |text| {
        text.table(&table, "No templates.");
    })
}

/// One that comes with Callboard has no number before its first run.
fn version(template: &ListedTemplate) -> String {
    template.version.map_or_else(|| "built in".to_owned(), |version| version.to_string())
}
