//! How both binaries find the board.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::DatabaseUrl;
use crate::error::Error;

/// What the caller was given. The library reads no environment: the binaries pass it in.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// `--database-url`.
    pub flag: Option<&'a str>,
    /// `--database-url-file`.
    pub file: Option<&'a Path>,
    /// DATABASE_URL; an empty one counts as none.
    pub environment: Option<&'a OsStr>,
    /// The folder from which `.callboard/` is looked for upward.
    pub folder: &'a Path,
}

/// Where the URL came from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    Flag,
    File,
    Environment,
    /// A `.callboard/` in the current folder or above it.
    Found,
    /// No board was found: `.callboard/callboard.db` in the current folder, which `up` makes.
    Default,
}

/// A database that was found, and what the user should be told about how.
#[derive(Clone, Debug)]
pub struct Located {
    pub url: DatabaseUrl,
    pub source: Source,
    pub warning: Option<String>,
}

const FOLDER: &str = ".callboard";
const FILE: &str = "callboard.db";

/// Finds the board: the flag, else the file, else the environment, else the `.callboard/` found upward, else a new one
/// in the current folder. Creates nothing.
///
/// # Errors
/// A malformed URL, both flags at once, or a file that can't be read. None shows any part of a URL.
pub fn locate(sources: &Sources<'_>) -> Result<Located, Error> {
    let found = |url, source| Ok(Located { url, source, warning: None });
    if sources.flag.is_some() && sources.file.is_some() {
        return Err(Error::Url { reason: "--database-url and --database-url-file exclude each other" });
    }
    if let Some(text) = sources.flag {
        let url: DatabaseUrl = text.parse()?;
        let warning = url.has_password().then(|| {
            "the password on the command line can be seen by every user of this machine; use DATABASE_URL or \
             --database-url-file"
                .to_owned()
        });
        return Ok(Located { url, source: Source::Flag, warning });
    }
    if let Some(path) = sources.file {
        let text = std::fs::read_to_string(path)
            .map_err(|source| Error::UrlFile { path: path.to_owned(), reason: source.to_string() })?;
        return found(text.parse()?, Source::File);
    }
    if let Some(text) = sources.environment {
        // One that can't be read is not the same as none: a board of its own would be made.
        let text = text.to_str().ok_or(Error::Url { reason: "DATABASE_URL is not UTF-8" })?;
        if !text.trim().is_empty() {
            return found(text.parse()?, Source::Environment);
        }
    }
    for folder in sources.folder.ancestors() {
        if folder.join(FOLDER).is_dir() {
            return found(DatabaseUrl::sqlite(shortened(sources.folder, folder)), Source::Found);
        }
    }
    found(DatabaseUrl::sqlite(Path::new(FOLDER).join(FILE)), Source::Default)
}

/// The path as the user would write it: relative when the board is in the current folder.
fn shortened(current: &Path, folder: &Path) -> PathBuf {
    if current == folder { Path::new(FOLDER).join(FILE) } else { folder.join(FOLDER).join(FILE) }
}
