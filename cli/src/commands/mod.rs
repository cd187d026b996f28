//! The commands: each is parse, one verb, print.

mod change;
mod completions;
mod init;
mod paging;
mod reference;
mod setting;
mod upgrade;
mod user;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Every command of the program.
#[derive(Debug, Subcommand)]
pub enum Command {
    Init(init::Args),
    Upgrade(upgrade::Args),
    #[command(subcommand)]
    User(user::Command),
    #[command(subcommand)]
    Setting(setting::Command),
    Completions(completions::Args),
    Reference(reference::Args),
}

/// Runs a command.
pub async fn run(command: Command, context: &Context) -> Result<(), CliError> {
    match command {
        Command::Init(args) => init::run(args, context).await,
        Command::Upgrade(args) => upgrade::run(args, context).await,
        Command::User(command) => command.run(context).await,
        Command::Setting(command) => command.run(context).await,
        Command::Completions(args) => completions::run(&args, context),
        Command::Reference(args) => reference::run(&args, context),
    }
}
