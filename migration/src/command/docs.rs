//! `migration docs`: a diagram and a reference of the tables, from the schema.

use std::path::PathBuf;
use std::process::ExitCode;

use callboard_migration::document::{self, Schema, Tables};
use callboard_migration::entities::{Error, check, tree};
use serde_json::json;

use super::live::{Live, warn_of};
use super::run::block_on;
use super::screen;

/// Write a diagram and a reference of the tables
///
/// They come from an empty SQLite database that is migrated for it, or from the schema of a live one, which is only
/// read. The folder then holds schema.md (the reference), schema.svg and schema.mmd (the diagram, drawn and for Mermaid)
/// and nothing else; a file that was not generated is never replaced.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    live: Live,

    /// Read the database that `status` would show: DATABASE_URL, or the .callboard folder here or above
    #[arg(long, conflicts_with_all = ["database_url", "database_url_file"])]
    found: bool,

    /// The folder to write to
    #[arg(long, value_name = "FOLDER", default_value = "docs/schema")]
    output: PathBuf,

    /// Also the tables that are not ours (of a live database); never views or search indexes
    #[arg(long)]
    all: bool,

    /// Write nothing; exit with 3 and print a unified diff where the folder is not up to date
    #[arg(long, conflicts_with = "dry_run")]
    check: bool,

    /// Print which files would change, and write nothing
    #[arg(long)]
    dry_run: bool,
}

const EXAMPLES: &str = "\
Examples:
  migration docs
  migration docs --check
  migration docs --database-url sqlite://board.db --output schema
  DATABASE_URL=postgres://me@localhost/app migration docs --found --all --output schema";

/// Something differs.
const FOUND: u8 = 3;

pub fn run(args: &Args) -> ExitCode {
    block_on(async {
        docs(args).await.unwrap_or_else(|error| {
            let text = error.to_string().lines().collect::<Vec<_>>().join(" ");
            screen::failure_with(&text, error.hint().as_deref(), error.exit_code(), args.live.json)
        })
    })
}

async fn docs(args: &Args) -> Result<ExitCode, Error> {
    tree::above(&args.output)?;
    let schema = schema(args).await?;
    let wanted = document::files(&schema);
    if args.check {
        let what = "the committed documentation is not what the schema gives";
        let found = check::compare(what, ("committed", &tree::load(&args.output)?), ("written", &wanted));
        return Ok(verdict(args, found));
    }
    let changes = if args.dry_run {
        tree::changes(&tree::load(&args.output)?, &wanted)
    } else {
        tree::save(&args.output, &wanted)?
    };
    if args.live.json {
        let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
        let tables = schema.tables.len();
        screen::object(
            "docs",
            json!({ "tables": tables, "files": wanted.len(), "changes": changes, "dry_run": args.dry_run }),
        );
        return Ok(ExitCode::SUCCESS);
    }
    changes.iter().for_each(|change| screen::line(&change.to_string()));
    let done = if args.dry_run { "would change" } else { "changed" };
    screen::note(&format!("{} of {} files {done} in {}", changes.len(), wanted.len(), args.output.display()));
    Ok(ExitCode::SUCCESS)
}

async fn schema(args: &Args) -> Result<Schema, Error> {
    let options = if args.found { Some(args.live.found()?) } else { args.live.named()? };
    let Some(options) = options else { return document::fresh().await };
    let tables = if args.all { Tables::All } else { Tables::Ours };
    let (schema, status) = document::live(&options, tables).await?;
    warn_of(&status, &options);
    Ok(schema)
}

fn verdict(args: &Args, found: Option<check::Difference>) -> ExitCode {
    if args.live.json {
        let found: Vec<_> = found.iter().map(|d| json!({ "what": d.what, "diff": d.diff })).collect();
        screen::object("docs", json!({ "differences": found }));
    }
    let Some(found) = found else {
        screen::note(&format!("The documentation in {} is up to date.", args.output.display()));
        return ExitCode::SUCCESS;
    };
    if !args.live.json {
        found.diff.lines().for_each(screen::line);
        screen::note(&format!("Found: {}", found.what));
    }
    screen::note("Hint: `migration docs` writes it");
    ExitCode::from(FOUND)
}
