//! `callboard workflow context`: what the agents of a run tell each other.

mod get;
mod list;
mod set;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// What the agents of a run tell each other: values by agent and key, which may expire
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    Get(get::Args),
    Set(set::Args),
    List(list::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::Get(args) => get::run(args, context).await,
            Self::Set(args) => set::run(args, context).await,
            Self::List(args) => list::run(args, context).await,
        }
    }
}
