//! `callboard item ledger`.

use callboard_service::item::ReplayLedger;

use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Table};

/// Check that the history of every item tells its present state; exit code 11 where one does not
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {}

const EXAMPLES: &str = "Examples:
  callboard item ledger
  callboard item ledger --json";

pub async fn run(_: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&ReplayLedger).await?;
    let mut table = Table::new(["KEY", "FIELD", "ROW", "HISTORY"]);
    for mismatch in &found {
        let cells = [&mismatch.key, &mismatch.field, &mismatch.row.to_string(), &mismatch.ledger.to_string()];
        table.row(cells.map(Cell::new));
    }
    context.out.data("ledger_mismatches", &found, |text| {
        text.table(&table, "Every item is as its history tells.");
    })?;
    if found.is_empty() { Ok(()) } else { Err(CliError::Broken { count: found.len() }) }
}
