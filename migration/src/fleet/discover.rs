//! Finds the databases of a fleet below a root, following no link and leaving the root nowhere.

use std::collections::BTreeSet;
use std::fs::FileType;
use std::path::{Path, PathBuf};

use super::pattern::{Pattern, is_kept, refuse_name};
use crate::error::Error;
use crate::runner::failed;

/// A place where the pattern says that a database belongs.
#[derive(Clone, Debug)]
pub struct Project {
    /// What the pattern's `*` matched, joined by `/` where there are several.
    pub name: String,
    pub path: PathBuf,
    pub found: Found,
}

/// What is at a project's place.
#[derive(Clone, Debug)]
pub enum Found {
    /// A regular file.
    File,
    /// The project is there, its database is not.
    Missing,
    /// Something that is not followed or not touched: a link, a name out of bounds, a folder without access.
    Refused(Error),
}

/// The canonical path of the root.
///
/// # Errors
/// It does not exist, or is no folder.
pub(super) fn root(given: &Path) -> Result<PathBuf, Error> {
    let missing = || Error::NoFolder { path: given.to_owned() };
    let root = given.canonicalize().map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => missing(),
        _ => failed(given, &e),
    })?;
    if root.is_dir() { Ok(root) } else { Err(missing()) }
}

/// What a pattern finds.
#[derive(Debug)]
pub(super) struct Discovered {
    /// By name; of the named ones only where there are names.
    pub projects: Vec<Project>,
    /// Where the databases of all projects are, whichever were named.
    pub places: BTreeSet<PathBuf>,
}

/// Finds the projects of a pattern.
///
/// # Errors
/// A name that is no project's name, before anything is looked at; one that matches nothing; a pattern that does not.
pub(super) fn discover(root: &Path, pattern: &Pattern, names: &[String]) -> Result<Discovered, Error> {
    for name in names {
        refuse_name(name, pattern.wildcards())?;
    }
    let mut walk = Walk { pattern, found: Vec::new() };
    walk.look_into(root, 0, &[])?;
    let mut found = walk.found;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    if found.is_empty() {
        return Err(Error::NoMatch { root: root.to_owned(), pattern: pattern.text().to_owned() });
    }
    let places = found.iter().map(|p| p.path.clone()).collect();
    if names.is_empty() {
        return Ok(Discovered { projects: found, places });
    }
    let wanted: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    if let Some(unknown) = wanted.iter().find(|name| !found.iter().any(|p| p.name == **name)) {
        let near = near(unknown, &found);
        return Err(Error::UnknownProject { given: (*unknown).to_owned(), near, root: root.to_owned() });
    }
    found.retain(|p| wanted.contains(p.name.as_str()));
    Ok(Discovered { projects: found, places })
}

/// Whether every step from the root down to the file is still no link, as it was when it was found.
pub(super) fn refuse_links(root: &Path, path: &Path) -> Result<(), Error> {
    let below = path.strip_prefix(root).map_err(|_| Error::Symlink { path: path.to_owned() })?;
    let mut at = root.to_owned();
    for part in below.components() {
        at.push(part);
        if std::fs::symlink_metadata(&at).is_ok_and(|m| m.is_symlink()) {
            return Err(Error::Symlink { path: at });
        }
    }
    Ok(())
}

struct Walk<'p> {
    pattern: &'p Pattern,
    found: Vec<Project>,
}

