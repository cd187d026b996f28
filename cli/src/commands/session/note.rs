//! `callboard session note`.

use callboard_service::Ref;
use callboard_service::session::NoteInSession;

use crate::context::Context;
use crate::error::CliError;
use crate::output::sessions;
use crate::values::text_or_stdin;

/// Write a note down in the session
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The note; `-` reads stdin
    text: String,

    /// What it is about, by key [default: the item that is worked on]
    #[arg(long, value_name = "KEY")]
    item: Option<Ref>,
}

const EXAMPLES: &str = "Examples:
  callboard session note \"the parser loses the last line without a newline\"
  callboard session note - --item CB-7 --session monday-review < notes.txt";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let text = text_or_stdin(Some(args.text))?.unwrap_or_default();
    let event = context.run_on_session(&NoteInSession { session: context.session(), text, item: args.item }).await?;
    context.out.data("session_event", &event, |text| sessions::event(text, &event))
}
