//! `callboard sprint add`.

use callboard_service::sprint::AddSprint;
use chrono::NaiveDate;
use serde_json::Value;

use super::view;
use crate::context::Context;
use crate::error::CliError;
use crate::values;

/// Add a sprint to the project
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// 62, sprint-62 and SPRINT-62 are the same
    code: String,

    /// One line
    title: String,

    /// What it is to reach
    #[arg(long, value_name = "TEXT")]
    goal: Option<String>,

    /// The first day
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    starts: Option<NaiveDate>,

    /// The last day
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    ends: Option<NaiveDate>,

    /// A JSON object of your own
    #[arg(long, value_name = "JSON", value_parser = values::json)]
    metadata: Option<Value>,
}

const EXAMPLES: &str = "Examples:
  callboard sprint add 62 \"The parser\" --starts 2026-11-16 --ends 2026-11-27
  callboard sprint add 63 \"Errors\" --goal \"every error has a hint\" --project web-shop";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = AddSprint {
        project: context.project(),
        code: args.code,
        title: args.title,
        goal: args.goal,
        starts_on: args.starts,
        ends_on: args.ends,
        metadata: args.metadata,
    };
    let sprint = context.run(&verb).await?;
    context.out.data("sprint", &sprint, |text| view::line(text, &sprint))
}
