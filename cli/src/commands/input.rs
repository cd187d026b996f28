//! Files that a command line names.

use std::io::Read;

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
