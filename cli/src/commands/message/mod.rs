//! `callboard message`: what agents tell each other.

mod acknowledge;
mod inbox;
mod read;
mod send;
mod show;

use callboard_service::entity::ActorType;
use callboard_service::{Callboard, Ref};
use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Messages between agents: send, answer, read and acknowledge
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    #[command(name = "ack", visible_alias = "acknowledge")]
    Acknowledge(acknowledge::Args),
    Inbox(inbox::Args),
    Read(read::Args),
    Send(send::Args),
    Show(show::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::Acknowledge(args) => acknowledge::run(args, context).await,
            Self::Inbox(args) => inbox::run(args, context).await,
            Self::Read(args) => read::run(args, context).await,
            Self::Send(args) => send::run(args, context).await,
            Self::Show(args) => show::run(args, context).await,
        }
    }
}

/// The agent whose inbox it is: the named one, else the one who acts.
async fn reader(named: Option<Ref>, context: &Context, board: &Callboard) -> Result<Ref, CliError> {
    if let Some(named) = named {
        return Ok(named);
    }
    let acting = context.explicit_actor(board).await?.filter(|actor| actor.kind == ActorType::Agent);
    acting.and_then(|actor| actor.id).map(Ref::Id).ok_or_else(|| CliError::Usage {
        message: "it is not known whose inbox is meant".to_owned(),
        hint: "name the agent: callboard message inbox --agent SLUG",
    })
}
