//! `callboard assignment complete`.

use callboard_service::Ref;
use callboard_service::assignment::{Complete, FinishOwn};
use rust_decimal::Decimal;

use crate::commands::fence::{Force, OptionalFence, writer};
use crate::commands::input::Json;
use crate::commands::item::view;
use crate::context::Context;
use crate::error::CliError;
use crate::output::assignments;
use crate::watch::watch;

/// Complete an assignment: its item is done; KEY alone does so for your own item
///
/// The item's quality gate must be met, which is shown where it is not (exit code 17); with a strict gate the item goes to a
/// review. Tracked files are looked at first.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// An item of your own (or nobody's), by key: taken, started and completed in one step
    #[arg(value_name = "KEY")]
    item: Option<Ref>,

    #[command(flatten)]
    fence: OptionalFence,

    /// What was done
    #[arg(long, visible_alias = "notes", value_name = "TEXT")]
    note: Option<String>,

    /// The hours that it took
    #[arg(long, value_name = "HOURS")]
    hours: Option<Decimal>,

    /// The result, kept with the assignment: JSON, or @FILE that holds it, @- for stdin
    #[arg(long, value_name = "JSON", value_parser = Json::parse, conflicts_with = "item")]
    result: Option<Json>,

    #[command(flatten)]
    force: Force,
}

const EXAMPLES: &str = "Examples:
  callboard complete --assignment 01993f1e-8c58-7b3e-b8fd-2d1c7a1f4d11 --note \"parsed, with tests\"
  callboard assignment complete --result '{\"files\":3}'               with CALLBOARD_ASSIGNMENT set
  callboard complete --result @report.json                            a large one, from a file
  callboard done CB-7 --hours 1.5                         an item of your own
  callboard complete --force --reason \"the file was moved by hand\"       with CALLBOARD_ASSIGNMENT set";

/// What takes long in a completion.
fn looking() -> String {
    "not complete yet: its tracked files are looked at, or another one writes".to_owned()
}

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    // A key that was typed means more than an assignment that the environment still names; both typed is a mistake.
    if args.item.is_some() && args.fence.assignment.is_some() && std::env::var_os("CALLBOARD_ASSIGNMENT").is_none() {
        return Err(CliError::Usage {
            message: "an item and an assignment were named".to_owned(),
            hint: "an agent names its assignment, a person the key of an item of their own",
        });
    }
    let completed = match (args.item, args.fence.assignment) {
        (Some(item), _) => {
            let verb = FinishOwn { item, notes: args.note, actual_hours: args.hours, force: args.force.reason() };
            let actor = context.actor(&board).await?;
            watch(context, looking, context.run_as(&board, actor, &verb)).await?
        }
        (None, Some(assignment)) => {
            let result = args.result.map(Json::read).transpose()?;
            let (notes, force) = (args.note, args.force.reason());
            let verb = Complete { assignment, notes, actual_hours: args.hours, result, force };
            let actor = writer(context, &board, assignment).await?;
            watch(context, looking, context.run_as(&board, actor, &verb)).await?
        }
        (None, None) => {
            return Err(CliError::Usage {
                message: "it is not known what is complete".to_owned(),
                hint: "name the assignment (--assignment ID), or an item of your own by its key",
            });
        }
    };
    context.out.data("completed", &completed, |text| assignments::completed(text, &completed))?;
    view::gate(context, &completed.gate);
    Ok(())
}
