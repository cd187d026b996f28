//! `callboard session`: who is at work, since when, on what, and what they would leave behind.

mod abandon;
mod command;
mod continuity;
mod end;
mod list;
mod note;
mod pause;
mod pop;
mod push;
mod resume;
mod show;
mod start;
mod status;
mod switch;
mod target;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Who is at work, since when, on what, and what they would leave behind
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    Start(start::Args),
    Status(status::Args),
    Pause(pause::Args),
    Resume(resume::Args),
    End(end::Args),
    Abandon(abandon::Args),
    Push(push::Args),
    Pop(pop::Args),
    Switch(switch::Args),
    Note(note::Args),
    #[command(name = "command")]
    Ran(command::Args),
    Show(show::Args),
    List(list::Args),
    Continuity(continuity::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::Start(args) => start::run(args, context).await,
            Self::Status(args) => status::run(args, context).await,
            Self::Pause(args) => pause::run(args, context).await,
            Self::Resume(args) => resume::run(args, context).await,
            Self::End(args) => end::run(args, context).await,
            Self::Abandon(args) => abandon::run(args, context).await,
            Self::Push(args) => push::run(args, context).await,
            Self::Pop(args) => pop::run(args, context).await,
            Self::Switch(args) => switch::run(args, context).await,
            Self::Note(args) => note::run(args, context).await,
            Self::Ran(args) => command::run(args, context).await,
            Self::Show(args) => show::run(args, context).await,
            Self::List(args) => list::run(args, context).await,
            Self::Continuity(args) => continuity::run(args, context).await,
        }
    }
}
