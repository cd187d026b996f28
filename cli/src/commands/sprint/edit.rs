//! `callboard sprint edit`.

use callboard_service::Ref;
use callboard_service::entity::SprintStatus;
use callboard_service::sprint::EditSprint;
use chrono::NaiveDate;
use serde_json::Value;

use crate::commands::change::change;
use crate::context::Context;
use crate::error::CliError;
use crate::output::lists;
use crate::values::{self, vocabulary};

/// Change a sprint, also its state
///
/// The items of a completed sprint can't be changed any more, unless it is opened again by --status active.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Code or id
    sprint: Ref,

    /// The new state
    #[arg(long, value_name = "STATUS", value_parser = vocabulary(SprintStatus::ALL, SprintStatus::as_str))]
    status: Option<SprintStatus>,

    /// The new code; the old one no longer finds the sprint
    #[arg(long, value_name = "CODE")]
    new_code: Option<String>,

    /// The new title
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,

    /// The new goal; - reads stdin
    #[arg(long, value_name = "TEXT", conflicts_with = "no_goal")]
    goal: Option<String>,

    /// Take the goal away
    #[arg(long)]
    no_goal: bool,

    /// The new first day, in UTC
    #[arg(long, value_name = "DATE", value_parser = values::date, conflicts_with = "no_starts")]
    starts: Option<NaiveDate>,

    /// Take the first day away
    #[arg(long)]
    no_starts: bool,

    /// The new last day
    #[arg(long, value_name = "DATE", value_parser = values::date, conflicts_with = "no_ends")]
    ends: Option<NaiveDate>,

    /// Take the last day away
    #[arg(long)]
    no_ends: bool,

    /// A JSON object, in place of the one that it has
    #[arg(long, value_name = "JSON", value_parser = values::json, conflicts_with = "no_metadata")]
    metadata: Option<Value>,

    /// Take the metadata away
    #[arg(long)]
    no_metadata: bool,
}

const EXAMPLES: &str = "Examples:
  callboard sprint edit 62 --status active
  callboard sprint edit 62 --ends 2026-11-22 --goal \"checkout, with coupons\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = EditSprint {
        project: context.project(),
        sprint: args.sprint,
        code: args.new_code,
        title: args.title,
        goal: change(values::text_or_stdin(args.goal)?, args.no_goal),
        status: args.status,
        starts_on: change(args.starts, args.no_starts),
        ends_on: change(args.ends, args.no_ends),
        metadata: change(args.metadata, args.no_metadata),
    };
    let sprint = context.run(&verb).await?;
    context.out.data("sprint", &sprint, |text| {
        lists::sprint(text, &sprint);
    })
}
