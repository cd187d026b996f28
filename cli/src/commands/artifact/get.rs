//! `callboard artifact get`.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use callboard_service::artifact::{ContentReader, GetArtifact};
use serde::Serialize;

use super::target::TargetArgs;
use crate::context::Context;
use crate::error::CliError;

/// Print the content of an artifact, or write it to a file
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    target: TargetArgs,

    /// The file to write [default: stdout]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace the file where it is there already
    #[arg(long, requires = "output")]
    force: bool,
}

const EXAMPLES: &str = "Examples:
  callboard artifact get CB-7 report.md
  callboard artifact get CB-7 dump --output dump.tar.gz
  callboard artifact get CB-7 report.md --version 1 | diff - report.md

The content is compared with what was added while it is read: a file is there whole and right, or not at all; exit code 11
where it is not what was added.";

/// What was written, for `--json`.
#[derive(Debug, Serialize)]
struct Got {
    item: String,
    name: String,
    version: i64,
    size_bytes: i64,
    content_hash: String,
    output: String,
}

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&GetArtifact { artifact: args.target.named() }).await?;
    let row = &found.artifact;
    if args.output.is_none() && context.out.is_json() {
        return Err(CliError::Usage {
            message: "a content is no JSON document".to_owned(),
            hint: "write it to a file: --output FILE",
        });
    }
    let Some(path) = args.output else {
        let mut content = found.open()?;
        // Bytes of a content are no text for people: they go to stdout as they are.
        let mut stdout = io::stdout().lock();
        copy(&mut content, &mut stdout, CliError::from)?;
        return Ok(stdout.flush()?);
    };
    let got = Got {
        item: found.item.clone(),
        name: row.name.clone(),
        version: row.version,
        size_bytes: row.size_bytes,
        content_hash: row.content_hash.clone(),
        output: path.to_string_lossy().into_owned(),
    };
    if !args.force && path.symlink_metadata().is_ok() {
        return Err(CliError::FileExists { path: got.output });
    }
    write(&mut found.open()?, &path, args.force)?;
    context.out.data("got_artifact", &got, |text| {
        text.line(format_args!("{} of {}, version {}: {} bytes", got.name, got.item, got.version, got.size_bytes));
    })
}

/// Writes a content beside its place, and gives it its name when it is whole.
fn write(content: &mut ContentReader, path: &Path, replace: bool) -> Result<(), CliError> {
    let shown = path.to_string_lossy().into_owned();
    let failed = |error: io::Error| CliError::Write { path: shown.clone(), error };
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let mut file = OpenOptions::new().write(true).create_new(true).open(&part).map_err(failed)?;
    let done = copy(content, &mut file, failed).and_then(|()| finish(&file, &part, path, replace));
    if done.is_err() {
        // What is left of it is of no use; the first error is what must be told.
        let _ = std::fs::remove_file(&part);
    }
    done
}

fn finish(file: &File, part: &Path, path: &Path, replace: bool) -> Result<(), CliError> {
    let shown = path.to_string_lossy().into_owned();
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => CliError::FileExists { path: shown.clone() },
        _ => CliError::Write { path: shown.clone(), error },
    };
    file.sync_all().map_err(failed)?;
    if replace {
        return std::fs::rename(part, path).map_err(failed);
    }
    // Unlike a rename, a second name takes nobody else's.
    std::fs::hard_link(part, path).map_err(failed)?;
    std::fs::remove_file(part).map_err(failed)
}

fn copy(
    content: &mut ContentReader,
    out: &mut impl Write,
    failed: impl Fn(io::Error) -> CliError,
) -> Result<(), CliError> {
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match content.next(&mut buffer)? {
            0 => return Ok(()),
            read => out.write_all(&buffer[..read]).map_err(&failed)?,
        }
    }
}
