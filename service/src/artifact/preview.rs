//! The beginning of a content, for people to see what it is.

use std::fmt::Write;
use std::io::Read;

use serde::{Deserialize, Serialize};

use super::mime;

/// How much of a text is shown, in bytes.
const TEXT: usize = 2000;
/// How many of its lines.
const LINES: usize = 40;
/// How much of what is no text, in bytes.
const BYTES: usize = 128;

/// The beginning of a content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// How it is shown.
    pub kind: PreviewKind,
    /// At most 2,000 bytes and 40 lines of a text; 128 bytes, in hex, of what is none; why there is nothing.
    pub text: String,
    /// Whether there is more.
    pub truncated: bool,
}

/// How the beginning of a content is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PreviewKind {
    /// As it is.
    Text,
    /// In hex, 16 bytes a line.
    Hex,
    /// It can't be read; the text says why.
    Unreadable,
}

impl Preview {
    /// Of a content that can't be read.
    pub(super) fn unreadable(why: impl ToString) -> Self {
        Self { kind: PreviewKind::Unreadable, text: why.to_string(), truncated: false }
    }

    /// Of what `source` gives.
    pub(super) fn of(source: impl Read) -> Self {
        let mut head = Vec::new();
        match source.take(TEXT as u64 + 1).read_to_end(&mut head) {
            Ok(_) => Self::of_head(&head),
            Err(error) => Self::unreadable(error),
        }
    }

    fn of_head(head: &[u8]) -> Self {
        if !mime::is_text(head) {
            let shown = &head[..head.len().min(BYTES)];
            return Self { kind: PreviewKind::Hex, text: hex_rows(shown), truncated: head.len() > shown.len() };
        }
        // Whatever the last letter lacks is left out.
        let whole = &head[..head.len().min(TEXT)];
        let end = std::str::from_utf8(whole).map_or_else(|error| error.valid_up_to(), str::len);
        let text = String::from_utf8_lossy(&whole[..end]).into_owned();
        let shown: String = text.split_inclusive('\n').take(LINES).collect();
        Self { kind: PreviewKind::Text, truncated: shown.len() < head.len(), text: shown }
    }
}

/// `00000000  89 50 4e 47`, 16 bytes a line.
fn hex_rows(bytes: &[u8]) -> String {
    let mut out = String::new();
    for (row, bytes) in bytes.chunks(16).enumerate() {
        // Writing to a String does not fail.
        let _ = write!(out, "{:08x} ", row * 16);
        for byte in bytes {
            let _ = write!(out, " {byte:02x}");
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_shown_by_its_beginning() {
        let shown = |text: &str| Preview::of(text.as_bytes());
        assert_eq!(shown("a\nb"), Preview { kind: PreviewKind::Text, text: "a\nb".to_owned(), truncated: false });
        let long = shown(&"ä".repeat(1001));
        assert_eq!((long.text.len(), long.truncated), (2000, true));
        let odd = shown(&format!("x{}", "ä".repeat(1001)));
        assert_eq!((odd.text.len(), odd.truncated), (1999, true), "no letter is cut in two");
        let lines = shown(&"x\n".repeat(41));
        assert_eq!((lines.text.lines().count(), lines.truncated), (40, true));
    }

    #[test]
    fn what_is_no_text_is_shown_in_hex() {
        let shown = Preview::of(&[0_u8; 200][..]);
        assert_eq!((shown.kind, shown.text.lines().count(), shown.truncated), (PreviewKind::Hex, 8, true));
        assert_eq!(shown.text.lines().next(), Some("00000000  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"));
    }
}
