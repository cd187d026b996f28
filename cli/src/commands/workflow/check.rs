//! `callboard workflow check`.

use callboard_service::workflow::CheckRuns;

use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Table};

/// Check that every run agrees with its steps, outputs and log; exit code 11 where one does not
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {}

const EXAMPLES: &str = "Examples:
  callboard workflow check
  callboard workflow check --json";

pub async fn run(_: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&CheckRuns).await?;
    let mut table = Table::new(["RUN", "FIELD", "ROW", "FOUND"]);
    for mismatch in &found {
        let cells = [&mismatch.run, &mismatch.field, &mismatch.row.to_string(), &mismatch.found.to_string()];
        table.row(cells.map(Cell::new));
    }
    context.out.data("run_mismatches", &found, |text| {
        text.table(&table, "Every run agrees with its steps, outputs and log.");
    })?;
    if found.is_empty() { Ok(()) } else { Err(CliError::Broken { count: found.len() }) }
}
