//! `callboard workflow context list`.

use callboard_service::Ref;
use callboard_service::workflow::context::ListContext;

use crate::commands::workflow::view;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Style, Table, words};

/// List the values of a run's context by agent and key
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What the run is called, or its id
    run: Ref,

    /// Only this agent's
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,

    /// Also those whose time is over
    #[arg(long)]
    expired: bool,
}

const EXAMPLES: &str = "Examples:
  callboard workflow context list falls-2026
  callboard workflow context list falls-2026 --agent searcher --expired";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    let found = board.read(&ListContext { run: args.run, agent: args.agent, expired: args.expired }).await?;
    let now = board.now();
    let mut table = Table::new(["AGENT", "KEY", "UNTIL", "VALUE"]);
    for value in &found {
        let until = match value.expires_at {
            Some(at) if at <= now => Cell::styled(Style::Faint, format_args!("over {}", words::distance(at, now))),
            Some(at) => Cell::new(words::distance(at, now)),
            None => Cell::optional(None::<&str>),
        };
        table.row([Cell::new(&value.agent), Cell::new(&value.key), until, Cell::new(view::value(&value.value))]);
    }
    context.out.data("run_context", &found, |text| {
        text.table(&table, "No values.");
    })
}
