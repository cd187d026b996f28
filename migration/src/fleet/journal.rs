//! The journal of a run: what it was going to do, and what it finished, so that an interrupted run can go on.
//!
//! One file a run, `<root>/.callboard-fleet/<run id>.jsonl`, of lines that are only ever added.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use chrono::Utc;
use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::runner::failed;

/// The folder of the journals, in the root.
pub(super) const FOLDER: &str = ".callboard-fleet";
const EXTENSION: &str = ".jsonl";
const VERSION: u32 = 2;
/// So many journals stay: an interrupted run is gone on with soon, or never.
const KEPT: usize = 100;

/// What a run is about: an interrupted one is gone on with only by the same.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct About {
    pub verb: String,
    pub goal: String,
    pub pattern: String,
    /// The projects that were named; none are all.
    pub projects: BTreeSet<String>,
    /// The newest version that the build has: another build's "latest" is another goal.
    pub newest: Option<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line {
    /// The first line.
    Fleet { journal_version: u32, run: String, about: About, product_version: String },
    /// What a project is to be taken to: with it, going on never goes further than the run itself would have.
    Planned { project: String, to: Option<String> },
    Finished {
        project: String,
        outcome: String,
        exit_code: u8,
        error: Option<String>,
        /// The newest applied version then.
        version: Option<String>,
        /// A path that is no UTF-8 is not written in full.
        backup: Option<String>,
    },
    /// Every project was tried.
    End,
}

/// A project that a run has finished with.
#[derive(Debug)]
pub(super) struct Finished {
    pub project: String,
    pub outcome: String,
    pub exit_code: u8,
    pub error: Option<String>,
    /// The newest applied version now.
    pub version: Option<String>,
    pub backup: Option<PathBuf>,
}

/// How an interrupted run left a project that it finished, and well.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Reached {
    /// The newest applied version then.
    pub version: Option<String>,
    pub backup: Option<String>,
}

/// What an interrupted run left.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    /// The projects that it finished, and well.
    pub done: BTreeMap<String, Reached>,
    /// The version that each project was to be taken to.
    pub planned: BTreeMap<String, Option<String>>,
}

#[derive(Debug)]
pub(super) struct Journal {
    pub run: String,
    path: PathBuf,
    /// Locked for as long as the run lives, so that nobody goes on with it meanwhile.
    file: File,
    /// A kill left half a line at its end.
    torn: bool,
}

impl Journal {
    /// Begins a new one, with an id of its own: the time, to the millisecond.
    pub(super) fn create(root: &Path, about: &About) -> Result<Self, Error> {
        let folder = root.join(FOLDER);
        match DirBuilder::new().mode(0o700).create(&folder) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(failed(&folder, &e)),
            _ => refuse_link(&folder)?,
        }
        loop {
            let run = Utc::now().format("%Y%m%dT%H%M%S%.3fZ").to_string();
            let path = folder.join(format!("{run}{EXTENSION}"));
            let file = options().create_new(true).open(&path);
            match file {
                Ok(file) => {
                    // One who looks for an unfinished run may hold it for a moment.
                    file.lock().map_err(|e| failed(&path, &e))?;
                    let mut journal = Self { run: run.clone(), path, file, torn: false };
                    let product_version = env!("CARGO_PKG_VERSION").to_owned();
                    let about = about.clone();
                    journal.add(&[Line::Fleet { journal_version: VERSION, run, about, product_version }])?;
                    File::open(&folder).and_then(|f| f.sync_all()).map_err(|e| failed(&folder, &e))?;
                    prune(&folder);
                    return Ok(journal);
                }
                // Another run began in the same millisecond.
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                    std::thread::sleep(std::time::Duration::from_millis(1));
                }
                Err(e) => return Err(failed(&path, &e)),
            }
        }
    }

    /// Opens the newest one about the same that no process is writing to; none when it has its end. Writes nothing.
    pub(super) fn unfinished(root: &Path, about: &About) -> Result<Option<(Self, Earlier)>, Error> {
        let folder = root.join(FOLDER);
        for name in names(&folder)?.into_iter().rev() {
            let path = folder.join(&name);
            let mut file = options().read(true).open(&path).map_err(|e| failed(&path, &e))?;
            if file.try_lock().is_err() {
                continue;
            }
            let mut text = String::new();
            file.read_to_string(&mut text).map_err(|e| failed(&path, &e))?;
            return match read(&text, about) {
                Read::Other => continue,
                // What an older one has left undone, this one has done, or was begun in place of it.
                Read::Ended => Ok(None),
                Read::Unfinished(earlier) => {
                    let run = name.trim_end_matches(EXTENSION).to_owned();
                    Ok(Some((Self { run, path, file, torn: !text.ends_with('\n') }, earlier)))
                }
            };
        }
        Ok(None)
    }

    /// Says what each project will be taken to.
    pub(super) fn plan(&mut self, plan: impl Iterator<Item = (String, Option<String>)>) -> Result<(), Error> {
        let lines: Vec<Line> = plan.map(|(project, to)| Line::Planned { project, to }).collect();
        self.add(&lines)
    }

    pub(super) fn finished(&mut self, finished: impl Iterator<Item = Finished>) -> Result<(), Error> {
        let lines: Vec<Line> = finished
            .map(|Finished { project, outcome, exit_code, error, version, backup }| {
                let backup = backup.map(|path| path.to_string_lossy().into_owned());
                Line::Finished { project, outcome, exit_code, error, version, backup }
            })
            .collect();
        self.add(&lines)
    }

    pub(super) fn end(&mut self) -> Result<(), Error> {
        self.add(&[Line::End])
    }

    /// One write for all lines, brought to the disk.
    fn add(&mut self, lines: &[Line]) -> Result<(), Error> {
        if lines.is_empty() {
            return Ok(());
        }
        let mut text = if self.torn { "\n".to_owned() } else { String::new() };
        for line in lines {
            text += &serde_json::to_string(line).map_err(|e| failed(&self.path, &e.into()))?;
            text.push('\n');
        }
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        // What was written of it before it failed is half a line.
        self.torn = written.is_err();
        written.map_err(|e| failed(&self.path, &e))
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.append(true).mode(0o600).custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
    options
}

