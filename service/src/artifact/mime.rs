//! What a content is, by its beginning and by the end of its name.

use crate::error::{Error, Result};
use crate::rules;

/// The longest type, in characters.
const LONGEST: usize = 127;

/// How contents of a kind begin.
const MAGIC: &[(&[u8], &str)] = &[
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
    (b"\x7fELF", "application/x-elf"),
];

/// How the names of texts end.
const NAMES: &[(&str, &str)] = &[
    ("md", "text/markdown"),
    ("html", "text/html"),
    ("htm", "text/html"),
    ("css", "text/css"),
    ("csv", "text/csv"),
    ("json", "application/json"),
    ("jsonl", "application/jsonl"),
    ("js", "text/javascript"),
    ("py", "text/x-python"),
    ("rs", "text/x-rust"),
    ("sh", "text/x-shellscript"),
    ("sql", "application/sql"),
    ("svg", "image/svg+xml"),
    ("toml", "application/toml"),
    ("xml", "application/xml"),
    ("yaml", "application/yaml"),
    ("yml", "application/yaml"),
];

/// The type of a content of which `head` is the beginning. A name decides among texts only: it cannot make a text of
/// what is none.
pub(super) fn guess(name: &str, head: &[u8]) -> String {
    if let Some((_, mime)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return (*mime).to_owned();
    }
    if !is_text(head) {
        return "application/octet-stream".to_owned();
    }
    let end = name.rsplit_once('.').map(|(_, end)| end.to_lowercase()).unwrap_or_default();
    let known = NAMES.iter().find(|(known, _)| *known == end);
    known.map_or("text/plain", |(_, mime)| mime).to_owned()
}

/// Whether the bytes are the beginning of a text, whose last letter may be cut.
pub(super) fn is_text(head: &[u8]) -> bool {
    !head.contains(&0)
        && match std::str::from_utf8(head) {
            Ok(_) => true,
            Err(error) => error.error_len().is_none(),
        }
}

/// Refuses what is no media type.
pub(super) fn check(mime: &str) -> Result<()> {
    let legal =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b));
    let is_type = mime.split_once('/').is_some_and(|(kind, rest)| legal(kind) && legal(rest));
    if is_type && mime.len() <= LONGEST {
        return Ok(());
    }
    let rule = format!("must be a media type such as text/markdown, of at most {LONGEST} characters");
    Err(Error::invalid("mime_type", rules::escape(mime), rule))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_guessed() {
        for (name, head, mime) in [
            ("report.md", &b"# Report"[..], "text/markdown"),
            ("REPORT.MD", b"", "text/markdown"),
            ("notes", b"a", "text/plain"),
            ("a.json", b"{}", "application/json"),
            ("a.json", b"\0", "application/octet-stream"),
            ("a.md", b"%PDF-1.7", "application/pdf"),
            ("a.png", b"no picture", "text/plain"),
            ("cut", b"caf\xc3", "text/plain"),
            ("bad", b"caf\xc3x", "application/octet-stream"),
        ] {
            assert_eq!(guess(name, head), mime, "{name} {head:?}");
        }
    }

    #[test]
    fn a_type_has_two_parts() {
        assert!(check("text/markdown").is_ok() && check("image/svg+xml").is_ok());
        for bad in ["", "text", "text/", "/x", "a b/c", "a/b;c=d", "a/b/c", &format!("a/{}", "b".repeat(126))] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
