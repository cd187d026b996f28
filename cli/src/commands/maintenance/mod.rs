//! `callboard maintenance`: what the board's maintenance did, and is to do.

mod asked;
mod list;
mod show;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Look the board over, put it right, and see what was done
#[derive(Debug, Subcommand)]
pub enum Command {
    List(list::Args),
    Show(show::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::List(args) => list::run(args, context).await,
            Self::Show(args) => show::run(args, context).await,
        }
    }
}
