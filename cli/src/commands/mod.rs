//! The commands: each is parse, one verb, print.

mod assignment;
mod change;
mod completions;
mod fence;
mod holder;
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
    Assignment(assignment::Command),
    Claim(assignment::claim::Args),
    #[command(visible_alias = "done")]
    Complete(assignment::complete::Args),
    Fail(assignment::fail::Args),
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
        Command::Assignment(command) => command.run(context).await,
        Command::Claim(args) => assignment::claim::run(args, context).await,
        Command::Complete(args) => assignment::complete::run(args, context).await,
        Command::Fail(args) => assignment::fail::run(args, context).await,
        Command::Setting(command) => command.run(context).await,
        Command::Completions(args) => completions::run(&args, context),
        Command::Reference(args) => reference::run(&args, context),
    }
}
