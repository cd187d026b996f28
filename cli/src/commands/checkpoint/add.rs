//! `callboard checkpoint KEY`.

use callboard_service::Ref;
use callboard_service::checkpoint::AddCheckpoint;

use crate::commands::fence::{OptionalFence, writer};
use crate::commands::input::Json;
use crate::context::Context;
use crate::error::CliError;
use crate::values;

/// What is written down; optional for clap, because its subcommands need none of it.
#[derive(Debug, clap::Args)]
#[group(id = "checkpoint_args")]
pub struct Args {
    /// The item's key or id
    #[arg(required = true)]
    key: Option<Ref>,

    /// What is done, what comes next, what is in the way; - reads stdin
    #[arg(long, value_name = "TEXT", required = true)]
    note: Option<String>,

    /// A file of JSON for the program that goes on; - reads stdin
    #[arg(long, value_name = "FILE")]
    data: Option<String>,

    #[command(flatten)]
    fence: OptionalFence,
}

pub const EXAMPLES: &str = "Examples:
  callboard checkpoint CB-7 --note \"lexer done, next: the parser\"       with CALLBOARD_ASSIGNMENT set
  callboard checkpoint CB-7 --note - --data state.json --assignment ID < note.md
  callboard checkpoint CB-7 --note \"looked at it\" --session monday      by one who does not hold the item
  callboard checkpoint list CB-7
  callboard checkpoint show CB-7 --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let (Some(item), Some(note)) = (args.key, args.note) else {
        return Err(CliError::Usage {
            message: "an item and a note are needed".to_owned(),
            hint: "callboard checkpoint KEY --note TEXT",
        });
    };
    if note == "-" && args.data.as_deref() == Some("-") {
        return Err(CliError::Usage {
            message: "only one of --note and --data can be read from stdin".to_owned(),
            hint: "give the other one as a text or a file",
        });
    }
    let note = values::text_or_stdin(Some(note))?.unwrap_or_default();
    let data = args.data.map(|path| Json::File(path).read()).transpose()?;
    let board = context.board().await?;
    let assignment = args.fence.assignment;
    let actor = match assignment {
        Some(id) => writer(context, &board, id).await?,
        None => context.actor(&board).await?,
    };
    let verb = AddCheckpoint { item, assignment, note, data };
    let added = context.run_as(&board, actor, &verb).await?;
    context.out.data("added_checkpoint", &added, |text| {
        text.line(format_args!("checkpoint {} of {}", added.checkpoint.seq, added.item.key));
    })?;
    match added.removed {
        0 => {}
        1 => context.out.note("1 old checkpoint was removed (setting checkpoints_kept)"),
        n => context.out.note(&format!("{n} old checkpoints were removed (setting checkpoints_kept)")),
    }
    Ok(())
}
