//! `callboard stream`: items that are worked on in an order for one purpose.

mod add;
mod close;
mod create;
mod edit;
mod list;
mod order;
mod prepare;
mod progress;
mod readiness;
mod remove;
mod reopen;
mod show;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Work streams: items that are worked on in an order for one purpose
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    Create(create::Args),
    List(list::Args),
    Show(show::Args),
    Edit(edit::Args),
    Add(add::Args),
    Remove(remove::Args),
    Order(order::Args),
    Readiness(readiness::Args),
    Prepare(prepare::Args),
    Progress(progress::Args),
    Close(close::Args),
    Reopen(reopen::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::Create(args) => create::run(args, context).await,
            Self::List(args) => list::run(args, context).await,
            Self::Show(args) => show::run(args, context).await,
            Self::Edit(args) => edit::run(args, context).await,
            Self::Add(args) => add::run(args, context).await,
            Self::Remove(args) => remove::run(args, context).await,
            Self::Order(args) => order::run(args, context).await,
            Self::Readiness(args) => readiness::run(args, context).await,
            Self::Prepare(args) => prepare::run(args, context).await,
            Self::Progress(args) => progress::run(args, context).await,
            Self::Close(args) => close::run(args, context).await,
            Self::Reopen(args) => reopen::run(args, context).await,
        }
    }
}
