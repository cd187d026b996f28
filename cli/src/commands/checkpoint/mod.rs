//! `callboard checkpoint`: how far the work on an item has come.

mod add;
mod list;
mod show;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Write down how far the work on an item has come; or list and show what was written
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(subcommand_precedence_over_arg = true, after_help = add::EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    add: add::Args,
}

/// What was written.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
enum Command {
    List(list::Args),
    Show(show::Args),
}

/// Runs a command, or writes a checkpoint where none is named.
pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    match args.command {
        Some(Command::List(args)) => list::run(args, context).await,
        Some(Command::Show(args)) => show::run(args, context).await,
        None => add::run(args.add, context).await,
    }
}
