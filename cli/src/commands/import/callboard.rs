//! `callboard import callboard`.

use callboard_migration::runner::{self, Event, Goal};
use callboard_migration::target::Source;
use callboard_service::Actor;
use callboard_service::import::ImportCallboard;

use crate::args::DryRun;
use crate::commands::input;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Style, Table};

/// Take back the export of a board: all of it, or nothing
///
/// Rows come back by their ids. A row that is there and equal is left alone; one that is there with another content is
/// refused by its id. On an empty board the same export comes out again afterwards.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The file; - for stdin
    file: String,

    /// Make the board first; refused where there is one
    #[arg(long, conflicts_with = "dry_run")]
    new: bool,

    #[command(flatten)]
    dry_run: DryRun,
}

const EXAMPLES: &str = "Examples:
  callboard import callboard board.jsonl --new
  callboard import callboard board.jsonl --dry-run
  callboard export --jsonl | ssh elsewhere callboard import callboard - --new";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = ImportCallboard { content: input::file(&args.file)?.into() };
    let board = if args.new { make(context).await? } else { context.board().await? };
    // What comes back says itself who did it.
    let done = if args.dry_run.dry_run {
        context.rehearse_as(&board, Actor::SYSTEM, &verb).await?
    } else {
        context.run_as(&board, Actor::SYSTEM, &verb).await?
    };
    context.out.data("callboard_import", &done, |text| {
        let created: u64 = done.rows.values().map(|rows| rows.created).sum();
        text.push(Style::Good, format_args!("{created} rows came back")).end();
        let mut table = Table::new(["KIND", "READ", "CREATED", "ALREADY THERE"]);
        for (kind, rows) in &done.rows {
            let numbers = [rows.read, rows.created, rows.already_there].map(Cell::new);
            table.row(std::iter::once(Cell::new(kind)).chain(numbers));
        }
        text.table(&table, "");
    })
}

/// Makes a board without anybody on it.
async fn make(context: &Context) -> Result<callboard_service::Callboard, CliError> {
    let mut located = context.locate()?;
    let options = context.runner_options(&located);
    if runner::status(&options).await?.current().is_some() {
        return Err(CliError::BoardExists {
            target: located.url.to_string(),
            way_out: "leave out --new to import into it",
        });
    }
    let committing = context.committing();
    runner::up(&options, Goal::Latest, &mut |event: &Event| committing.see(event)).await?;
    // It is there now, wherever it was found.
    if located.source == Source::Default {
        located.source = Source::Found;
    }
    context.open(&located).await
}
