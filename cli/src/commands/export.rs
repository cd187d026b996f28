//! `callboard export`.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use callboard_service::Error;
use callboard_service::export::{ExportBoard, Exported};

use crate::context::Context;
use crate::error::CliError;
use crate::output::Style;

/// Export the whole board, as lines that `import callboard` takes back
///
/// Each line is {"kind": .., "data": ..}; the order is decided by the content alone. A file is complete or not there.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Lines of JSON, to this file or to stdout
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-", required = true)]
    jsonl: PathBuf,

    /// Replace the file
    #[arg(long)]
    force: bool,
}

const EXAMPLES: &str = "Examples:
  callboard export --jsonl board.jsonl
  callboard export --jsonl board.jsonl --force
  callboard export --jsonl | gzip > board.jsonl.gz";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    if args.jsonl.as_os_str() == "-" {
        let mut stdout = io::stdout();
        let mut sink = |lines: &str| stdout.write_all(lines.as_bytes());
        let done = board.read(&ExportBoard::new(&mut sink)).await.map_err(export_error)?;
        stdout.flush()?;
        context.out.note(&told(&done));
        return Ok(());
    }
    let partial = Partial::create(&args.jsonl, args.force)?;
    let mut file = BufWriter::new(&partial.file);
    let mut sink = |lines: &str| file.write_all(lines.as_bytes());
    let done = board.read(&ExportBoard::new(&mut sink)).await.map_err(export_error)?;
    file.flush()?;
    drop(file);
    partial.finish(&args.jsonl)?;
    context.out.data("export", &done, |text| {
        text.push(Style::Good, told(&done)).plain(format_args!(" to {}", args.jsonl.display())).end();
    })
}

fn told(done: &Exported) -> String {
    let rows: u64 = done.rows.values().sum();
    format!("{rows} rows exported")
}

/// Whoever reads the pipe may have enough.
fn export_error(error: Error) -> CliError {
    match error {
        Error::Export(error) => error.into(),
        other => other.into(),
    }
}

/// A file beside the one that is asked for; it is removed unless it is finished.
struct Partial {
    file: File,
    path: PathBuf,
}

impl Partial {
    fn create(target: &Path, force: bool) -> Result<Self, CliError> {
        let cannot = |error: io::Error| CliError::File { path: target.display().to_string(), error };
        if target.is_dir() {
            return Err(cannot(io::ErrorKind::IsADirectory.into()));
        }
        if !force && target.exists() {
            return Err(CliError::FileExists { path: target.display().to_string() });
        }
        let mut name = target.file_name().unwrap_or_default().to_owned();
        name.push(format!(".partial-{}", std::process::id()));
        let path = target.with_file_name(name);
        let file = File::create_new(&path).map_err(cannot)?;
        Ok(Self { file, path })
    }

    fn finish(&self, target: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, target)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // It is gone already where it was finished.
        let _ = fs::remove_file(&self.path);
    }
}
