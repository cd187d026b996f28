//! `callboard setting set`.

use callboard_service::setting::SetSetting;
use serde_json::Value;

use super::view;
use crate::context::Context;
use crate::error::CliError;

/// Set a setting of the board, or with --project a project's own
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    key: String,

    /// A JSON value, or plain text
    value: String,
}

const EXAMPLES: &str = "Examples:
  callboard setting set default_actor user:ada
  callboard setting set lease_seconds 1800 --project web-shop";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    // Text needs no quotes on a command line: what is no JSON is taken as it is.
    let value = serde_json::from_str(&args.value).unwrap_or(Value::String(args.value));
    let setting = context.run(&SetSetting { key: args.key, value, project: context.project() }).await?;
    context.out.data("setting", &setting, |text| {
        text.line(format_args!("{} = {}", setting.key, view::value(&setting).unwrap_or_default()));
    })
}
