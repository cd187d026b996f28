//! `callboard session start`.

use callboard_service::Ref;
use callboard_service::entity::{WorkSessionSource, WorkSessionType};
use callboard_service::session::StartSession;
use serde_json::Value;

use crate::context::Context;
use crate::error::CliError;
use crate::values;

/// Begin to work: from now on the time counts, and changes can name the session
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What commands name it by: lower-case words joined by '-' [default: made up]
    #[arg(long, value_name = "KEY")]
    key: Option<String>,

    /// What kind of work it is
    #[arg(long = "type", value_name = "TYPE", default_value = "work", value_parser = values::vocabulary(WorkSessionType::ALL, WorkSessionType::as_str))]
    kind: WorkSessionType,

    /// The item that is worked on first, by key
    #[arg(long, value_name = "KEY")]
    item: Option<Ref>,

    /// Anything else worth keeping
    #[arg(long, value_name = "JSON", value_parser = values::json)]
    metadata: Option<Value>,

    /// Also where another session of the one who acts is active in the project
    #[arg(long)]
    beside: bool,
}

const EXAMPLES: &str = "Examples:
  callboard session start --as agent:parser-bot
  callboard session start --key monday-review --type review --item CB-7
  export CALLBOARD_SESSION=$(callboard session start --as agent:parser-bot --quiet)";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = StartSession {
        key: args.key,
        project: context.project(),
        source: WorkSessionSource::Cli,
        session_type: args.kind,
        item: args.item,
        metadata: args.metadata,
        beside: args.beside,
    };
    let session = context.run_on_session(&verb).await?;
    // The key alone, so that a shell can keep it.
    context.out.data("session", &session, |text| {
        text.line(&session.key);
    })?;
    context.out.hint(&format!("name it with what you change: export CALLBOARD_SESSION={}", session.key));
    Ok(())
}
