//! `callboard assignment`: who holds an item, since when and until when.

mod assign;
mod cancel;
pub mod claim;
pub mod complete;
mod complete_and_claim;
mod complete_many;
mod expire;
mod explain;
pub mod fail;
mod finish_own;
mod heartbeat;
mod history;
mod list;
mod pause;
mod reassign;
mod resume;
mod start;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Who holds an item, since when and until when
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    Assign(assign::Args),
    Cancel(cancel::Args),
    Claim(claim::Args),
    #[command(visible_alias = "done")]
    Complete(complete::Args),
    CompleteAndClaim(complete_and_claim::Args),
    CompleteMany(complete_many::Args),
    Expire(expire::Args),
    Explain(explain::Args),
    Fail(fail::Args),
    FinishOwn(finish_own::Args),
    Heartbeat(heartbeat::Args),
    History(history::Args),
    List(list::Args),
    Pause(pause::Args),
    Reassign(reassign::Args),
    Resume(resume::Args),
    Start(start::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::Assign(args) => assign::run(args, context).await,
            Self::Cancel(args) => cancel::run(args, context).await,
            Self::Claim(args) => claim::run(args, context).await,
            Self::Complete(args) => complete::run(args, context).await,
            Self::CompleteAndClaim(args) => complete_and_claim::run(args, context).await,
            Self::CompleteMany(args) => complete_many::run(args, context).await,
            Self::Expire(args) => expire::run(args, context).await,
            Self::Explain(args) => explain::run(args, context).await,
            Self::Fail(args) => fail::run(args, context).await,
            Self::FinishOwn(args) => finish_own::run(args, context).await,
            Self::Heartbeat(args) => heartbeat::run(args, context).await,
            Self::History(args) => history::run(args, context).await,
            Self::List(args) => list::run(args, context).await,
            Self::Pause(args) => pause::run(args, context).await,
            Self::Reassign(args) => reassign::run(args, context).await,
            Self::Resume(args) => resume::run(args, context).await,
            Self::Start(args) => start::run(args, context).await,
        }
    }
}
