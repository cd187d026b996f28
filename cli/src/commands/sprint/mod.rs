//! `callboard sprint`: ordered items with a first and a last day.

mod add;
mod add_items;
mod burndown;
mod edit;
mod list;
mod load;
mod move_item;
mod remove_items;
mod show;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Sprints: ordered items with a first and a last day
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    Add(add::Args),
    Show(show::Args),
    List(list::Args),
    Edit(edit::Args),
    AddItems(add_items::Args),
    RemoveItems(remove_items::Args),
    #[command(visible_alias = "reorder")]
    MoveItem(move_item::Args),
    Load(load::Args),
    Burndown(burndown::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::Add(args) => add::run(args, context).await,
            Self::Show(args) => show::run(args, context).await,
            Self::List(args) => list::run(args, context).await,
            Self::Edit(args) => edit::run(args, context).await,
            Self::AddItems(args) => add_items::run(args, context).await,
            Self::RemoveItems(args) => remove_items::run(args, context).await,
            Self::MoveItem(args) => move_item::run(args, context).await,
            Self::Load(args) => load::run(args, context).await,
            Self::Burndown(args) => burndown::run(args, context).await,
        }
    }
}
