//! The folder that documents are written to: below the project's root, each file whole or not at all, and none that
//! others wrote or edited is replaced.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use callboard_entity::board_projects as projects;
use sha2::{Digest, Sha256};

use crate::error::{Error, FileProblem, Result};
use crate::file::Root;

/// No document that was written is longer, in bytes.
const LONGEST: u64 = 16 * 1024 * 1024;
/// How a document begins that was written here.
const MARK: &str = "<!-- callboard maintenance update-documentation, sha256 ";

/// What becomes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::maintenance) enum Change {
    New,
    Older,
    Same,
    /// Why it is left.
    Theirs(&'static str),
}

/// A folder below a project's root.
#[derive(Clone, Debug)]
pub(in crate::maintenance) struct Place {
    root: Root,
    folder: String,
}

impl Place {
    /// Finds the folder, which need not be there; links that lead out of the root are refused.
    ///
    /// # Errors
    /// `File` where the project has no root or the folder is none of it.
    pub fn of(project: &projects::Model, folder: &str) -> Result<Self> {
        let root = Root::open(project)?;
        let folder = root.locate(root.path(), Path::new(folder))?;
        Ok(Self { root, folder })
    }

    /// The file's path as the board would name it.
    pub fn named(&self, file: &str) -> String {
        format!("{}/{file}", self.folder)
    }

    fn path(&self, file: &str) -> PathBuf {
        self.root.path().join(&self.folder).join(file)
    }

    /// What would become of a file.
    ///
    /// # Errors
    /// `File` where what is there can't be read.
    pub fn look(&self, file: &str, content: &str) -> Result<Change> {
        let path = self.path(file);
        let cannot = |error: io::Error| self.cannot(file, &error);
        let there = match fs::symlink_metadata(&path) {
            Ok(there) => there,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Change::New),
            Err(error) => return Err(cannot(error)),
        };
        if !there.is_file() {
            return Ok(Change::Theirs("is no regular file"));
        }
        if there.len() > LONGEST {
            return Ok(Change::Theirs("was written by others"));
        }
        let bytes = fs::read(&path).map_err(cannot)?;
        Ok(judge(&String::from_utf8_lossy(&bytes), content))
    }

    /// Writes a file whole or not at all. Only after [`Place::look`] allowed it.
    ///
    /// # Errors
    /// `File`.
    pub fn write(&self, file: &str, content: &str) -> Result<()> {
        let path = self.path(file);
        let cannot = |error: io::Error| self.cannot(file, &error);
        let folder = self.root.path().join(&self.folder);
        fs::create_dir_all(&folder).map_err(cannot)?;
        // Made by others meanwhile, as a link, it could lead anywhere.
        if !folder.canonicalize().map_err(cannot)?.starts_with(self.root.path()) {
            let root = self.root.path().to_string_lossy().into_owned();
            return Err(Error::file(self.named(file), FileProblem::LeadsOut { root }));
        }
        let partial = folder.join(format!(".{file}.partial-{}", std::process::id()));
        let written = fs::File::create_new(&partial).and_then(|mut open| {
            open.write_all(content.as_bytes())?;
            open.sync_all()?;
            fs::rename(&partial, &path)
        });
        if written.is_err() {
            // It may not have been made at all; the first error is what matters.
            let _ = fs::remove_file(&partial);
        }
        written.map_err(cannot)
    }

    /// Removes a file that was written here and that nothing belongs to any more.
    ///
    /// # Errors
    /// `File`.
    pub fn remove(&self, file: &str) -> Result<()> {
        fs::remove_file(self.path(file)).map_err(|error| self.cannot(file, &error))
    }

    fn cannot(&self, file: &str, error: &io::Error) -> Error {
        Error::file(self.named(file), FileProblem::Unreadable { why: error.to_string() })
    }
}

/// The document as it is written: its first line tells who wrote it, and whether it was edited since.
pub(in crate::maintenance) fn written(body: &str) -> String {
    format!("{MARK}{} -->\n\n{body}", digest(body))
}

/// Pure: what becomes of a file that is there.
fn judge(there: &str, wanted: &str) -> Change {
    if there == wanted {
        return Change::Same;
    }
    let own = there.strip_prefix(MARK).and_then(|rest| rest.split_once(" -->\n\n"));
    match own {
        None => Change::Theirs("was written by others"),
        Some((sha256, body)) if sha256 != digest(body) => Change::Theirs("was edited since it was written"),
        Some(_) => Change::Older,
    }
}

fn digest(body: &str) -> String {
    Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{Change, judge, written};

    #[test]
    fn only_what_was_written_here_and_not_edited_is_replaced() {
        let (old, new) = (written("# Old\n"), written("# New\n"));
        assert_eq!(judge(&new, &new), Change::Same);
        assert_eq!(judge(&old, &new), Change::Older);
        assert_eq!(judge("# Old\n", &new), Change::Theirs("was written by others"));
        assert_eq!(judge("", &new), Change::Theirs("was written by others"));
        let edited = old.replace("Old", "Mine");
        assert_eq!(judge(&edited, &new), Change::Theirs("was edited since it was written"));
    }
}
