//! `callboard item`: what there is to do.

mod add;
mod archive;
mod block;
mod blockers;
mod cancel;
mod comment;
mod delete;
mod edit;
pub mod fields;
mod history;
mod ledger;
mod list;
mod r#move;
pub mod ready;
mod reopen;
mod retry;
mod show;
mod tree;
mod unarchive;
mod unblock;
pub mod view;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Items: what there is to do
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    Add(add::Args),
    Show(show::Args),
    List(list::Args),
    Edit(edit::Args),
    Comment(comment::Args),
    Move(r#move::Args),
    Blockers(blockers::Args),
    Block(block::Args),
    Unblock(unblock::Args),
    Cancel(cancel::Args),
    Reopen(reopen::Args),
    Retry(retry::Args),
    Archive(archive::Args),
    Unarchive(unarchive::Args),
    Delete(delete::Args),
    Tree(tree::Args),
    History(history::Args),
    Ready(ready::Args),
    Ledger(ledger::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::Add(args) => add::run(args, context).await,
            Self::Show(args) => show::run(args, context).await,
            Self::List(args) => list::run(args, context).await,
            Self::Edit(args) => edit::run(args, context).await,
            Self::Comment(args) => comment::run(args, context).await,
            Self::Move(args) => r#move::run(args, context).await,
            Self::Blockers(args) => blockers::run(args, context).await,
            Self::Block(args) => block::run(args, context).await,
            Self::Unblock(args) => unblock::run(args, context).await,
            Self::Cancel(args) => cancel::run(args, context).await,
            Self::Reopen(args) => reopen::run(args, context).await,
            Self::Retry(args) => retry::run(args, context).await,
            Self::Archive(args) => archive::run(args, context).await,
            Self::Unarchive(args) => unarchive::run(args, context).await,
            Self::Delete(args) => delete::run(args, context).await,
            Self::Tree(args) => tree::run(args, context).await,
            Self::History(args) => history::run(args, context).await,
            Self::Ready(args) => ready::run(args, context).await,
            Self::Ledger(args) => ledger::run(args, context).await,
        }
    }
}
