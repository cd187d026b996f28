//! Files that a command line names.

use std::io::Read;

use crate::error::CliError;

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
