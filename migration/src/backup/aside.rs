//! Out of the way of a restore: a file that is no database, and what lies beside it.

use std::path::{Path, PathBuf};

use super::manifest::Backup;
use super::restore::Careful;
use super::take::location;
use crate::error::Error;
use crate::runner::{self, State};

/// Whether what lies beside a file without content is of a file that had some: SQLite would remove it in silence.
pub(super) fn is_stray(path: &Path, state: State) -> bool {
    let holds = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        std::fs::symlink_metadata(PathBuf::from(name)).is_ok_and(|meta| meta.len() > 0)
    };
    match state {
        State::Missing => holds("-wal") || holds("-journal"),
        // A journal can be that of whoever is making the database.
        State::Empty => holds("-wal"),
        State::Database { .. } => false,
    }
}

/// Moves a file that is no database out of the way, together with all that belongs to it.
pub(super) fn move_aside(path: &Path, careful: Careful, backup: &Backup) -> Result<PathBuf, Error> {
    // A file that can't be read has no history to be known by.
    if !careful.any_source && backup.manifest.source.location != location(path) {
        return Err(Error::NotADatabase { path: path.to_owned() });
    }
    let mut folder = path.as_os_str().to_owned();
    folder.push(format!(".damaged-{}", chrono::Utc::now().format("%Y%m%dT%H%M%S%.6fZ")));
    let folder = PathBuf::from(folder);
    std::fs::create_dir(&folder).map_err(|e| runner::failed(&folder, &e))?;
    for suffix in ["-journal", "-wal", "-shm", ""] {
        let mut from = path.as_os_str().to_owned();
        from.push(suffix);
        let from = PathBuf::from(from);
        let Some(name) = from.file_name() else { continue };
        match std::fs::rename(&from, folder.join(name)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(runner::failed(&from, &e)),
            _ => {}
        }
    }
    Ok(folder)
}
