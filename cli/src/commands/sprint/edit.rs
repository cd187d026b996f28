//! `callboard sprint edit`.

use callboard_service::Ref;
use callboard_service::entity::SprintStatus;
use callboard_service::sprint::EditSprint;
use chrono::NaiveDate;
use serde_json::Value;

use super::view;
use crate::commands::change::change;
use crate::context::Context;
use crate::error::CliError;
use crate::values::{self, vocabulary};

/// Change a sprint: its state, days, title, goal or code
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Code or id
    code: Ref,

    /// The new code
    #[arg(long, value_name = "CODE")]
    new_code: Option<String>,

    /// The new title
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,

    /// The new state
    #[arg(long, value_name = "STATUS", value_parser = vocabulary(SprintStatus::ALL, SprintStatus::as_str))]
    status: Option<SprintStatus>,

    /// What it is to reach
    #[arg(long, value_name = "TEXT", conflicts_with = "no_goal")]
    goal: Option<String>,

    /// Take the goal away
    #[arg(long)]
    no_goal: bool,

    /// The first day
    #[arg(long, value_name = "DATE", value_parser = values::date, conflicts_with = "no_starts")]
    starts: Option<NaiveDate>,

    /// Take the first day away
    #[arg(long)]
    no_starts: bool,

    /// The last day
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
  callboard sprint edit 62 --ends 2026-12-04 --no-goal";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = EditSprint {
        project: context.project(),
        sprint: args.code,
        code: args.new_code,
        title: args.title,
        goal: change(args.goal, args.no_goal),
        status: args.status,
        starts_on: change(args.starts, args.no_starts),
        ends_on: change(args.ends, args.no_ends),
        metadata: change(args.metadata, args.no_metadata),
    };
    let sprint = context.run(&verb).await?;
    context.out.data("sprint", &sprint, |text| view::line(text, &sprint))
}
