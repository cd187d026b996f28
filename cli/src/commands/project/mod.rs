//! `callboard project`: a project numbers its own items.

mod add;
mod archive;
pub mod board;
mod edit;
mod list;
mod restore;
mod show;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Projects: each numbers its own items
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    Add(add::Args),
    Show(show::Args),
    List(list::Args),
    Edit(edit::Args),
    Archive(archive::Args),
    Restore(restore::Args),
    Board(board::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::Add(args) => add::run(args, context).await,
            Self::Show(args) => show::run(args, context).await,
            Self::List(args) => list::run(args, context).await,
            Self::Edit(args) => edit::run(args, context).await,
            Self::Archive(args) => archive::run(args, context).await,
            Self::Restore(args) => restore::run(args, context).await,
            Self::Board(args) => board::run(args, context).await,
        }
    }
}
