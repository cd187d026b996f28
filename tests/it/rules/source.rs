//! The repository's Rust files, as text.

use std::fs;
use std::path::{Path, PathBuf};

/// One Rust file: its path from the repository's root, with `/`, and its text.
#[derive(Clone, Debug)]
pub struct Source {
    pub path: String,
    pub text: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// The same without comments, and with nothing in the texts: what stands there is code, at the same line.
    pub fn blanked(&self) -> Self {
        Self { path: self.path.clone(), text: blanked(&self.text) }
    }

    /// The numbered lines that are not comments.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(index, line)| (index + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

/// Puts a space for each byte of comments, texts and characters, but for line ends.
fn blanked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match literal(rest) {
            Some(length) if !out.ends_with(|c: char| c.is_alphanumeric() || c == '_') || first == '"' => length,
            _ => {
                out.push(first);
                rest = &rest[first.len_utf8()..];
                continue;
            }
        };
        out.extend(rest[..length].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        rest = &rest[length..];
    }
    out
}

/// The length of the comment, text or character that begins here.
fn literal(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(rest.find("*/").map_or(rest.len(), |end| end + 2));
    }
    let plain = rest.strip_prefix('b').unwrap_or(rest);
    let prefix = rest.len() - plain.len();
    if let Some(raw) = plain.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let from = prefix + 1 + hashes + 1;
            return Some(rest[from..].find(&end).map_or(rest.len(), |at| from + at + end.len()));
        }
        return None;
    }
    let quote = plain.chars().next().filter(|c| ['"', '\''].contains(c))?;
    let mut escaped = false;
    let end = plain.char_indices().skip(1).find(|(_, c)| {
        let is_end = !escaped && *c == quote;
        escaped = !escaped && *c == '\\';
        is_end
    });
    let end = end.map_or(plain.len(), |(at, _)| at + 1);
    // A lifetime has no second quote, or one that is far away.
    let is_character = plain[..end].chars().count() == 3 || plain.starts_with("'\\");
    (quote == '"' || is_character).then_some(prefix + end)
}

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace").to_owned()
}

/// Every Rust file below these folders of the repository, sorted by path. A folder that is missing is a failure: a
/// rule about nothing would always hold.
pub fn sources(folders: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    for folder in folders {
        let before = found.len();
        collect(&root(), &root().join(folder), &mut found);
        assert!(found.len() > before, "there are no Rust files in {folder}");
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn collect(root: &Path, dir: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display())) {
        let path = entry.expect("a directory entry").path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let path = path.strip_prefix(root).expect("a path in the repository");
            found.push(Source { path: path.to_str().expect("a UTF-8 path").to_owned(), text });
        }
    }
}

/// Whether `line` holds `word`, not as a part of a longer name.
pub fn has_word(line: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        !before.is_some_and(|c| is_name(c) && word.starts_with(is_name))
            && !after.is_some_and(|c| is_name(c) && word.ends_with(is_name))
    })
}

/// `path:line: word` for each use of one of the words in code.
pub fn uses(sources: &[Source], words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        for (number, line) in source.code() {
            let words = words.iter().filter(|word| has_word(line, word));
            found.extend(words.map(|word| format!("{}:{number}: {word}", source.path)));
        }
    }
    found
}