impl Walk<'_> {
    /// Looks into a folder for the pattern's segment `at`; `matched` is what the wildcards matched so far.
    fn look_into(&mut self, folder: &Path, at: usize, matched: &[String]) -> Result<(), Error> {
        let Some(segment) = self.pattern.segment(at) else { return Ok(()) };
        if let Some(name) = segment.literal() {
            return self.step(folder.join(name), at, matched);
        }
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            // Of one project among others: its own failure.
            Err(e) if !matched.is_empty() => {
                self.refuse(matched, folder.to_owned(), failed(folder, &e));
                return Ok(());
            }
            Err(e) => return Err(failed(folder, &e)),
        };
        for entry in entries {
            let entry = entry.map_err(|e| failed(folder, &e))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some(text) = segment.matched(&name) else { continue };
            let kind = entry.file_type().map_err(|e| failed(&entry.path(), &e))?;
            if self.is_beside(at, &name, kind) {
                continue;
            }
            let mut matched = matched.to_vec();
            matched.push(text.to_owned());
            match refuse_name(text, 1) {
                Ok(()) => self.step(entry.path(), at, &matched)?,
                Err(error) => self.refuse(&matched, entry.path(), error),
            }
        }
        Ok(())
    }

    /// A file among project folders, and what SQLite and the backups keep beside a database, are no projects.
    fn is_beside(&self, at: usize, name: &str, kind: FileType) -> bool {
        if is_kept(name) && !kind.is_file() {
            return true;
        }
        if self.pattern.segment(at + 1).is_some() {
            return !kind.is_dir() && !kind.is_symlink();
        }
        ["-wal", "-shm", "-journal"].iter().any(|suffix| name.ends_with(suffix))
    }

    /// Takes what a segment matched: a folder on the way, or the database.
    fn step(&mut self, path: PathBuf, at: usize, matched: &[String]) -> Result<(), Error> {
        let last = self.pattern.segment(at + 1).is_none();
        let wildcards_left = matched.len() < self.pattern.wildcards();
        match std::fs::symlink_metadata(&path) {
            // Before the first wildcard there is no project to blame.
            Ok(meta) if meta.is_symlink() && matched.is_empty() => return Err(Error::Symlink { path }),
            Ok(meta) if meta.is_symlink() => self.refuse(matched, path.clone(), Error::Symlink { path }),
            Ok(meta) if !last && meta.is_dir() => return self.look_into(&path, at + 1, matched),
            Ok(_) if last => self.add(matched, path, Found::File),
            // A file where a folder belongs, or nothing.
            Ok(_) if !wildcards_left => self.add(matched, path, Found::Missing),
            Err(e) if is_absent(&e) && !wildcards_left => self.add(matched, self.rest(path, at), Found::Missing),
            Err(e) if !is_absent(&e) && !matched.is_empty() => self.refuse(matched, path.clone(), failed(&path, &e)),
            Err(e) if !is_absent(&e) => return Err(failed(&path, &e)),
            _ => {}
        }
        Ok(())
    }

    /// Where the database would be, below a place where nothing is.
    fn rest(&self, mut path: PathBuf, mut at: usize) -> PathBuf {
        while let Some(name) = self.pattern.segment(at + 1).and_then(|s| s.literal()) {
            path.push(name);
            at += 1;
        }
        path
    }

    fn refuse(&mut self, matched: &[String], path: PathBuf, error: Error) {
        self.add(matched, path, Found::Refused(error));
    }

    fn add(&mut self, matched: &[String], path: PathBuf, found: Found) {
        self.found.push(Project { name: matched.join("/"), path, found });
    }
}

fn is_absent(e: &std::io::Error) -> bool {
    matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}

/// Names that share the most letters with the one that was given, from the start or as a part.
fn near(given: &str, found: &[Project]) -> Vec<String> {
    let given = given.to_lowercase();
    let likeness = |name: &str| {
        let name = name.to_lowercase();
        let start = given.chars().zip(name.chars()).take_while(|(a, b)| a == b).count();
        let part = if name.contains(&given) || given.contains(&name) { given.len() } else { 0 };
        start.max(part)
    };
    let mut near: Vec<(usize, &str)> = found.iter().map(|p| (likeness(&p.name), p.name.as_str())).collect();
    near.retain(|(n, _)| *n > 0);
    near.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    near.into_iter().take(3).map(|(_, name)| name.to_owned()).collect()
}
