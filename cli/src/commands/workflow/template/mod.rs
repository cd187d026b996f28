//! `callboard workflow template`: what runs are started from.

mod add;
mod list;
mod show;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// What runs are started from: steps, what each waits for and what it must hand in
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    Add(add::Args),
    List(list::Args),
    Show(show::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::Add(args) => add::run(args, context).await,
            Self::List(args) => list::run(args, context).await,
            Self::Show(args) => show::run(args, context).await,
        }
    }
}
