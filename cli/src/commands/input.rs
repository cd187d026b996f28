//! Files that a command line names.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;

use serde_json::Value;

use crate::error::CliError;
use crate::values;

/// The bytes of a file, or of stdin for `-`.
///
/// # Errors
/// [`CliError::File`].
pub fn read(path: &str) -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    let read = match path {
        "-" => std::io::stdin().lock().read_to_end(&mut bytes),
        path => std::fs::File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)),
    };
    read.map_err(|error| CliError::File { path: path.to_owned(), error })?;
    Ok(bytes)
}

/// A file that may be read as often as it takes; what comes by a pipe is put into one without a name first.
///
/// # Errors
/// [`CliError::File`]; [`CliError::Write`] where there is no place for what comes by a pipe.
pub fn file(path: &str) -> Result<File, CliError> {
    let cannot = |error: io::Error| CliError::File { path: path.to_owned(), error };
    if path == "-" {
        return spool(&mut io::stdin().lock());
    }
    let mut file = File::open(path).map_err(cannot)?;
    let meta = file.metadata().map_err(cannot)?;
    if meta.is_dir() {
        return Err(cannot(io::ErrorKind::IsADirectory.into()));
    }
    if meta.is_file() { Ok(file) } else { spool(&mut file) }
}

fn spool(from: &mut dyn Read) -> Result<File, CliError> {
    let path = std::env::temp_dir().join(format!("callboard-{}-{}", std::process::id(), uuid::Uuid::now_v7()));
    let cannot = |error: io::Error| CliError::Write { path: path.display().to_string(), error };
    let mut options = File::options();
    // Nobody else's to read: an export holds everything.
    let options = options.read(true).write(true).create_new(true).mode(0o600);
    let mut file = options.open(&path).map_err(cannot)?;
    std::fs::remove_file(&path).map_err(cannot)?;
    io::copy(from, &mut file).map_err(cannot)?;
    Ok(file)
}

/// JSON on the command line, or `@FILE` for a file of it: a large result does not fit on a command line.
#[derive(Clone, Debug)]
pub enum Json {
    Value(Value),
    File(String),
}

impl Json {
    /// Reads what the command line has; a file is not opened yet.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.strip_prefix('@') {
            Some(path) => Ok(Self::File(path.to_owned())),
            None => values::json(text).map(Self::Value),
        }
    }

    /// The value; that of `@-` is read from stdin.
    ///
    /// # Errors
    /// [`CliError::File`]; [`CliError::Input`] for a file that holds no JSON.
    pub fn read(self) -> Result<Value, CliError> {
        match self {
            Self::Value(value) => Ok(value),
            Self::File(path) => {
                let read = serde_json::from_slice(&read(&path)?);
                read.map_err(|error| CliError::Input { what: path, error })
            }
        }
    }
}
