//! Out of the way of a restore: a file that SQLite can't open, and what lies beside it.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::path::{Path, PathBuf};

use super::Settings;
use super::check::Stamp;
use super::manifest::Backup;
use super::overwrite::Overwrite;
use crate::error::Error;
use crate::runner::{self, Event, Patience, State, failed};

/// Whether what lies beside a file without content is of a file that had some: SQLite would remove it in silence.
pub(super) fn is_stray(path: &Path, state: State) -> bool {
    let holds = |ending: &str| std::fs::symlink_metadata(with(path, ending)).is_ok_and(|meta| meta.len() > 0);
    match state {
        State::Missing => holds("-wal") || holds("-journal"),
        // A journal can be that of whoever is making the database.
        State::Empty => holds("-wal"),
        State::Database { .. } => false,
    }
}

/// Makes the folder for what is kept of a damaged file, for its owner only.
pub(super) fn folder(path: &Path) -> Result<PathBuf, Error> {
    let folder = with(path, &format!(".damaged-{}", chrono::Utc::now().format("%Y%m%dT%H%M%S%.6fZ")));
    DirBuilder::new().mode(0o700).create(&folder).map_err(|e| failed(&folder, &e))?;
    Ok(folder)
}

fn with(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// What SQLite may have beside a file.
const BESIDE: [&str; 3] = ["-journal", "-wal", "-shm"];

/// A backup that becomes a new file, since there is none that it could be written into.
pub(super) struct Draft<'a> {
    pub path: &'a Path,
    pub backup: &'a Backup,
    /// The backup's file when its check began.
    pub before: Stamp,
    pub settings: &'a Settings,
    /// Where backups go.
    pub folder: &'a Path,
}

impl Draft<'_> {
    /// Writes the file beside the one that is there, checks it, and gives it the name; gives the folder into which went
    /// what was there. Until then nothing has changed, however it ends.
    pub(super) async fn replace(
        &self,
        patience: &mut Patience,
        events: &mut (dyn FnMut(&Event) + Send),
    ) -> Result<Option<PathBuf>, Error> {
        let name = self.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let new = New::create(self.path.with_file_name(format!(".{name}.restoring")))?;
        Overwrite::new(&new.0, self.backup, self.before, self.settings, self.folder).run(patience, events).await?;
        let mut moves = Moves::default();
        match self.exchange(&new.0, &mut moves) {
            Ok(notes) => {
                if !notes.is_empty() {
                    events(&Event::NotGiven { notes });
                }
                Ok(moves.folder)
            }
            Err(error) => {
                moves.take_back();
                Err(error)
            }
        }
    }

    /// Gives the new file the owner and the mode of the one that is there, which others may be using: those that could
    /// not be given.
    fn hand_over(&self, new: &Path) -> Result<Vec<String>, Error> {
        let Ok(old) = std::fs::symlink_metadata(self.path) else { return Ok(Vec::new()) };
        let made = std::fs::metadata(new).map_err(|e| failed(new, &e))?;
        let (user, group) = (old.uid(), old.gid());
        if (user, group) != (made.uid(), made.gid())
            && let Err(e) = chown(new, Some(user), Some(group))
        {
            // With the old mode it would be open to another group.
            let mode = old.mode() & 0o777;
            let what = format!("{}: its owner {user}:{group} and its mode {mode:o}", self.path.display());
            return Ok(vec![format!("{what} are not given: {e}")]);
        }
        std::fs::set_permissions(new, old.permissions()).map_err(|e| failed(new, &e))?;
        Ok(Vec::new())
    }

    fn exchange(&self, new: &Path, moves: &mut Moves) -> Result<Vec<String>, Error> {
        let notes = self.hand_over(new)?;
        let is_there = |path: &Path| std::fs::symlink_metadata(path).is_ok();
        let beside = BESIDE.iter().map(|ending| with(self.path, ending)).filter(|path| is_there(path));
        for path in beside.collect::<Vec<_>>() {
            moves.aside(self.path, &path)?;
        }
        if is_there(self.path) {
            // The name always stands for a file: an application that finds none would make an empty one.
            let folder = moves.folder(self.path)?;
            let kept = folder.join(self.path.file_name().unwrap_or_default());
            match std::fs::hard_link(self.path, &kept) {
                Ok(()) => moves.linked = Some(kept),
                Err(_) => moves.aside(self.path, self.path)?,
            }
        }
        std::fs::rename(new, self.path).map_err(|e| failed(self.path, &e))?;
        let folder = runner::folder_of(self.path);
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(|e| failed(folder, &e))?;
        Ok(notes)
    }
}

/// Files that were moved, each with where it was.
#[derive(Debug, Default)]
struct Moves {
    folder: Option<PathBuf>,
    done: Vec<(PathBuf, PathBuf)>,
    /// The second name of the file that is replaced.
    linked: Option<PathBuf>,
}

impl Moves {
    fn folder(&mut self, of: &Path) -> Result<PathBuf, Error> {
        match &self.folder {
            Some(folder) => Ok(folder.clone()),
            None => Ok(self.folder.insert(folder(of)?).clone()),
        }
    }

    fn aside(&mut self, of: &Path, path: &Path) -> Result<(), Error> {
        let to = self.folder(of)?.join(path.file_name().unwrap_or_default());
        std::fs::rename(path, &to).map_err(|e| failed(path, &e))?;
        self.done.push((path.to_owned(), to));
        Ok(())
    }

    fn take_back(self) {
        for (path, to) in self.done {
            let _ = std::fs::rename(to, path);
        }
        let _ = self.linked.map(std::fs::remove_file);
        // What could not be moved back keeps the folder.
        let _ = self.folder.map(std::fs::remove_dir);
    }
}

/// A new file, removed unless it got another name; what a killed restore left of it is removed first.
struct New(PathBuf);

impl New {
    fn create(path: PathBuf) -> Result<Self, Error> {
        let new = Self(path);
        new.remove().map_err(|e| failed(&new.0, &e))?;
        runner::create(&new.0)?;
        Ok(new)
    }

    fn remove(&self) -> io::Result<()> {
        for path in BESIDE.iter().map(|ending| with(&self.0, ending)).chain([self.0.clone()]) {
            match std::fs::remove_file(path) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                _ => {}
            }
        }
        Ok(())
    }
}

impl Drop for New {
    fn drop(&mut self) {
        // What stays is removed by the next restore.
        let _ = self.remove();
    }
}
