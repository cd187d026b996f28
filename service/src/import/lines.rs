//! Files of lines: what was read from disk as text, and refusals that name the line.

use std::io::BufRead;

use crate::error::{Error, FileProblem, Result};

/// How many broken lines a refusal describes; the others are counted.
const DESCRIBED: usize = 5;

/// The text of a file.
///
/// # Errors
/// [`Error::BrokenLines`] with the first line that is not UTF-8.
pub fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        Error::BrokenLines { lines: vec![(line, NO_TEXT.to_owned())], more: 0 }
    })
}

const NO_TEXT: &str = "is not UTF-8";
/// The byte order mark.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// A line that is not blank, and where it stands.
pub(super) struct Line<'a> {
    /// Its number, from 1.
    pub number: usize,
    /// Its first byte.
    pub offset: u64,
    pub text: &'a str,
}

/// Where reading begins: a line's number and its first byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub number: usize,
    pub offset: u64,
}

impl Place {
    pub const BEGINNING: Self = Self { number: 1, offset: 0 };
}

/// Lines one by one, with no more than one of them in memory.
///
/// A byte order mark at the very beginning and the CR of CRLF are no part of a line.
pub(super) struct Lines<'a> {
    reader: Box<dyn BufRead + Send + 'a>,
    next: Place,
    buffer: Vec<u8>,
}

impl<'a> Lines<'a> {
    pub fn new(reader: Box<dyn BufRead + Send + 'a>, from: Place) -> Self {
        Self { reader, next: from, buffer: Vec::new() }
    }

    /// The next one that is not blank.
    ///
    /// # Errors
    /// `File` where it cannot be read. A line that is no text is given as the reason, with its number.
    pub fn read_next(&mut self) -> Result<Option<std::result::Result<Line<'_>, (usize, String)>>> {
        loop {
            self.buffer.clear();
            let read = self.reader.read_until(b'\n', &mut self.buffer);
            let unreadable = |error: std::io::Error| FileProblem::Unreadable { why: error.to_string() };
            let read = read.map_err(|error| Error::file("the import", unreadable(error)))?;
            if read == 0 {
                return Ok(None);
            }
            let at = self.next;
            self.next = Place { number: at.number + 1, offset: at.offset + read as u64 };
            if at.offset == 0 && self.buffer.starts_with(MARK) {
                self.buffer.drain(..MARK.len());
            }
            if !std::str::from_utf8(&self.buffer).is_ok_and(|text| text.trim().is_empty()) {
                return Ok(Some(self.line(at)));
            }
        }
    }

    fn line(&self, Place { number, offset }: Place) -> std::result::Result<Line<'_>, (usize, String)> {
        let text = std::str::from_utf8(&self.buffer).map_err(|_| (number, NO_TEXT.to_owned()))?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        Ok(Line { number, offset, text })
    }
}

/// Reads every line that is not blank; all of them are read before the first broken one is refused.
///
/// A byte order mark and the CR of CRLF are no part of a line.
pub(super) fn read<T>(
    content: &str,
    mut line: impl FnMut(usize, &str) -> std::result::Result<T, String>,
) -> Result<Vec<T>> {
    let mut read = Vec::new();
    each(&mut Lines::new(Box::new(content.as_bytes()), Place::BEGINNING), |found| {
        read.push(line(found.number, found.text)?);
        Ok(())
    })?;
    Ok(read)
}

/// Calls `line` for each that is not blank; all of them are read before the first broken one is refused.
pub(super) fn each(
    lines: &mut Lines<'_>,
    mut line: impl FnMut(&Line<'_>) -> std::result::Result<(), String>,
) -> Result<()> {
    let mut broken = Vec::new();
    let mut more = 0;
    while let Some(found) = lines.read_next()? {
        let why = match found {
            Ok(found) => match line(&found) {
                Ok(()) => continue,
                Err(why) => (found.number, why),
            },
            Err(why) => why,
        };
        if broken.len() < DESCRIBED {
            broken.push(why);
        } else {
            more += 1;
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(Error::BrokenLines { lines: broken, more }) }
}

/// What is wrong with a line that cannot be read: the column counts, the line is the file's.
pub(super) fn no_json(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
    let what = if error.is_data() { "is not as it should be" } else { "is no JSON" };
    format!("{what}: {message} (column {})", error.column())
}
