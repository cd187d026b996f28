//! `callboard workflow`: runs of several steps, which survive a crash, and the templates that they are started from.

mod cancel;
mod check;
mod context;
mod list;
mod logs;
mod outputs;
mod pause;
mod resume;
mod retry;
mod show;
mod start;
mod template;
mod view;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Runs of several steps, which survive a crash, and the templates that they are started from
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    #[command(subcommand)]
    Template(template::Command),
    Start(start::Args),
    List(list::Args),
    Show(show::Args),
    Resume(resume::Args),
    Pause(pause::Args),
    Cancel(cancel::Args),
    Retry(retry::Args),
    Outputs(outputs::Args),
    #[command(subcommand)]
    Context(context::Command),
    Logs(logs::Args),
    Check(check::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::Template(command) => command.run(context).await,
            Self::Start(args) => start::run(args, context).await,
            Self::List(args) => list::run(args, context).await,
            Self::Show(args) => show::run(args, context).await,
            Self::Resume(args) => resume::run(args, context).await,
            Self::Pause(args) => pause::run(args, context).await,
            Self::Cancel(args) => cancel::run(args, context).await,
            Self::Retry(args) => retry::run(args, context).await,
            Self::Outputs(args) => outputs::run(args, context).await,
            Self::Context(command) => command.run(context).await,
            Self::Logs(args) => logs::run(args, context).await,
            Self::Check(args) => check::run(args, context).await,
        }
    }
}
