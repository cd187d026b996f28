//! `callboard sprint add`.

use callboard_service::sprint::AddSprint;
use chrono::NaiveDate;
use serde_json::Value;

use crate::context::Context;
use crate::error::CliError;
use crate::output::lists;
use crate::values;

/// Add a sprint, in planning, to the project named by --project or the default one
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What commands call it: 62 and sprint-62 are kept as SPRINT-62; unique in its project
    code: String,

    /// What it is about, in one line
    title: String,

    /// What it is to reach; - reads stdin
    #[arg(long, value_name = "TEXT")]
    goal: Option<String>,

    /// The first day, in UTC
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    starts: Option<NaiveDate>,

    /// The last day, at most 365 days after the first
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    ends: Option<NaiveDate>,

    /// A JSON object of your own
    #[arg(long, value_name = "JSON", value_parser = values::json)]
    metadata: Option<Value>,
}

const EXAMPLES: &str = "Examples:
  callboard sprint add 62 \"Checkout\" --starts 2026-11-02 --ends 2026-11-15
  callboard sprint add 63 \"Search\" --goal \"a search that finds\" --project web-shop";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = AddSprint {
        project: context.project(),
        code: args.code,
        title: args.title,
        goal: values::text_or_stdin(args.goal)?,
        starts_on: args.starts,
        ends_on: args.ends,
        metadata: args.metadata,
    };
    let sprint = context.run(&verb).await?;
    context.out.data("sprint", &sprint, |text| {
        lists::sprint(text, &sprint);
    })?;
    context.out.hint(&format!(
        "`callboard sprint add-items {0} KEY ...` plans items, `callboard sprint edit {0} --status active` starts it",
        sprint.code
    ));
    Ok(())
}
