//! `callboard setting`: what the board, or a project, does where nobody says otherwise.

mod get;
pub mod init;
mod list;
mod set;
mod unset;
mod view;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// What the board, or a project, does where nobody says otherwise
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    Get(get::Args),
    Set(set::Args),
    List(list::Args),
    Unset(unset::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::Get(args) => get::run(args, context).await,
            Self::Set(args) => set::run(args, context).await,
            Self::List(args) => list::run(args, context).await,
            Self::Unset(args) => unset::run(args, context).await,
        }
    }
}
