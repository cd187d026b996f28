//! The journal of a run: what it was going to do, and what it finished, so that an interrupted run can go on.
//!
//! One file a run, `<root>/.callboard-fleet/<run id>.jsonl`, of lines that are only ever added.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use chrono::Utc;
use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::runner::failed;

const FOLDER: &str = ".callboard-fleet";
const VERSION: u32 = 1;

/// What a run is about: an interrupted one is gone on with only by the same.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct About {
    pub verb: String,
    pub goal: String,
    pub pattern: String,
    /// The projects that were named; none are all.
    pub projects: BTreeSet<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line {
    /// The first line.
    Fleet {
        journal_version: u32,
        run: String,
        about: About,
        product_version: String,
    },
    /// What a project is to be taken to: with it, going on never goes further than the run itself would have.
    Planned {
        project: String,
        to: Option<String>,
    },
    Finished {
        project: String,
        outcome: String,
        exit_code: u8,
        error: Option<String>,
        backup: Option<PathBuf>,
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
    pub backup: Option<PathBuf>,
}

/// What an interrupted run left.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    /// The projects that it finished, and well.
    pub done: BTreeSet<String>,
    /// The version that each project was to be taken to.
    pub planned: BTreeMap<String, Option<String>>,
}

#[derive(Debug)]
pub(super) struct Journal {
    pub run: String,
    path: PathBuf,
    /// Locked for as long as the run lives, so that nobody goes on with it meanwhile.
    file: File,
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
            let path = folder.join(format!("{run}.jsonl"));
            let file = options().create_new(true).open(&path);
            match file {
                Ok(file) => {
                    // One who looks for an unfinished run may hold it for a moment.
                    file.lock().map_err(|e| failed(&path, &e))?;
                    let mut journal = Self { run: run.clone(), path, file };
                    let product_version = env!("CARGO_PKG_VERSION").to_owned();
                    let about = about.clone();
                    journal.add(&[Line::Fleet { journal_version: VERSION, run, about, product_version }])?;
                    File::open(&folder).and_then(|f| f.sync_all()).map_err(|e| failed(&folder, &e))?;
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

    /// Opens the newest one about the same that has no end, and that no process is writing to.
    pub(super) fn unfinished(root: &Path, about: &About) -> Result<Option<(Self, Earlier)>, Error> {
        let folder = root.join(FOLDER);
        let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(None) };
        refuse_link(&folder)?;
        let names = entries.flatten().filter_map(|e| e.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|n| n.ends_with(".jsonl")).collect();
        names.sort();
        for name in names.into_iter().rev() {
            let path = folder.join(&name);
            let mut file = options().read(true).open(&path).map_err(|e| failed(&path, &e))?;
            if file.try_lock().is_err() {
                continue;
            }
            let mut text = String::new();
            file.read_to_string(&mut text).map_err(|e| failed(&path, &e))?;
            let run = name.trim_end_matches(".jsonl").to_owned();
            let Some(earlier) = read(&text, about) else { continue };
            file.seek(SeekFrom::End(0)).map_err(|e| failed(&path, &e))?;
            if !text.ends_with('\n') {
                // A kill can leave half a line.
                file.write_all(b"\n").map_err(|e| failed(&path, &e))?;
            }
            return Ok(Some((Self { run, path, file }, earlier)));
        }
        Ok(None)
    }

    /// Says what each project will be taken to.
    pub(super) fn plan(&mut self, plan: impl Iterator<Item = (String, Option<String>)>) -> Result<(), Error> {
        let lines: Vec<Line> = plan.map(|(project, to)| Line::Planned { project, to }).collect();
        self.add(&lines)
    }

    pub(super) fn finished(&mut self, finished: Finished) -> Result<(), Error> {
        let Finished { project, outcome, exit_code, error, backup } = finished;
        self.add(&[Line::Finished { project, outcome, exit_code, error, backup }])
    }

    pub(super) fn end(&mut self) -> Result<(), Error> {
        self.add(&[Line::End])
    }

    /// One write for all lines, brought to the disk.
    fn add(&mut self, lines: &[Line]) -> Result<(), Error> {
        let mut text = String::new();
        for line in lines {
            text += &serde_json::to_string(line).map_err(|e| failed(&self.path, &e.into()))?;
            text.push('\n');
        }
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
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

/// What a journal about this has done; none when it is about something else, or has ended. A line that can't be read,
/// such as the last one of a process that was killed, says nothing.
fn read(text: &str, about: &About) -> Option<Earlier> {
    let mut lines = text.lines();
    match serde_json::from_str(lines.next()?) {
        Ok(Line::Fleet { journal_version: VERSION, about: theirs, .. }) if theirs == *about => {}
        _ => return None,
    }
    let mut earlier = Earlier::default();
    for line in lines.filter_map(|line| serde_json::from_str(line).ok()) {
        match line {
            Line::Planned { project, to } => {
                earlier.planned.insert(project, to);
            }
            Line::Finished { project, exit_code: 0, .. } => {
                earlier.done.insert(project);
            }
            Line::End => return None,
            _ => {}
        }
    }
    Some(earlier)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{About, Line, VERSION, read};

    #[test]
    fn what_is_done_is_read_whatever_the_last_line() {
        let about = About {
            verb: "up".to_owned(),
            goal: "latest".to_owned(),
            pattern: "*/a.db".to_owned(),
            projects: BTreeSet::new(),
        };
        let line = |l: Line| serde_json::to_string(&l).unwrap_or_default() + "\n";
        let first = |about: &About| {
            let (run, product_version) = ("r".to_owned(), "1".to_owned());
            line(Line::Fleet { journal_version: VERSION, run, about: about.clone(), product_version })
        };
        let finished = |project: &str, exit_code| {
            let (outcome, project) = ("x".to_owned(), project.to_owned());
            line(Line::Finished { project, outcome, exit_code, error: None, backup: None })
        };
        let planned = line(Line::Planned { project: "c".to_owned(), to: Some("m1".to_owned()) });
        let text = first(&about) + &planned + &finished("a", 0) + &finished("b", 8);
        let half = finished("d", 0);
        let text = text + &half[..half.len() / 2];
        let earlier = read(&text, &about);
        assert!(earlier.as_ref().is_some_and(|e| e.done.iter().eq(["a"]) && e.planned["c"].as_deref() == Some("m1")));
        let other = About { goal: "to:3".to_owned(), ..about.clone() };
        assert!(read(&text, &other).is_none() && read("", &about).is_none());
        assert!(read(&(text + "\n" + &line(Line::End)), &about).is_none());
    }
}
