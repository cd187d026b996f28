//! `callboard decision`: what was decided, why, and what came of it.

mod accept;
mod add;
mod edit;
mod evolve;
mod export;
mod fields;
mod import;
mod list;
mod reject;
mod show;
mod view;

use clap::Subcommand;
pub use view::status_style;

use crate::context::Context;
use crate::error::CliError;

/// Decisions: what was decided, why, and what came of it
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    Add(Box<add::Args>),
    Show(show::Args),
    List(list::Args),
    Edit(edit::Args),
    Accept(accept::Args),
    Reject(reject::Args),
    Evolve(Box<evolve::Args>),
    Export(export::Args),
    Import(import::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::Add(args) => add::run(*args, context).await,
            Self::Show(args) => show::run(args, context).await,
            Self::List(args) => list::run(args, context).await,
            Self::Edit(args) => edit::run(args, context).await,
            Self::Accept(args) => accept::run(args, context).await,
            Self::Reject(args) => reject::run(args, context).await,
            Self::Evolve(args) => evolve::run(*args, context).await,
            Self::Export(args) => export::run(args, context).await,
            Self::Import(args) => import::run(args, context).await,
        }
    }
}
