//! `callboard maintenance sweep`.

use std::time::Duration;

use callboard_service::ErrorKind;
use callboard_service::maintenance::{Finding, Maintained, Sweep};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::asked;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Printer, maintenance};
use crate::values::seconds;

/// Do what time alone asks for: expire, release, abandon, remove; once, or in a loop
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Sweep again after this time, until SIGINT or SIGTERM: 1s to 1d
    #[arg(long, value_name = "TIME", value_parser = every, conflicts_with_all = ["dry_run", "idempotency_key"])]
    every: Option<Duration>,

    /// Find everything, tell what would be changed, and change nothing
    #[arg(long, conflicts_with = "idempotency_key")]
    dry_run: bool,
}

const EXAMPLES: &str =
    "Any number of sweeps may run at once, in any number of processes: nothing is done twice. Without
--project the whole board is swept. In a loop each round tells what it did, and the end tells all.

Examples:
  callboard maintenance sweep --dry-run
  callboard maintenance sweep --every 30s
  callboard maintenance sweep --project website";

fn every(text: &str) -> Result<Duration, String> {
    match u64::try_from(seconds(text)?) {
        Ok(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds)),
        _ => Err("must be 1s to 1d".to_owned()),
    }
}

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let what = Sweep { project: context.project(), dry_run: args.dry_run };
    match args.every {
        None => asked::run(context, &what, print).await,
        Some(every) => sweep_on(&what, every, context).await,
    }
}

/// Sweeps until a signal comes; a round that is under way is let end, so that the run is finished in order.
async fn sweep_on(what: &Sweep, every: Duration, context: &Context) -> Result<(), CliError> {
    // Before the first round: a signal that comes early must not end the process by itself.
    let mut stop = Stop { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? };
    let board = context.board().await?;
    let actor = context.actor(&board).await?;
    let board = context.in_session(&board).await?;
    let mut sweeper = what.begin(&board, actor, every).await?;
    context.committing().hold();
    context.out.note(&format!("sweeping every {} s; Ctrl-C or SIGTERM ends it in order", every.as_secs()));
    loop {
        match sweeper.round().await {
            Ok(found) => tell(context, &found),
            // It may be over at the next round; what cannot be is told at once.
            Err(error) if matches!(error.kind(), ErrorKind::Busy | ErrorKind::Unavailable) => {
                context.out.warning(&format!("this round did not come to its end: {error}"));
            }
            Err(error) => return Err(error.into()),
        }
        if stop.within(every).await {
            let done = sweeper.finish().await?;
            return asked::tell(context, done, print);
        }
    }
}

/// What a round did, on stderr: stdout has the one document at the end.
fn tell(context: &Context, found: &[Finding]) {
    for finding in found {
        context.out.note(&maintenance::line(finding));
    }
}

struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    /// Waits, and says whether a signal came meanwhile or before.
    async fn within(&mut self, time: Duration) -> bool {
        tokio::select! {
            biased;
            _ = self.interrupt.recv() => true,
            _ = self.terminate.recv() => true,
            () = tokio::time::sleep(time) => false,
        }
    }
}

fn print(out: &Printer, done: &Maintained) -> Result<(), CliError> {
    out.data("sweep", done, |text| maintenance::maintained(text, done))
}

#[cfg(test)]
mod tests {
    use super::every;

    #[test]
    fn a_pause_has_bounds() {
        assert_eq!(every("30s").map(|d| d.as_secs()), Ok(30));
        assert_eq!(every("1d").map(|d| d.as_secs()), Ok(86_400));
        for bad in ["0", "2d", "-1s", "soon"] {
            assert!(every(bad).is_err(), "{bad}");
        }
    }
}
