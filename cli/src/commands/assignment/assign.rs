//! `callboard assignment assign`.

use callboard_service::Ref;
use callboard_service::assignment::Assign;

use crate::commands::holder::NeededHolder;
use crate::context::Context;
use crate::error::CliError;
use crate::output::assignments;
use crate::values;

/// Give an item to an agent or a person, who then starts it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item's key or id
    item: Ref,

    #[command(flatten)]
    holder: NeededHolder,

    /// How long an agent has to start: 10s to 30d [default: 24h]
    #[arg(long, value_name = "TIME", value_parser = values::seconds)]
    accept_within: Option<i64>,

    /// JSON that is shown to the holder
    #[arg(long, value_name = "JSON", value_parser = values::json)]
    context: Option<serde_json::Value>,

    /// A note to the holder
    #[arg(long, visible_alias = "notes", value_name = "TEXT")]
    note: Option<String>,
}

const EXAMPLES: &str = "Examples:
  callboard assignment assign CB-7 --agent parser-bot
  callboard assignment assign CB-8 --user ada --note \"as we said on Monday\"
  callboard assignment assign CB-9 --agent parser-bot --accept-within 1h --context '{\"branch\":\"next\"}'";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = Assign {
        item: args.item,
        holder: args.holder.holder(),
        accept_seconds: args.accept_within,
        context: args.context,
        notes: args.note,
    };
    let assigned = context.run(&verb).await?;
    context.out.data("assigned", &assigned, |text| assignments::assigned(text, &assigned))
}
