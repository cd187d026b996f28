//! What is imported: a text, or a file that is read piece by piece, however long it is.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

/// The lines of an export: a text that is in memory anyway, or a regular file that is read as often as it takes.
#[derive(Clone, Debug)]
pub struct Content(Kept);

#[derive(Clone, Debug)]
enum Kept {
    Text(String),
    File(Arc<File>),
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self(Kept::Text(text))
    }
}

impl From<File> for Content {
    /// A regular file, from its beginning. It must stay as it is while it is imported.
    fn from(file: File) -> Self {
        Self(Kept::File(Arc::new(file)))
    }
}

/// An idempotency key stands for the content: a file by its digest, since it may be of any size.
impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Kept::Text(text) => serializer.serialize_str(text),
            Kept::File(_) => {
                let mut digest = Sha256::new();
                io::copy(&mut self.reader(0), &mut Writing(&mut digest)).map_err(serde::ser::Error::custom)?;
                let hex: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
                serializer.serialize_str(&format!("sha256:{hex}"))
            }
        }
    }
}

impl Content {
    /// The bytes from a place on.
    pub(super) fn reader(&self, offset: u64) -> Box<dyn BufRead + Send + '_> {
        match &self.0 {
            Kept::Text(text) => {
                let from = usize::try_from(offset).unwrap_or(usize::MAX).min(text.len());
                Box::new(&text.as_bytes()[from..])
            }
            Kept::File(file) => Box::new(BufReader::with_capacity(1 << 16, Reading { file, offset })),
        }
    }
}

/// A file from a place on; others may read it at the same time.
struct Reading<'a> {
    file: &'a File,
    offset: u64,
}

impl Read for Reading<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.offset)?;
        self.offset += read as u64;
        Ok(read)
    }
}

struct Writing<'a>(&'a mut Sha256);

impl io::Write for Writing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
