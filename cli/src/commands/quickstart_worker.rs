//! `callboard quickstart-worker`: an agent of the quickstart, in a process of its own.

use std::time::{Duration, Instant};

use callboard_service::Callboard;
use callboard_service::assignment::{Claim, Claimed, Complete, Fail};
use callboard_service::entity::WorkItemStatus;
use callboard_service::item::ListItems;
use clap::ValueEnum;

use super::quickstart_run;
use crate::context::Context;
use crate::error::CliError;

/// Work as one of the quickstart's agents
#[derive(Debug, clap::Args)]
#[command(hide = true)]
pub struct Args {
    /// The agent, by slug
    #[arg(long, value_name = "SLUG")]
    agent: String,

    /// How it works
    #[arg(long, value_name = "MANNER")]
    manner: Manner,

    /// Ends when these items are done
    #[arg(long, value_name = "KEYS", value_delimiter = ',')]
    until: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Manner {
    /// Completes what it claims.
    Steady,
    /// Fails its first attempt, then is steady.
    FailFirst,
    /// Claims one item and never does anything again.
    Hang,
    /// Does the steps of the quickstart's run.
    Play,
}

/// The shortest lease there is, so that a lost one is found soon.
pub const LEASE_SECONDS: i64 = 10;
/// How long the work on one item takes.
const WORK: Duration = Duration::from_millis(300);
pub const POLL: Duration = Duration::from_millis(250);
/// A lost lease and a pause after it take 20 seconds at most.
pub const PATIENCE: Duration = Duration::from_secs(120);

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    let actor = board.actor(&format!("agent:{}", args.agent)).await?;
    if args.manner == Manner::Play {
        return quickstart_run::play(context, &board, actor, &args.agent).await;
    }
    let claim = Claim { lease_seconds: Some(LEASE_SECONDS), ..Claim::one(args.agent.as_str()) };
    let began = Instant::now();
    let mut fails = args.manner == Manner::FailFirst;
    loop {
        let claimed = board.run(actor, &claim).await?.claimed.into_iter().next();
        let Some(claimed) = claimed else {
            if done(&board, &args.until).await? {
                return Ok(());
            }
            if began.elapsed() > PATIENCE {
                return Err(CliError::Worker { agent: args.agent, how: "found nothing more to do".to_owned() });
            }
            tokio::time::sleep(POLL).await;
            continue;
        };
        let Claimed { assignment, attempt, item, .. } = claimed;
        context.out.note(&format!("{} claims {} (attempt {attempt}): {}", args.agent, item.key, item.title));
        if args.manner == Manner::Hang {
            // Whoever started this process reads which item it holds, and kills it.
            context.out.raw(&format!("{}\n", item.key))?;
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(WORK).await;
        if fails {
            fails = false;
            let reason = "the test rig was not connected".to_owned();
            board.run(actor, &Fail { assignment, reason, permanent: false }).await?;
            context.out.note(&format!("{} fails {}: it is tried again after a pause", args.agent, item.key));
            continue;
        }
        let notes = Some(format!("done by {}", args.agent));
        board.run(actor, &Complete { assignment, notes, ..Complete::default() }).await?;
        context.out.note(&format!("{} completes {}", args.agent, item.key));
    }
}

async fn done(board: &Callboard, keys: &[String]) -> Result<bool, CliError> {
    let statuses = vec![WorkItemStatus::Todo, WorkItemStatus::InProgress];
    let query = ListItems { statuses, limit: 1000, ..ListItems::default() };
    let open = board.read(&query).await?.items;
    Ok(!open.iter().any(|listed| keys.contains(&listed.item.key)))
}
