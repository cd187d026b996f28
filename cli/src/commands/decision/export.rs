//! `callboard decision export`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use callboard_service::decision::{AdrFile, ExportDecisions, MOST_FILE_BYTES};
use serde::Serialize;

use crate::args::DryRun;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Style, Table};

/// Export a project's decisions as a folder of decision records, NNNN-title.md each
///
/// The files keep every field: `decision import` takes them back. The same board gives the same bytes; only files that
/// differ are written. A file that others wrote, or that somebody edited since, is not replaced without --force.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The folder; it is made where it is not there
    folder: PathBuf,

    /// Replace also what others wrote or edited
    #[arg(long)]
    force: bool,

    #[command(flatten)]
    dry_run: DryRun,
}

const EXAMPLES: &str = "Examples:
  callboard decision export docs/adr --dry-run
  callboard decision export docs/adr --project web-shop";

/// What becomes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Change {
    New,
    Changed,
    Unchanged,
}

#[derive(Debug, Serialize)]
struct Exported {
    project: String,
    folder: String,
    /// How many files differ, and are written unless it is a dry run.
    written: usize,
    files: Vec<ExportedFile>,
}

#[derive(Debug, Serialize)]
struct ExportedFile {
    file: String,
    change: Change,
}

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&ExportDecisions { project: context.project() }).await?;
    let changes = found.files.iter().map(|file| look(&args.folder, file, args.force));
    // All of them are looked at before one is written.
    let changes = changes.collect::<Result<Vec<Change>, CliError>>()?;
    let different: Vec<&AdrFile> =
        found.files.iter().zip(&changes).filter(|(_, change)| **change != Change::Unchanged).map(|(f, _)| f).collect();
    if args.dry_run.dry_run {
        context.out.rehearsed();
    } else {
        let cannot = |error: io::Error| CliError::Write { path: args.folder.display().to_string(), error };
        fs::create_dir_all(&args.folder).map_err(cannot)?;
        for file in &different {
            let path = args.folder.join(&file.name);
            write(&path, &file.content).map_err(|error| CliError::Write { path: path.display().to_string(), error })?;
        }
    }
    let done = Exported {
        project: found.project,
        folder: args.folder.display().to_string(),
        written: different.len(),
        files: found
            .files
            .iter()
            .zip(changes)
            .map(|(f, change)| ExportedFile { file: f.name.clone(), change })
            .collect(),
    };
    context.out.data("decisions_export", &done, |text| {
        let told = format!("{} of {} files written", done.written, done.files.len());
        text.push(Style::Good, told).plain(format_args!(" to {}", done.folder)).end();
        let mut table = Table::new(["FILE", "WAS"]);
        for file in done.files.iter().filter(|file| file.change != Change::Unchanged) {
            let was = if file.change == Change::New { "not there" } else { "older" };
            table.row([Cell::new(&file.file), Cell::new(was)]);
        }
        text.table(&table, "All files are as the board is.");
    })
}

/// What would become of a file, or why it is not replaced.
fn look(folder: &Path, file: &AdrFile, force: bool) -> Result<Change, CliError> {
    let path = folder.join(&file.name);
    let shown = || path.display().to_string();
    let cannot = |error: io::Error| CliError::File { path: shown(), error };
    // Follows links; a pipe or a device would be read for ever.
    let metadata = match fs::metadata(&path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Change::New),
        Err(error) => return Err(cannot(error)),
    };
    if !metadata.is_file() {
        return Err(cannot(io::Error::other("it is no regular file")));
    }
    // No export wrote it, unless it is of a decision that is as long now.
    if metadata.len() > MOST_FILE_BYTES.max(file.content.len()) as u64 {
        return if force { Ok(Change::Changed) } else { Err(CliError::FileExists { path: shown() }) };
    }
    let bytes = fs::read(&path).map_err(cannot)?;
    let there = AdrFile { name: file.name.clone(), content: String::from_utf8_lossy(&bytes).into_owned() };
    if there.has_the_text_of(file) {
        return Ok(Change::Unchanged);
    }
    if !force && there.exported_id() != file.exported_id() {
        return Err(CliError::FileExists { path: shown() });
    }
    if !force && !there.is_as_exported() {
        return Err(CliError::FileEdited { path: shown() });
    }
    Ok(Change::Changed)
}

/// Writes a file whole or not at all.
fn write(path: &Path, content: &str) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".partial-{}", std::process::id()));
    let partial = path.with_file_name(name);
    let written = fs::File::create_new(&partial).and_then(|mut file| {
        file.write_all(content.as_bytes())?;
        file.sync_all()?;
        fs::rename(&partial, path)
    });
    if written.is_err() {
        // It may not have been made at all; the first error is what matters.
        let _ = fs::remove_file(&partial);
    }
    written
}
