//! `callboard artifact`: what came of the work on items.

mod add;
mod collect;
mod get;
mod list;
mod show;
mod target;
mod verify;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// What came of the work on items: contents in versions, kept under their digest
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    Add(add::Args),
    List(list::Args),
    Show(show::Args),
    Get(get::Args),
    Verify(verify::Args),
    Collect(collect::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::Add(args) => add::run(args, context).await,
            Self::List(args) => list::run(args, context).await,
            Self::Show(args) => show::run(args, context).await,
            Self::Get(args) => get::run(args, context).await,
            Self::Verify(args) => verify::run(args, context).await,
            Self::Collect(args) => collect::run(args, context).await,
        }
    }
}
