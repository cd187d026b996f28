//! `callboard workflow context set`.

use callboard_service::Ref;
use callboard_service::workflow::context::SetContext;
use serde_json::Value;

use crate::commands::workflow::view;
use crate::context::Context;
use crate::error::CliError;
use crate::output::words;
use crate::values;

/// Set a value of a run's context, in place of the one that stands there
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What the run is called, or its id
    run: Ref,

    /// Whose value it is: the name that the run's steps use for an agent
    agent: String,

    /// The name of the value
    key: String,

    /// A JSON value, or plain text; - reads stdin
    #[arg(allow_negative_numbers = true)]
    value: String,

    /// How long it is kept, such as 30m, 1h or 7d [default: as long as the run]
    #[arg(long, value_name = "DURATION", value_parser = values::seconds)]
    ttl: Option<i64>,
}

const EXAMPLES: &str = "Examples:
  callboard workflow context set falls-2026 searcher last-page 7
  callboard workflow context set falls-2026 searcher note \"the second page is empty\" --ttl 1h";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let text = values::text_or_stdin(Some(args.value))?.unwrap_or_default();
    // Text needs no quotes on a command line: what is no JSON is taken as it is.
    let value = serde_json::from_str(&text).unwrap_or(Value::String(text));
    let verb = SetContext { run: args.run, agent: args.agent, key: args.key, value, ttl_seconds: args.ttl };
    let set = context.run(&verb).await?;
    context.out.data("run_context_value", &set, |text| {
        text.line(format_args!("{} of {} = {}", set.key, set.agent, view::value(&set.value)));
        text.optional("Until", set.expires_at.map(words::time));
    })
}
