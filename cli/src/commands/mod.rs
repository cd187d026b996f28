//! The commands: each is parse, one verb, print.

mod agent;
mod archive;
mod artifact;
mod assignment;
mod change;
mod checkpoint;
mod completions;
mod decision;
mod export;
mod fence;
mod file;
mod health;
mod holder;
mod import;
mod input;
mod item;
mod maintenance;
mod message;
mod paging;
mod prerequisite;
mod project;
mod quickstart;
mod quickstart_run;
mod quickstart_worker;
mod recovery;
mod reference;
mod review;
mod search;
mod session;
mod setting;
mod sprint;
mod stream;
mod upgrade;
mod user;
mod workflow;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Every command of the program, in the order of `--help`.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    Quickstart(quickstart::Args),
    Init(setting::init::Args),
    Board(project::board::Args),
    Ready(item::ready::Args),
    Claim(assignment::claim::Args),
    #[command(visible_alias = "done")]
    Complete(assignment::complete::Args),
    Fail(assignment::fail::Args),
    Checkpoint(checkpoint::Args),
    Recover(recovery::recover::Args),
    Handover(recovery::handover::Args),
    Search(search::find::Args),
    Health(health::measure::Args),
    #[command(subcommand)]
    Message(message::Command),
    #[command(subcommand)]
    Item(item::Command),
    #[command(subcommand)]
    Prerequisite(prerequisite::Command),
    #[command(subcommand)]
    Review(review::Command),
    #[command(subcommand)]
    Assignment(assignment::Command),
    #[command(subcommand)]
    Agent(agent::Command),
    #[command(subcommand)]
    User(user::Command),
    #[command(subcommand)]
    Project(project::Command),
    #[command(subcommand)]
    Sprint(sprint::Command),
    #[command(subcommand)]
    Stream(stream::Command),
    #[command(subcommand)]
    File(file::Command),
    #[command(subcommand)]
    Artifact(artifact::Command),
    #[command(subcommand)]
    Workflow(workflow::Command),
    #[command(subcommand)]
    Session(session::Command),
    #[command(subcommand)]
    Decision(decision::Command),
    #[command(subcommand)]
    Archive(archive::Command),
    #[command(subcommand)]
    Maintenance(maintenance::Command),
    #[command(subcommand)]
    Setting(setting::Command),
    #[command(subcommand)]
    Import(import::Command),
    Export(export::Args),
    Upgrade(upgrade::Args),
    Completions(completions::Args),
    Reference(reference::Args),
    QuickstartWorker(quickstart_worker::Args),
}

/// Runs a command.
pub async fn run(command: Command, context: &Context) -> Result<(), CliError> {
    match command {
        Command::Quickstart(args) => quickstart::run(args, context).await,
        Command::QuickstartWorker(args) => quickstart_worker::run(args, context).await,
        Command::Init(args) => setting::init::run(args, context).await,
        Command::Board(args) => project::board::run(args, context).await,
        Command::Ready(args) => item::ready::run(args, context).await,
        Command::Claim(args) => assignment::claim::run(args, context).await,
        Command::Complete(args) => assignment::complete::run(args, context).await,
        Command::Fail(args) => assignment::fail::run(args, context).await,
        Command::Checkpoint(args) => checkpoint::run(args, context).await,
        Command::Recover(args) => recovery::recover::run(args, context).await,
        Command::Handover(args) => recovery::handover::run(args, context).await,
        Command::Search(args) => search::find::run(args, context).await,
        Command::Health(args) => health::measure::run(args, context).await,
        Command::Message(command) => command.run(context).await,
        Command::Item(command) => command.run(context).await,
        Command::Prerequisite(command) => command.run(context).await,
        Command::Review(command) => command.run(context).await,
        Command::Assignment(command) => command.run(context).await,
        Command::Agent(command) => command.run(context).await,
        Command::User(command) => command.run(context).await,
        Command::Project(command) => command.run(context).await,
        Command::Sprint(command) => command.run(context).await,
        Command::Stream(command) => command.run(context).await,
        Command::File(command) => command.run(context).await,
        Command::Artifact(command) => command.run(context).await,
        Command::Workflow(command) => command.run(context).await,
        Command::Session(command) => command.run(context).await,
        Command::Decision(command) => command.run(context).await,
        Command::Archive(command) => command.run(context).await,
        Command::Maintenance(command) => command.run(context).await,
        Command::Setting(command) => command.run(context).await,
        Command::Import(command) => command.run(context).await,
        Command::Export(args) => export::run(args, context).await,
        Command::Upgrade(args) => upgrade::run(args, context).await,
        Command::Completions(args) => completions::run(&args, context),
        Command::Reference(args) => reference::run(&args, context),
    }
}
