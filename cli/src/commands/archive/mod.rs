//! `callboard archive`: items that were taken off the board whole.

mod add;
mod list;
mod purge;
mod restore;
mod show;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Take items off the board whole, and put them back; `item archive` only hides one
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    Add(add::Args),
    List(list::Args),
    Show(show::Args),
    Restore(restore::Args),
    Purge(purge::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::Add(args) => add::run(args, context).await,
            Self::List(args) => list::run(args, context).await,
            Self::Show(args) => show::run(args, context).await,
            Self::Restore(args) => restore::run(args, context).await,
            Self::Purge(args) => purge::run(args, context).await,
        }
    }
}
