//! `callboard health --history METRIC`.

use callboard_service::health::HealthHistory;
use uuid::Uuid;

use crate::context::Context;
use crate::error::CliError;
use crate::output::health;

/// Which of the kept measurements are shown.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    /// Show how this metric moved instead, the newest first
    #[arg(long, value_name = "METRIC", conflicts_with_all = ["check", "dry_run"])]
    history: Option<String>,

    /// At most so many measurements
    #[arg(long, value_name = "N", requires = "history")]
    limit: Option<u64>,

    /// Go on after this id, which the page before names
    #[arg(long, value_name = "ID", requires = "history")]
    after: Option<Uuid>,
}

impl Args {
    /// Whether the history is asked for.
    pub fn is_asked(&self) -> bool {
        self.history.is_some()
    }
}

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let Args { history, limit, after } = args;
    let query = HealthHistory { project: context.project(), metric: history.unwrap_or_default(), after, limit };
    let page = context.read(&query).await?;
    context.out.data("health_history", &page, |text| health::history(text, &page))?;
    if let Some(next) = page.next {
        context.out.hint(&format!("there is more: the same command with --after {next}"));
    }
    Ok(())
}
