//! `callboard session show`.

use callboard_service::Ref;
use callboard_service::session::ShowSession;

use crate::context::Context;
use crate::error::CliError;
use crate::output::sessions;

/// Show a session: where it stands, what happened in it and what was changed in it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// By key or id [default: --session]
    #[arg(value_name = "SESSION")]
    key: Option<Ref>,

    /// Events and changes, at most so many of each: 1 to 1000
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u64,

    /// Go on below this number of an event
    #[arg(long, value_name = "NUMBER")]
    before: Option<i64>,
}

const EXAMPLES: &str = "Examples:
  callboard session show monday-review
  callboard session show monday-review --limit 500 --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let Some(session) = args.key.or_else(|| context.session()) else {
        return Err(CliError::Usage {
            message: "it is not said which session".to_owned(),
            hint: "name its key; `callboard session list` shows them, `callboard session status` your own",
        });
    };
    let board = context.board().await?;
    let found = board.read(&ShowSession { session, before: args.before, limit: args.limit }).await?;
    context.out.data("session_details", &found, |text| sessions::details(text, &found))?;
    if let Some(next) = found.next {
        context.out.hint(&format!("there is more: the same command with --before {next}"));
    }
    Ok(())
}
