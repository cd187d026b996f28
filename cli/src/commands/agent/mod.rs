//! `callboard agent`: who may do what.

mod archive;
mod assignments;
mod edit;
mod grant;
mod items;
mod list;
mod register;
mod restore;
mod revoke;
mod show;
mod view;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Agents: who they are and what they may do
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    Register(register::Args),
    Show(show::Args),
    List(list::Args),
    Edit(edit::Args),
    Archive(archive::Args),
    Restore(restore::Args),
    Grant(grant::Args),
    Revoke(revoke::Args),
    Items(items::Args),
    Assignments(assignments::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::Register(args) => register::run(args, context).await,
            Self::Show(args) => show::run(args, context).await,
            Self::List(args) => list::run(args, context).await,
            Self::Edit(args) => edit::run(args, context).await,
            Self::Archive(args) => archive::run(args, context).await,
            Self::Restore(args) => restore::run(args, context).await,
            Self::Grant(args) => grant::run(args, context).await,
            Self::Revoke(args) => revoke::run(args, context).await,
            Self::Items(args) => items::run(args, context).await,
            Self::Assignments(args) => assignments::run(args, context).await,
        }
    }
}
