//! Reads a content again, in pieces, and sees at its end whether it is what was added.

use std::fs::File;
use std::io::{Cursor, ErrorKind, Read};

use super::keep::StoredContent;
use super::store::{Hashed, path_of};
use crate::error::{Error, FileProblem, Result};

/// An artifact's content, read once from its beginning.
#[derive(Debug)]
pub struct ContentReader {
    from: From,
    expected: StoredContent,
    read: Hashed,
}

#[derive(Debug)]
enum From {
    Row(Cursor<Vec<u8>>),
    Store(File),
}

impl ContentReader {
    pub(super) fn of_text(text: String, expected: StoredContent) -> Self {
        Self { from: From::Row(Cursor::new(text.into_bytes())), expected, read: Hashed::default() }
    }

    pub(super) fn of_file(file: File, expected: StoredContent) -> Self {
        Self { from: From::Store(file), expected, read: Hashed::default() }
    }

    /// The next piece, into `buffer`; 0 bytes at the end.
    ///
    /// # Errors
    /// `File`: what can't be read; at the end, a content that is not what was added: the pieces before are then wrong.
    pub fn next(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let path = path_of(&self.expected.content_hash);
        loop {
            let read = match &mut self.from {
                From::Row(text) => text.read(buffer),
                From::Store(file) => file.read(buffer),
            };
            match read {
                Ok(0) => return self.compare(path).map(|()| 0),
                Ok(read) => {
                    self.read.update(&buffer[..read]);
                    return Ok(read);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::file(path, FileProblem::Unreadable { why: error.to_string() })),
            }
        }
    }

    fn compare(&mut self, path: String) -> Result<()> {
        let found = std::mem::take(&mut self.read).finish();
        if found == self.expected {
            return Ok(());
        }
        let expected = self.expected.content_hash.clone();
        Err(Error::file(path, FileProblem::Altered { expected, found: found.content_hash }))
    }
}
