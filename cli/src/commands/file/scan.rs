//! `callboard file scan`.

use callboard_service::Ref;
use callboard_service::clock::Timestamp;
use callboard_service::file::{Progress, ScanFiles, TrackFiles};
use chrono::{DateTime, TimeDelta, Utc};

use crate::commands::fence::{OptionalFence, writer};
use crate::context::Context;
use crate::error::CliError;
use crate::output::files;
use crate::values;
use crate::watch::watch;

/// Propose the operations that were done to files since your session, or your work, began
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item that you work on; that of the assignment where none is named
    #[arg(value_name = "KEY")]
    item: Option<Ref>,

    /// Changes since then, such as 90m, 2h or 2026-11-21T19:00:00Z [default: the start of the session of --session, else of
    /// your open one, else of the work on the item]
    #[arg(long, value_name = "TIME", value_parser = since)]
    since: Option<Timestamp>,

    /// Record them as well, all or none
    #[arg(long)]
    track: bool,

    /// Go by the times of the files in a git repository, too: then what git ignores is proposed as well
    #[arg(long)]
    no_git: bool,

    #[command(flatten)]
    fence: OptionalFence,
}

const EXAMPLES: &str = "Examples:
  callboard file scan CB-7
  callboard file scan CB-7 --since 2h
  callboard file scan --track                with CALLBOARD_ASSIGNMENT set

In a git repository the working tree is compared with the last commit before that time, and what git ignores is left
out; elsewhere the times of the files tell. Where git refuses, or is not installed, the scan ends with what it said;
--no-git does without it.";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    let mut verb = TrackFiles { item: args.item, assignment: args.fence.assignment, ..TrackFiles::default() };
    let actor = match verb.assignment {
        Some(assignment) => writer(context, &board, assignment).await?,
        None => context.actor(&board).await?,
    };
    if args.track && verb.item.is_none() && verb.assignment.is_none() {
        return Err(CliError::Usage {
            message: "it is not known what the work was for".to_owned(),
            hint: "name the item by its key, or the assignment (--assignment ID)",
        });
    }
    let scan = ScanFiles {
        item: verb.item.clone(),
        assignment: verb.assignment,
        project: context.project(),
        since: args.since,
        actor: Some(actor),
        no_git: args.no_git,
    };
    let progress = Progress::default();
    let scanned = context.in_session(&board).await?;
    let found = watch(context, || files::progress(&progress), scanned.scan_files(&scan, &progress)).await?;
    if !args.track || found.operations.is_empty() {
        context.out.data("file_scan", &found, |text| files::scan(text, &found))?;
        if !found.operations.is_empty() {
            context.out.hint("the same command with --track records them");
        }
        return Ok(());
    }
    verb.operations = found.operations;
    let tracked = context.run_as(&board, actor, &verb).await?;
    for skipped in &found.skipped {
        context.out.warning(&format!("{} was left out: it {}", skipped.path, skipped.why));
    }
    context.out.data("tracked_files", &tracked, |text| files::tracked(text, &tracked))
}

/// Reads how long ago, or a point in time.
fn since(text: &str) -> Result<Timestamp, String> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.to_utc());
    }
    let ago = values::seconds(text).ok().and_then(TimeDelta::try_seconds);
    let at = ago.filter(|ago| *ago >= TimeDelta::zero()).and_then(|ago| Utc::now().checked_sub_signed(ago));
    at.ok_or_else(|| "must be how long ago, such as 90m or 2h, or RFC 3339 such as 2026-11-21T19:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::since;

    #[test]
    fn a_time_is_a_distance_or_a_point() {
        let ago = since("2h").map(|at| chrono::Utc::now() - at).map(|ago| ago.num_minutes());
        assert_eq!(ago, Ok(120));
        assert_eq!(
            since("2026-11-21T20:00:00+01:00").map(|at| at.to_rfc3339()),
            Ok("2026-11-21T19:00:00+00:00".to_owned())
        );
        for bad in ["", "yesterday", "-5m", "9223372036854775807", "2026-11-21"] {
            assert!(since(bad).is_err(), "{bad}");
        }
    }
}
