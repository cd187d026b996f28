//! What an import of decisions tells: every file with what became of it.

use serde::{Deserialize, Serialize};

/// What was read, and what became of it. The numbers of [`Files`] add up to what was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionsImport {
    /// The project's slug.
    pub project: String,
    /// Under which the files' names are kept.
    pub source: String,
    /// The files, by what became of them.
    pub files: Files,
    /// Whether the decisions have the numbers of their files; else they got the next ones, in the order of the names.
    pub numbers_kept: bool,
    /// The files that became decisions.
    pub created: Vec<ImportedFile>,
    /// How many links between decisions were made.
    pub links: u64,
    /// Files of decisions that are there, but not as the file says. They were left alone.
    pub left_alone: Vec<FileNote>,
    /// Files that hold no decision.
    pub skipped: Vec<FileNote>,
    /// What is not on the board as it was in a file that became a decision.
    pub notes: Vec<FileNote>,
}

/// How many files: `read` is the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Files {
    /// Files of the folder.
    pub read: u64,
    /// They became decisions.
    pub created: u64,
    /// They are decisions already, and unchanged.
    pub already_there: u64,
    /// They are decisions already, with another content.
    pub left_alone: u64,
    /// They hold no decision.
    pub skipped: u64,
}

/// A file and the decision that it became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedFile {
    /// The file's name.
    pub file: String,
    /// The decision's key.
    pub key: String,
    /// The decision's title.
    pub title: String,
}

/// A file and what is to say of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileNote {
    /// The file's name.
    pub file: String,
    /// What is to say.
    pub note: String,
}

impl FileNote {
    pub(super) fn new(file: &str, note: impl Into<String>) -> Self {
        Self { file: file.to_owned(), note: note.into() }
    }
}

impl DecisionsImport {
    /// Whether every file that was read is told of exactly once.
    pub fn adds_up(&self) -> bool {
        let Files { read, created, already_there, left_alone, skipped } = self.files;
        read == created + already_there + left_alone + skipped
            && created == self.created.len() as u64
            && left_alone == self.left_alone.len() as u64
            && skipped == self.skipped.len() as u64
    }
}
