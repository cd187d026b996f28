//! `callboard search`.

use std::env::current_dir;

use callboard_service::entity::{DecisionCategory, DecisionImpact};
use callboard_service::file::FilesOf;
use callboard_service::search::{Hit, HitStatus, Search, Within};

use crate::commands::decision::status_style;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Style, Table, words};
use crate::values::vocabulary;

/// Find items, decisions and notes by their words, the best first
///
/// Everything that has all of the words is found, on the whole board or in the project named by --project, archived or
/// not. What is typed is words and nothing else: case, accents and signs do not matter, and there are no operators. After
/// `--`, words may begin with a hyphen. Notes are comments on items, notes of sessions, and checkpoints; their KEY is that
/// of the item or session.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What is looked for; every hit has all of these words
    #[arg(required = true, value_name = "WORDS")]
    words: Vec<String>,

    /// The last word is the beginning of one
    #[arg(long)]
    prefix: bool,

    /// Only in items, decisions or notes; again, or with commas, for more
    #[arg(long = "in", value_name = "WHERE", value_delimiter = ',', value_parser = vocabulary(Within::ALL, Within::as_str))]
    within: Vec<Within>,

    /// Only decisions of this category; again for more
    #[arg(long, value_name = "CATEGORY", value_parser = vocabulary(DecisionCategory::ALL, DecisionCategory::as_str))]
    category: Vec<DecisionCategory>,

    /// Only decisions of this impact; again for more
    #[arg(long, value_name = "IMPACT", value_parser = vocabulary(DecisionImpact::ALL, DecisionImpact::as_str))]
    impact: Vec<DecisionImpact>,

    /// Only items or decisions in this status, and what is noted about such items; again for more
    #[arg(long, short, value_name = "STATUS", value_parser = vocabulary(HitStatus::ALL, HitStatus::as_str))]
    status: Vec<HitStatus>,

    /// Only what is about this file, as seen from the present folder; from the project's root where that is elsewhere
    #[arg(long, value_name = "PATH")]
    file: Option<String>,

    /// At most so many hits: 1 to 100 [default: 20]
    #[arg(long, value_name = "N")]
    limit: Option<u64>,

    /// Leave out so many of the best: the page before says how many
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: u64,
}

const EXAMPLES: &str = "Examples:
  callboard search parser error
  callboard search pars --prefix --in items,notes --status todo
  callboard search one writer --in decisions --category architecture --impact high --json
  callboard search digest --file src/backup.rs
  callboard search -- --force";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    let of = context.project().map_or(FilesOf::Board, |project| FilesOf::Project(Some(project)));
    let file = match &args.file {
        Some(path) => Some(board.locate_file(&of, &current_dir()?, path).await?),
        None => None,
    };
    let query = Search {
        words: args.words.join(" "),
        prefix: args.prefix,
        within: args.within,
        project: context.project(),
        categories: args.category,
        impacts: args.impact,
        statuses: args.status,
        file,
        offset: args.offset,
        limit: args.limit,
    };
    let found = board.read(&query).await?;
    let table = table(&found.hits);
    context.out.data("search", &found, |text| {
        text.table(&table, &format!("Nothing has all of: {}.", found.words.join(" ")));
    })?;
    if let Some(next) = found.next {
        context.out.hint(&format!("there is more: the same command with --offset {next}"));
    }
    Ok(())
}

fn table(hits: &[Hit]) -> Table {
    let mut table = Table::new(["#", "KIND", "KEY", "STATUS", "CHANGED", "TITLE", "TEXT"]);
    for hit in hits {
        table.row([
            Cell::styled(Style::Faint, hit.rank),
            Cell::new(hit.kind),
            Cell::new(&hit.key),
            status(hit),
            Cell::new(hit.changed_at.date_naive()),
            Cell::optional(hit.title.as_ref()),
            Cell::new(&hit.snippet),
        ]);
    }
    table
}

fn status(hit: &Hit) -> Cell {
    let archived = if hit.archived { ", archived" } else { "" };
    match hit.status {
        None => Cell::optional(None::<&str>),
        Some(HitStatus::Item(status)) => Cell::styled(words::item_style(status), format_args!("{status}{archived}")),
        Some(HitStatus::Decision(status)) => Cell::styled(status_style(status), status),
    }
}
