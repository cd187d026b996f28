//! `callboard review`: finished work that somebody else looks at.

mod accept;
mod list;
mod reject;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Reviews: finished work that somebody else accepts or rejects
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    List(list::Args),
    Accept(accept::Args),
    Reject(reject::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::List(args) => list::run(args, context).await,
            Self::Accept(args) => accept::run(args, context).await,
            Self::Reject(args) => reject::run(args, context).await,
        }
    }
}
