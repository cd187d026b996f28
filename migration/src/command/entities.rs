//! `migration entities`: the Rust types of the tables, from the schema.

use std::path::PathBuf;
use std::process::ExitCode;

use callboard_migration::entities::check::{self, Difference};
use callboard_migration::entities::{Error, Files, fresh, live, tree};
use callboard_migration::runner::Options;
use callboard_migration::target::DatabaseUrl;
use clap::Subcommand;
use serde_json::json;

use super::live::{Live, warn_of};
use super::run::block_on;
use super::screen;

/// Generate the entities from the schema, or check the committed ones
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Generate(Generate),
    Check(Check),
}

/// Write the entities
///
/// They come from an empty SQLite database that is migrated for it, or from the schema of a live one. The folder then
/// holds them and nothing else; a file that was not generated is never replaced.
#[derive(Debug, clap::Args)]
#[command(after_help = GENERATE_EXAMPLES)]
struct Generate {
    #[command(flatten)]
    live: Live,

    /// The folder to write to
    #[arg(long, value_name = "FOLDER", default_value = COMMITTED)]
    output: PathBuf,

    /// Print which files would change, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Compare the committed entities with what the migrations make of SQLite and of PostgreSQL
///
/// Exits with 3 and prints a unified diff where any of the three differ. PostgreSQL is a server of its own, started and
/// removed, or the one of CALLBOARD_TEST_POSTGRES_URL. With --database-url a live schema is compared in their place.
#[derive(Debug, clap::Args)]
#[command(after_help = CHECK_EXAMPLES)]
struct Check {
    #[command(flatten)]
    live: Live,

    /// The folder of the committed entities
    #[arg(long, value_name = "FOLDER", default_value = COMMITTED)]
    committed: PathBuf,
}

const COMMITTED: &str = "entity/src/generated";
/// The server on which scratch databases are made, as for the tests.
const SERVER: &str = "CALLBOARD_TEST_POSTGRES_URL";

const GENERATE_EXAMPLES: &str = "\
Examples:
  migration entities generate
  migration entities generate --dry-run
  migration entities generate --database-url sqlite://board.db --output src/entities";

const CHECK_EXAMPLES: &str = "\
Examples:
  migration entities check
  migration entities check --database-url sqlite://board.db";

/// Something differs.
const FOUND: u8 = 3;

pub fn run(args: &Args) -> ExitCode {
    block_on(async {
        let (outcome, json) = match &args.verb {
            Verb::Generate(args) => (generate(args).await, args.live.json),
            Verb::Check(args) => (check(args).await, args.live.json),
        };
        outcome.unwrap_or_else(|error| {
            let text = error.to_string().lines().collect::<Vec<_>>().join(" ");
            screen::failure_with(&text, error.hint().as_deref(), error.exit_code(), json)
        })
    })
}

async fn generate(args: &Generate) -> Result<ExitCode, Error> {
    tree::above(&args.output)?;
    let wanted = match args.live.named()? {
        Some(options) => live(&options).await?,
        None => fresh::sqlite().await?,
    };
    let changes = if args.dry_run {
        tree::changes(&tree::load(&args.output)?, &wanted)
    } else {
        tree::save(&args.output, &wanted)?
    };
    if args.live.json {
        let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
        screen::object("entities", json!({ "files": wanted.len(), "changes": changes, "dry_run": args.dry_run }));
        return Ok(ExitCode::SUCCESS);
    }
    changes.iter().for_each(|change| screen::line(&change.to_string()));
    let done = if args.dry_run { "would change" } else { "changed" };
    screen::note(&format!("{} of {} files {done} in {}", changes.len(), wanted.len(), args.output.display()));
    Ok(ExitCode::SUCCESS)
}

async fn check(args: &Check) -> Result<ExitCode, Error> {
    tree::above(&args.committed)?;
    let (found, hint): (Vec<Difference>, _) = match args.live.named()? {
        Some(options) => {
            let what = "the live schema is not the one that the committed entities were generated from";
            let committed = tree::load(&args.committed)?;
            let live = live(&options).await?;
            let found = check::compare(what, ("committed", &committed), ("live", &live));
            (found.into_iter().collect(), "undo what was changed by hand, or make a migration of it")
        }
        None => {
            let server = std::env::var(SERVER).ok().filter(|url| !url.is_empty());
            let server: Option<DatabaseUrl> = server.map(|url| url.parse()).transpose()?;
            let hint = "`migration entities generate` writes them; what differs between the databases is a migration's";
            (check::check(&args.committed, server.as_ref()).await?, hint)
        }
    };
    if args.live.json {
        let found: Vec<_> = found.iter().map(|d| json!({ "what": d.what, "diff": d.diff })).collect();
        screen::object("entities", json!({ "differences": found }));
    } else {
        for difference in &found {
            difference.diff.lines().for_each(screen::line);
            screen::note(&format!("Found: {}", difference.what));
        }
    }
    if found.is_empty() {
        screen::note("The entities are up to date.");
        return Ok(ExitCode::SUCCESS);
    }
    screen::note(&format!("Hint: {hint}"));
    Ok(ExitCode::from(FOUND))
}

async fn live(options: &Options) -> Result<Files, Error> {
    let (files, status) = live::generate(options).await?;
    warn_of(&status, options);
    Ok(files)
}
