//! The pattern that says where a fleet's databases are, and the names that it may find.

use super::journal::FOLDER;
use crate::error::Error;

/// The pattern by default: a folder for each project, with its database in it.
pub const DEFAULT_PATTERN: &str = "projects/*/project.db";

/// The longest name of a project.
const LONGEST: usize = 64;

/// A path below the root in which `*` stands for any text within a segment.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    text: String,
    segments: Vec<Segment>,
}

#[derive(Clone, Debug)]
pub(super) struct Segment {
    before: String,
    /// What follows the `*`; none where the segment has no `*`.
    after: Option<String>,
}

impl Pattern {
    /// # Errors
    /// [`Error::Pattern`]: absolute, with `.`, `..` or an empty segment, with two `*` in one, or without any.
    pub(super) fn new(text: &str) -> Result<Self, Error> {
        let bad = |reason| Err(Error::Pattern { pattern: text.to_owned(), reason });
        if text.starts_with('/') {
            return bad("it is relative to the root");
        }
        let mut segments = Vec::new();
        for part in text.split('/') {
            match part {
                "" => return bad("it has an empty segment"),
                "." | ".." => return bad("it leads through . or .."),
                _ if part.contains(['\0', '\\']) => return bad("it has a character that no path here has"),
                _ if is_kept(part) => return bad("it leads into a folder of backups, which holds no projects"),
                _ => {}
            }
            let mut pieces = part.splitn(2, '*').map(str::to_owned);
            let before = pieces.next().unwrap_or_default();
            let after = pieces.next();
            if after.as_ref().is_some_and(|after| after.contains('*')) {
                return bad("a segment has one * at most");
            }
            segments.push(Segment { before, after });
        }
        if segments.iter().all(|s| s.after.is_none()) {
            return bad("it needs a *, which stands for the project's name");
        }
        Ok(Self { text: text.to_owned(), segments })
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn segment(&self, at: usize) -> Option<&Segment> {
        self.segments.get(at)
    }

    /// How many `*` it has: of so many parts is a project's name.
    pub(super) fn wildcards(&self) -> usize {
        self.segments.iter().filter(|s| s.after.is_some()).count()
    }
}

impl Segment {
    /// The name, where the segment has no `*`.
    pub(super) fn literal(&self) -> Option<&str> {
        self.after.is_none().then_some(self.before.as_str())
    }

    /// What the `*` stands for in a name; none when the name does not match, or is hidden and the pattern's is not.
    pub(super) fn matched<'n>(&self, name: &'n str) -> Option<&'n str> {
        let after = self.after.as_deref()?;
        if name.starts_with('.') && !self.before.starts_with('.') {
            return None;
        }
        name.strip_prefix(self.before.as_str())?.strip_suffix(after).filter(|text| !text.is_empty())
    }
}

/// Whether a folder of this name holds what is kept of a database: its backups, what a restore moved aside, the copy of
/// a dry run, the journals of runs.
pub(super) fn is_kept(name: &str) -> bool {
    name.ends_with(".backups") || name.contains(".damaged-") || name.starts_with(".dry-run-") || name == FOLDER
}

/// Refuses what is no name of a project: of so many parts, each of letters, digits, `.`, `_` and `-`, beginning with a
/// letter or digit.
///
/// # Errors
/// [`Error::ProjectName`].
pub(super) fn refuse_name(name: &str, parts: usize) -> Result<(), Error> {
    let fits = |part: &str| {
        part.len() <= LONGEST
            && part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
    };
    if name.split('/').count() == parts && name.split('/').all(fits) {
        Ok(())
    } else {
        Err(Error::ProjectName { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::{Pattern, refuse_name};

    #[test]
    fn a_star_matches_within_a_segment() {
        let matched = |pattern: &str, name: &str| {
            Pattern::new(pattern).ok().and_then(|p| p.segment(0)?.matched(name).map(str::to_owned))
        };
        assert_eq!(matched("*/a.db", "one").as_deref(), Some("one"));
        assert_eq!(matched("p-*.db", "p-one.db").as_deref(), Some("one"));
        for (pattern, name) in
            [("*/a.db", ".git"), ("p-*.db", "p-.db"), ("p-*.db", "one.db"), ("a*b", "a"), ("aa*aa", "aaa")]
        {
            assert_eq!(matched(pattern, name), None, "{pattern} {name}");
        }
        for bad in
            ["", "/a/*", "a/../*", "./*", "a//*", "a/b", "*/**", "*/", "a\\*", "*.backups/*", "*/a.db.backups/*.db"]
        {
            assert!(Pattern::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_name_can_lead_nowhere() {
        assert!(refuse_name("p1", 1).is_ok() && refuse_name("A.b_c-9/x", 2).is_ok());
        let long = "a".repeat(65);
        for bad in ["", ".", "..", "../../etc", "a/b", "-a", ".a", "a b", "a\nb", "é", "a\0", long.as_str()] {
            assert!(refuse_name(bad, 1).is_err(), "{bad:?}");
        }
    }
}
