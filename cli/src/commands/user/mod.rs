//! `callboard user`: the people of the board.

mod add;
mod edit;
mod list;
mod remove;
mod show;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// The people of the board
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    Add(add::Args),
    Show(show::Args),
    List(list::Args),
    Edit(edit::Args),
    Remove(remove::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::Add(args) => add::run(args, context).await,
            Self::Show(args) => show::run(args, context).await,
            Self::List(args) => list::run(args, context).await,
            Self::Edit(args) => edit::run(args, context).await,
            Self::Remove(args) => remove::run(args, context).await,
        }
    }
}
