//! The directory that holds generated files: read, compared and replaced.

use std::fs;
use std::path::Path;

use super::write::MARK;
use super::{Error, Files};

/// A file that [`save`] wrote or removed, or would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Added(String),
    Changed(String),
    Removed(String),
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (verb, name) = match self {
            Self::Added(name) => ("added", name),
            Self::Changed(name) => ("changed", name),
            Self::Removed(name) => ("removed", name),
        };
        write!(f, "{verb} {name}")
    }
}

/// Every file of a directory; none for one that doesn't exist.
///
/// # Errors
/// [`Error::File`] naming what can't be read.
pub fn load(directory: &Path) -> Result<Files, Error> {
    let mut out = Files::new();
    if !directory.exists() {
        return Ok(out);
    }
    for entry in fs::read_dir(directory).map_err(|e| Error::file(directory, e))? {
        let path = entry.map_err(|e| Error::file(directory, e))?.path();
        if let Some(name) = path.file_name().and_then(|n| n.to_str()).filter(|_| path.is_file()) {
            out.insert(name.to_owned(), fs::read_to_string(&path).map_err(|e| Error::file(&path, e))?);
        }
    }
    Ok(out)
}

/// Refuses a directory in the wrong place: `entity/src/generated` is meant from the root of the sources.
///
/// # Errors
/// [`Error::NoFolder`] naming the directory above, if that does not exist.
pub fn above(directory: &Path) -> Result<(), Error> {
    match directory.parent().filter(|p| !p.as_os_str().is_empty() && !p.is_dir()) {
        Some(parent) => Err(Error::NoFolder { path: parent.to_owned() }),
        None => Ok(()),
    }
}

/// What [`save`] would do.
pub fn changes(present: &Files, wanted: &Files) -> Vec<Change> {
    let mut out: Vec<Change> = wanted
        .iter()
        .filter_map(|(name, text)| match present.get(name) {
            None => Some(Change::Added(name.clone())),
            Some(old) if old != text => Some(Change::Changed(name.clone())),
            Some(_) => None,
        })
        .collect();
    out.extend(present.keys().filter(|name| !wanted.contains_key(*name)).cloned().map(Change::Removed));
    out
}

/// Makes a directory hold the wanted files and nothing else; files that are right already are not touched.
///
/// # Errors
/// [`Error::NoFolder`]; [`Error::NotGenerated`] before anything is changed, if a file in the way was not written by the generator;
/// [`Error::File`] naming what can't be written.
pub fn save(directory: &Path, wanted: &Files) -> Result<Vec<Change>, Error> {
    above(directory)?;
    let present = load(directory)?;
    let changes = changes(&present, wanted);
    if let Some((name, _)) = present.iter().find(|(_, text)| !text.lines().take(3).any(|l| l.contains(MARK))) {
        return Err(Error::NotGenerated { path: directory.join(name) });
    }
    if !directory.exists() {
        fs::create_dir(directory).map_err(|e| Error::file(directory, e))?;
    }
    for change in &changes {
        match change {
            Change::Added(name) | Change::Changed(name) => {
                let path = directory.join(name);
                let text = wanted.get(name).map_or("", String::as_str);
                fs::write(&path, text).map_err(|e| Error::file(&path, e))?;
            }
            Change::Removed(name) => {
                let path = directory.join(name);
                fs::remove_file(&path).map_err(|e| Error::file(&path, e))?;
            }
        }
    }
    Ok(changes)
}
