//! `callboard prerequisite`: what an item waits for.

mod add;
mod check;
mod fail;
mod list;
mod remove;
mod satisfy;
mod waive;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Prerequisites: what must be so before an item can be worked on, or completed
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    Add(add::Args),
    Remove(remove::Args),
    Satisfy(satisfy::Args),
    Fail(fail::Args),
    Waive(waive::Args),
    List(list::Args),
    Check(check::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::Add(args) => add::run(args, context).await,
            Self::Remove(args) => remove::run(args, context).await,
            Self::Satisfy(args) => satisfy::run(args, context).await,
            Self::Fail(args) => fail::run(args, context).await,
            Self::Check(args) => check::run(args, context).await,
            Self::Waive(args) => waive::run(args, context).await,
            Self::List(args) => list::run(args, context).await,
        }
    }
}
