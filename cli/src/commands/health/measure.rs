//! `callboard health`.

use callboard_service::health::MeasureHealth;

use super::history;
use crate::args::DryRun;
use crate::context::Context;
use crate::error::CliError;
use crate::output::health;

/// Measure a project's health, hold each figure against its threshold, and keep what was measured
///
/// Thresholds are those of the setting `health_thresholds`, of the project or of the board; where it names none, those of
/// docs/automation/health.md. What is older than the setting `retention_days` says (90) is removed.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// End with exit code 3 where a metric fails
    #[arg(long)]
    check: bool,

    #[command(flatten)]
    history: history::Args,

    #[command(flatten)]
    dry_run: DryRun,
}

const EXAMPLES: &str = "Examples:
  callboard health
  callboard health --check --project web-shop              such as from cron, once an hour
  callboard health --history cycle_time_p90
  callboard setting set health_thresholds '{\"stale_items\": 3, \"throughput_7d\": 5}' --project web-shop";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    if args.history.is_asked() {
        return history::run(args.history, context).await;
    }
    let measure = MeasureHealth { project: context.project() };
    let report = if args.dry_run.dry_run {
        let report = context.read(&measure).await?;
        context.out.rehearsed();
        report
    } else {
        context.board().await?.record_health(&measure).await?
    };
    context.out.data("health", &report, |text| health::report(text, &report))?;
    match report.failing {
        count @ 1.. if args.check => Err(CliError::Found {
            count,
            hint: "the last column of `callboard health` names the command that shows what is behind a figure",
        }),
        _ => Ok(()),
    }
}
