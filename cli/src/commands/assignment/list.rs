//! `callboard assignment list`.

use callboard_service::Ref;
use callboard_service::assignment::{Holder, ListAssignments};
use callboard_service::entity::{ActorType, TaskAssignmentStatus};
use uuid::Uuid;

use crate::commands::holder::HolderArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::output::assignments;
use crate::values;

/// List assignments, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    holder: HolderArgs,

    /// Only those of the one who acts
    #[arg(long, conflicts_with_all = ["agent", "user"])]
    mine: bool,

    /// Only those that hold their item now
    #[arg(long)]
    open: bool,

    /// Only of this item
    #[arg(long, value_name = "KEY")]
    item: Option<Ref>,

    /// Only in these states
    #[arg(long, value_name = "STATUS", value_delimiter = ',', value_parser = values::vocabulary(TaskAssignmentStatus::ALL, TaskAssignmentStatus::as_str))]
    status: Vec<TaskAssignmentStatus>,

    /// At most so many rows: 1 to 1000
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,

    /// Go on after this id, which the page before names
    #[arg(long, value_name = "ID")]
    after: Option<Uuid>,
}

const EXAMPLES: &str = "Examples:
  callboard assignment list --open
  callboard assignment list --mine --as agent:parser-bot
  callboard assignment list --agent parser-bot --status failed,expired";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    // Who acts is another question, after which the file would be opened twice.
    let board = if args.mine { context.board().await? } else { context.board_to_read::<ListAssignments>().await? };
    let mut holder = args.holder.holder();
    if args.mine {
        let actor = context.actor(&board).await?;
        holder = match (actor.kind, actor.id) {
            (ActorType::Agent, Some(id)) => Some(Holder::Agent(Ref::Id(id))),
            (ActorType::User, Some(id)) => Some(Holder::User(Ref::Id(id))),
            _ => {
                return Err(CliError::Usage {
                    message: "the system holds nothing".to_owned(),
                    hint: "name who acts: --as agent:SLUG or --as user:NAME",
                });
            }
        };
    }
    let query = ListAssignments {
        holder,
        item: args.item,
        project: context.project(),
        open: args.open,
        statuses: args.status,
        after: args.after,
        limit: args.limit,
    };
    let page = board.read(&query).await?;
    context.out.data("assignments", &page, |text| assignments::list(text, &page, board.now()))?;
    if let Some(next) = page.next {
        context.out.hint(&format!("there is more: the same command with --after {next}"));
    }
    Ok(())
}
