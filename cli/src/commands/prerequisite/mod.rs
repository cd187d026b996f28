//! `callboard prerequisite`: what an item waits for.

mod add;
mod list;
mod remove;
mod waive;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Prerequisites: what must be done before an item can be worked on
#[derive(Debug, Subcommand)]
pub enum Command {
    Add(add::Args),
    Remove(remove::Args),
    Waive(waive::Args),
    List(list::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::Add(args) => add::run(args, context).await,
            Self::Remove(args) => remove::run(args, context).await,
            Self::Waive(args) => waive::run(args, context).await,
            Self::List(args) => list::run(args, context).await,
        }
    }
}
