//! `callboard decision import`.

use std::path::{Path, PathBuf};
use std::{fs, io};

use callboard_service::Error;
use callboard_service::decision::{AdrFile, DecisionsImport, FileNote, ImportDecisions, MOST_FILE_BYTES};

use crate::args::DryRun;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Style, Table, Text};

/// Import a folder of decision records into a project: all of it, or nothing where a file is broken
///
/// Files of `decision export` come back with every field. Others (Nygard's template, MADR, or what has a section
/// "Decision") are read by their headings; what the board has no place for goes into the context. A file that was
/// imported before is left alone, so a second import changes nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The folder; its files *.md are read, not those of folders in it
    folder: PathBuf,

    /// Tells the files of one folder from those of another one of the same project
    #[arg(long, value_name = "NAME", default_value = "adr")]
    source: String,

    #[command(flatten)]
    dry_run: DryRun,
}

const EXAMPLES: &str = "Examples:
  callboard decision import docs/adr --dry-run
  callboard decision import docs/adr --project web-shop --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let files = read(&args.folder)?;
    let verb = ImportDecisions { project: context.project(), source: args.source, files };
    let report = context.run_or_rehearse(&verb, args.dry_run).await?;
    context.out.data("decisions_import", &report, |text| show(&report, text))
}

/// The Markdown files of a folder.
fn read(folder: &Path) -> Result<Vec<AdrFile>, CliError> {
    let cannot = |path: &Path| {
        let path = path.display().to_string();
        move |error: io::Error| CliError::File { path, error }
    };
    let mut files = Vec::new();
    let mut broken = Vec::new();
    for entry in fs::read_dir(folder).map_err(cannot(folder))? {
        let path = entry.map_err(cannot(folder))?.path();
        let is_markdown = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md"));
        // A folder may be called so, too.
        if !is_markdown || path.is_dir() {
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // Follows links; a pipe or a device would be read for ever.
        let metadata = fs::metadata(&path).map_err(cannot(&path))?;
        if !metadata.is_file() {
            broken.push((name, "is no regular file".to_owned()));
        } else if metadata.len() > MOST_FILE_BYTES as u64 {
            broken.push((name, format!("has {} bytes: at most {MOST_FILE_BYTES}", metadata.len())));
        } else if path.file_name().and_then(|name| name.to_str()).is_none() {
            broken.push((name, "has a name that is not UTF-8".to_owned()));
        } else {
            match String::from_utf8(fs::read(&path).map_err(cannot(&path))?) {
                Ok(content) => files.push(AdrFile { name, content }),
                Err(_) => broken.push((name, "is not UTF-8".to_owned())),
            }
        }
    }
    broken.sort();
    if broken.is_empty() { Ok(files) } else { Err(Error::BrokenFiles { files: broken, more: 0 }.into()) }
}

/// The report for people.
fn show(report: &DecisionsImport, text: &mut Text) {
    let files = report.files;
    let became = format!("{} files became decisions", files.created);
    text.push(Style::Good, became).plain(format_args!(" of the project {}", report.project)).end();
    text.field(
        "Read",
        format_args!(
            "{} = {} created + {} already there + {} left alone + {} skipped",
            files.read, files.created, files.already_there, files.left_alone, files.skipped
        ),
    );
    if files.created > 0 {
        let numbers = if report.numbers_kept { "those of the files" } else { "the project's next ones" };
        text.field("Numbers", numbers);
        text.field("Links", report.links);
        let mut table = Table::new(["KEY", "FILE", "TITLE"]);
        for created in &report.created {
            table.row([&created.key, &created.file, &created.title].map(Cell::new));
        }
        text.heading("Created").table(&table, "");
    }
    notes(text, "Left alone", &report.left_alone);
    notes(text, "Skipped", &report.skipped);
    notes(text, "Not as in the files", &report.notes);
}

fn notes(text: &mut Text, heading: &str, notes: &[FileNote]) {
    if notes.is_empty() {
        return;
    }
    let mut table = Table::new(["FILE", "NOTE"]);
    for note in notes {
        table.row([&note.file, &note.note].map(Cell::new));
    }
    text.heading(heading).table(&table, "");
}
