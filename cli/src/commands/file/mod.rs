//! `callboard file`: what was done to files, and whether they still are as that left them.

mod list;
mod scan;
mod show;
mod track;
mod verify;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// What was done to files, and whether they still are as that left them
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    Track(track::Args),
    Scan(scan::Args),
    Verify(verify::Args),
    List(list::Args),
    Show(show::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::Track(args) => track::run(args, context).await,
            Self::Scan(args) => scan::run(args, context).await,
            Self::Verify(args) => verify::run(args, context).await,
            Self::List(args) => list::run(args, context).await,
            Self::Show(args) => show::run(args, context).await,
        }
    }
}
