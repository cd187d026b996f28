//! Decisions as files of a folder of architecture decision records: ours, which keep every field, and those of others.

mod dates;
mod front;
mod lists;
mod names;
mod own;
mod plain;
mod record;
mod relations;
mod sections;
mod status;
#[cfg(test)]
mod tests;
mod words;
mod write;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(super) use record::{Named, OwnLink, Record, Relation, Side, Target, of_file};
pub(super) use write::{Around, Neighbour, file, sha256};

/// The largest file, in bytes.
pub const MOST_FILE_BYTES: usize = 4 * 1024 * 1024;

/// A file of a folder of decision records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdrFile {
    /// Without its folder: `0007-use-one-writer.md`.
    pub name: String,
    /// Markdown.
    pub content: String,
}

impl AdrFile {
    /// The decision that an export wrote the file for; none for a file that others wrote.
    pub fn exported_id(&self) -> Option<Uuid> {
        own::id(&self.text())
    }

    /// Whether the file is as an export wrote it: nobody edited it since. A checkout may have changed its line ends.
    pub fn is_as_exported(&self) -> bool {
        write::is_untouched(&self.text())
    }

    /// Whether both files hold the same text, whatever their line ends.
    pub fn has_the_text_of(&self, other: &Self) -> bool {
        self.text() == other.text()
    }

    /// The content without what editors and checkouts add: a byte order mark, and line ends of Windows.
    fn text(&self) -> Cow<'_, str> {
        let text = self.content.strip_prefix('\u{feff}').unwrap_or(&self.content);
        if text.contains("\r\n") { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) }
    }
}

/// What a file holds; `None` for one that is no decision, with why.
pub(super) fn read(file: &AdrFile) -> Result<Result<Record, &'static str>, String> {
    if file.content.len() > MOST_FILE_BYTES {
        return Err(format!("has {} bytes: at most {MOST_FILE_BYTES}", file.content.len()));
    }
    let text = file.text();
    let digest = sha256(&text);
    if own::id(&text).is_some() {
        return own::read(&file.name, &text, digest).map(Ok);
    }
    plain::read(&file.name, &text, digest)
}
