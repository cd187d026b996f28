//! `callboard setting list`.

use callboard_service::setting::ListSettings;

use super::view;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Table};

/// List every setting with what it decides; with --project those that a project may have
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {}

const EXAMPLES: &str = "Examples:
  callboard setting list
  callboard setting list --project web-shop";

pub async fn run(_: Args, context: &Context) -> Result<(), CliError> {
    let settings = context.read(&ListSettings { project: context.project() }).await?;
    let mut table = Table::new(["KEY", "VALUE", "FROM", "WHAT IT DECIDES"]);
    for setting in &settings {
        let value = Cell::optional(view::value(setting));
        table.row([Cell::new(&setting.key), value, Cell::new(view::source(setting)), Cell::new(&setting.about)]);
    }
    context.out.data("settings", &settings, |text| {
        text.table(&table, "No settings.");
    })
}
