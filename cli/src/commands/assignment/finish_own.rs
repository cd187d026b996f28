//! `callboard assignment finish-own`.

use callboard_service::Ref;
use callboard_service::assignment::FinishOwn;
use rust_decimal::Decimal;

use crate::commands::fence::Force;
use crate::commands::item::view;
use crate::context::Context;
use crate::error::CliError;
use crate::output::assignments;

/// Finish an item of your own: taken, started and completed in one step
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item's key or id; yours, or nobody's
    item: Ref,

    /// What was done
    #[arg(long, visible_alias = "notes", value_name = "TEXT")]
    note: Option<String>,

    /// The hours that it took
    #[arg(long, value_name = "HOURS")]
    hours: Option<Decimal>,

    #[command(flatten)]
    force: Force,
}

const EXAMPLES: &str = "Examples:
  callboard assignment finish-own CB-7
  callboard done CB-7 --hours 1.5                         the short form";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = FinishOwn { item: args.item, notes: args.note, actual_hours: args.hours, force: args.force.reason() };
    let completed = context.run(&verb).await?;
    context.out.data("completed", &completed, |text| assignments::completed(text, &completed))?;
    view::gate(context, &completed.gate);
    Ok(())
}
