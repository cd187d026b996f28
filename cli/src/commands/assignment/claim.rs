//! `callboard assignment claim`.

use callboard_service::assignment::Claim;
use callboard_service::entity::{ActorType, WorkItemType};
use callboard_service::{Actor, Callboard, Error, Ref};

use crate::context::Context;
use crate::error::CliError;
use crate::output::assignments;
use crate::values;

/// Take the most urgent ready item that an agent qualifies for; prints the assignment's id
#[derive(Debug, clap::Args)]
#[group(id = "claim_args")]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The agent, by slug [default: the acting agent]
    #[arg(long, value_name = "SLUG")]
    agent: Option<Ref>,

    /// How many: 1 to 500
    #[arg(long, value_name = "N", default_value_t = 1)]
    count: u32,

    /// How long until the next sign of life must come: 10s to 24h [default: the setting lease_seconds, 15m]
    #[arg(long, value_name = "TIME", value_parser = values::seconds)]
    lease: Option<i64>,

    /// This item and no other; with --project it must be in that one
    #[arg(long, value_name = "KEY", conflicts_with_all = ["count", "sprint", "stream", "type", "tag"])]
    item: Option<Ref>,

    /// Only from this sprint
    #[arg(long, value_name = "CODE")]
    sprint: Option<Ref>,

    /// Only from this work stream, in its order
    #[arg(long, value_name = "SLUG")]
    stream: Option<Ref>,

    /// Only of this type
    #[arg(long = "type", id = "type", value_name = "TYPE", value_parser = values::vocabulary(WorkItemType::ALL, WorkItemType::as_str))]
    kind: Option<WorkItemType>,

    /// Only with this tag
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,
}

const EXAMPLES: &str = "Examples:
  callboard claim --agent parser-bot                      prints the assignment's id, and the item on stderr
  callboard assignment claim --agent parser-bot --count 5 --type bug --json     the long form
  callboard claim --agent parser-bot --item CB-7 --lease 2h
  callboard claim --agent parser-bot --stream manual      the first of the stream that is ready
  export CALLBOARD_ASSIGNMENT=$(callboard claim --agent parser-bot --quiet)";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    let (actor, claim) = args.claim(context, &board).await?;
    let outcome = context.run_as(&board, actor, &claim).await?;
    if outcome.claimed.is_empty() {
        // What ran out was taken back and stays so; that nothing was found is an exit code of its own.
        return Err(Error::NothingReady { agent: outcome.agent, reasons: outcome.why_nothing }.into());
    }
    context.out.data("claim", &outcome, |text| {
        for claimed in &outcome.claimed {
            text.line(claimed.assignment);
        }
    })?;
    for claimed in &outcome.claimed {
        context.out.note(&assignments::claimed(claimed, board.now()));
        assignments::recovered(&context.out, claimed);
    }
    if outcome.claimed.len() == 1 {
        context.out.hint("callboard complete --assignment ID, callboard fail --assignment ID --reason TEXT");
    }
    Ok(())
}

impl Args {
    /// The claim, and who makes it: the agent itself, where nobody else is named.
    pub async fn claim(self, context: &Context, board: &Callboard) -> Result<(Actor, Claim), CliError> {
        let explicit = context.explicit_actor(board).await?;
        let acting = explicit.filter(|actor| actor.kind == ActorType::Agent).and_then(|actor| actor.id);
        let Some(agent) = self.agent.or(acting.map(Ref::Id)) else {
            return Err(CliError::Usage {
                message: "it is not known which agent claims".to_owned(),
                hint: "name it: callboard claim --agent SLUG",
            });
        };
        let actor = match explicit {
            Some(actor) => actor,
            None => board.actor(&format!("agent:{agent}")).await?,
        };
        let claim = Claim {
            agent,
            count: self.count,
            lease_seconds: self.lease,
            item: self.item,
            project: context.project(),
            sprint: self.sprint,
            stream: self.stream,
            kind: self.kind,
            tag: self.tag,
        };
        Ok((actor, claim))
    }
}