fn refuse_link(folder: &Path) -> Result<(), Error> {
    match std::fs::symlink_metadata(folder) {
        Ok(meta) if meta.is_dir() => Ok(()),
        Ok(meta) if meta.is_symlink() => Err(Error::Symlink { path: folder.to_owned() }),
        Ok(_) => Err(Error::NoFolder { path: folder.to_owned() }),
        Err(e) => Err(failed(folder, &e)),
    }
}

/// The journals in the folder, the oldest first.
fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    refuse_link(folder)?;
    let names = entries.flatten().filter_map(|e| e.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|n| n.ends_with(EXTENSION)).collect();
    names.sort();
    Ok(names)
}

/// Removes the oldest, whether they have an end or not: an end that is newer than a journal without one must stay as
/// long as that. What can't be removed is tried again by the next run.
fn prune(folder: &Path) {
    let names = names(folder).unwrap_or_default();
    for name in names.iter().take(names.len().saturating_sub(KEPT)).filter(|n| is_ours(n)) {
        let path = folder.join(name);
        let Ok(file) = options().open(&path) else { continue };
        // A run may be that old and still at work.
        if file.try_lock().is_ok() {
            let _ = std::fs::remove_file(&path);
        }
    }
}

/// Whether a file's name is that of a journal: `20261121T101112.123Z.jsonl`.
fn is_ours(name: &str) -> bool {
    let shape = "00000000T000000.000Z.jsonl";
    name.len() == shape.len()
        && name.chars().zip(shape.chars()).all(|(c, s)| if s == '0' { c.is_ascii_digit() } else { c == s })
}

/// What a journal says.
#[derive(Debug)]
enum Read {
    /// It is about something else.
    Other,
    /// Every project was tried.
    Ended,
    Unfinished(Earlier),
}

/// A line that can't be read, such as the last one of a process that was killed, says nothing.
fn read(text: &str, about: &About) -> Read {
    let mut lines = text.lines();
    match lines.next().map(serde_json::from_str) {
        Some(Ok(Line::Fleet { journal_version: VERSION, about: theirs, .. })) if theirs == *about => {}
        _ => return Read::Other,
    }
    let mut earlier = Earlier::default();
    for line in lines.filter_map(|line| serde_json::from_str(line).ok()) {
        match line {
            Line::Planned { project, to } => {
                earlier.planned.insert(project, to);
            }
            Line::Finished { project, exit_code: 0, version, backup, .. } => {
                earlier.done.insert(project, Reached { version, backup });
            }
            // It was done again, as it was no longer as it had been left.
            Line::Finished { project, .. } => drop(earlier.done.remove(&project)),
            Line::End => return Read::Ended,
            Line::Fleet { .. } => {}
        }
    }
    Read::Unfinished(earlier)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{About, Earlier, Line, Reached, Read, VERSION, is_ours, read};

    #[test]
    fn what_is_done_is_read_whatever_the_last_line() {
        let about = About {
            verb: "up".to_owned(),
            goal: "latest".to_owned(),
            pattern: "*/a.db".to_owned(),
            projects: BTreeSet::new(),
            newest: Some("m2".to_owned()),
        };
        let line = |l: Line| serde_json::to_string(&l).unwrap_or_default() + "\n";
        let first = |about: &About| {
            let (run, product_version) = ("r".to_owned(), "1".to_owned());
            line(Line::Fleet { journal_version: VERSION, run, about: about.clone(), product_version })
        };
        let finished = |project: &str, exit_code| {
            let (outcome, project, version) = ("x".to_owned(), project.to_owned(), Some("m2".to_owned()));
            line(Line::Finished { project, outcome, exit_code, error: None, version, backup: None })
        };
        let planned = line(Line::Planned { project: "c".to_owned(), to: Some("m1".to_owned()) });
        let text =
            first(&about) + &planned + &finished("a", 0) + &finished("b", 8) + &finished("e", 0) + &finished("e", 1);
        let half = finished("d", 0);
        let text = text + &half[..half.len() / 2];
        let reached = Reached { version: Some("m2".to_owned()), backup: None };
        let fits =
            |e: &Earlier| e.done.iter().eq([(&"a".to_owned(), &reached)]) && e.planned["c"].as_deref() == Some("m1");
        assert!(matches!(read(&text, &about), Read::Unfinished(earlier) if fits(&earlier)));
        // Another goal, another build.
        let others = [
            About { goal: "to:3".to_owned(), ..about.clone() },
            About { newest: Some("m3".to_owned()), ..about.clone() },
        ];
        assert!(others.iter().all(|other| matches!(read(&text, other), Read::Other)));
        assert!(matches!(read("", &about), Read::Other));
        assert!(matches!(read(&(text + "\n" + &line(Line::End)), &about), Read::Ended));
    }

    #[test]
    fn only_names_of_runs_are_ours() {
        assert!(is_ours("20261121T101112.123Z.jsonl"));
        assert!(["notes.jsonl", "20261121T101112.123Z.json", "2026é21T101112.123Z.jsonl"].iter().all(|n| !is_ours(n)));
    }
}
