//! The exit code of each error, and what the user can do about it.

use super::{Error, RestoreOutcome};

impl Error {
    /// The exit code of both binaries for this error; docs/errors.md explains each.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Io { .. } | Self::Database { .. } | Self::ClientProgram { .. } | Self::SqliteTooOld { .. } => 1,
            Self::Url { .. }
            | Self::UrlFile { .. }
            | Self::NoBackupFolder { .. }
            | Self::SchemaName { .. }
            | Self::Pattern { .. }
            | Self::AmbiguousVersion { .. } => 2,
            Self::Gap { .. } | Self::Drift { .. } => 4,
            Self::Checksum { .. } => 5,
            Self::LockBusy { .. } | Self::InUse { .. } => 6,
            Self::TooNew { .. } => 7,
            Self::Failed { .. } | Self::BaselineFailed { .. } | Self::NoSpace { .. } => 8,
            Self::Restored { .. } => 9,
            Self::RestoreFailed { outcome, .. } => match outcome {
                RestoreOutcome::Unchanged => 8,
                RestoreOutcome::PutBack => 9,
                RestoreOutcome::NotRestored => 10,
            },
            Self::NotRestored { .. } => 10,
            Self::Damaged { .. } | Self::Unsound { .. } => 11,
            Self::NoFolder { .. }
            | Self::NoDatabase { .. }
            | Self::NoTables { .. }
            | Self::NotRecorded { .. }
            | Self::Unreachable { .. }
            | Self::NoClientPrograms { .. }
            | Self::OldClientPrograms { .. }
            | Self::UnknownBackup { .. }
            | Self::UnknownProject { .. }
            | Self::NoMatch { .. }
            | Self::UnknownRun { .. }
            | Self::NothingToResume { .. }
            | Self::UnknownVersion { .. } => 13,
            Self::Clash { .. }
            | Self::Recorded { .. }
            | Self::OtherDatabase { .. }
            | Self::Dependents { .. }
            | Self::NotAllOurs { .. }
            | Self::NoPrivilege { .. }
            | Self::NotApplied { .. }
            | Self::WouldLoseData { .. } => 14,
            Self::Folder { .. }
            | Self::Symlink { .. }
            | Self::HardLinks { .. }
            | Self::NotAFile { .. }
            | Self::NetworkFilesystem { .. }
            | Self::NotADatabase { .. }
            | Self::Interrupted { .. }
            | Self::ReadOnly { .. }
            | Self::LockNotOurs { .. }
            | Self::ProjectName { .. }
            | Self::BackupUnusable { .. } => 18,
        }
    }

    /// The way out, where there is one.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Url { .. } => "examples: sqlite://board.db, postgres://user@localhost/app".to_owned(),
            Self::UrlFile { .. } => "the file holds one line, the URL".to_owned(),
            Self::SchemaName { .. } => {
                "use lower-case letters, digits and _, at most 63, no digit first, and no name of PostgreSQL's own \
                 (pg_..., information_schema)"
                    .to_owned()
            }
            Self::Folder { .. } => "name the file within it, such as sqlite://FOLDER/callboard.db".to_owned(),
            Self::Symlink { .. } => {
                "name the file itself: SQLite keeps its journal beside the name that it is given".to_owned()
            }
            Self::HardLinks { .. } => "remove the other names: each would have a journal of its own".to_owned(),
            Self::NotAFile { .. } | Self::NotADatabase { .. } => {
                "name a SQLite file, or one that does not exist yet".to_owned()
            }
            Self::NetworkFilesystem { .. } => {
                "SQLite's locks do not hold there: put the file on a local disk, or use PostgreSQL".to_owned()
            }
            Self::ReadOnly { path } => {
                format!("make the file and its folder writable, such as by chmod u+w {}", path.display())
            }
            Self::LockNotOurs { path } => {
                format!("it is empty: remove it while nobody migrates, or make it yours: chown $USER {}", path.display())
            }
            Self::NoFolder { path } => format!("create it first: mkdir -p {}", path.display()),
            Self::NoDatabase { .. } => "`migration up` makes it; or name another by --database-url".to_owned(),
            Self::Unreachable { .. } => {
                "check that the server runs and that host, port, user, password and database are right".to_owned()
            }
            Self::SqliteTooOld { .. } => {
                "SQLite before 3.51.3 can lose committed writes in WAL mode: build with the bundled SQLite".to_owned()
            }
            Self::LockBusy { .. } => "try again when it is done, or wait longer by --lock-timeout SECONDS".to_owned(),
            Self::TooNew { .. } => {
                "nothing was changed: install the newer version, or take the database down with the binary that took \
                 it up"
                    .to_owned()
            }
            Self::Checksum { .. } => {
                "a published migration was edited, or the database was made by another build: nothing was changed; \
                 use the build that applied it"
                    .to_owned()
            }
            Self::Gap { .. } => {
                "the database was migrated by a build with other migrations: nothing was changed; `migration down --to \
                 VERSION` with that build, then `up` with this one"
                    .to_owned()
            }
            Self::Clash { .. } => {
                "nothing was changed: use another database, on PostgreSQL another --schema, or rename those objects"
                    .to_owned()
            }
            Self::Interrupted { .. } => {
                "nothing was changed: SQLite undoes that write when the file is next opened for writing, such as by the \
                 application or `migration up`"
                    .to_owned()
            }
            Self::Damaged { .. } => "restore a backup; `migration verify` shows what is damaged".to_owned(),
            Self::Drift { fits: Some(version), .. } => {
                format!("nothing was changed: the tables are those of {version}; name it by --version")
            }
            Self::Drift { .. } => {
                "nothing was changed: make the tables equal to what is expected, or name another --version".to_owned()
            }
            Self::Unsound { .. } => {
                "nothing was changed: mend the rows that are named, then run it again".to_owned()
            }
            Self::Recorded { .. } => "nothing was changed: `migration verify` compares it, `migration up` takes it on".to_owned(),
            Self::NoTables { .. } => {
                "name another database, or on PostgreSQL another --schema; `migration up` makes a board there".to_owned()
            }
            Self::NotRecorded { .. } => {
                "`migration baseline` takes over tables that were made without us; or name another database, or --schema"
                    .to_owned()
            }
            Self::UnknownVersion { near, .. } if !near.is_empty() => format!("did you mean {}?", near.join(" or ")),
            Self::UnknownVersion { .. } => "`migration status` lists them all".to_owned(),
            Self::AmbiguousVersion { .. } => "name one of them in full".to_owned(),
            Self::NotApplied { .. } => "`migration status` shows what is".to_owned(),
            Self::WouldLoseData { .. } => {
                "nothing was changed: take a backup, then run it again with --yes-lose-data".to_owned()
            }
            Self::Failed { .. } | Self::BaselineFailed { .. } => "the database is as it was before; mend the cause and run it again".to_owned(),
            Self::Restored { .. } | Self::RestoreFailed { outcome: RestoreOutcome::PutBack, .. } => {
                "mend the cause and run it again".to_owned()
            }
            Self::RestoreFailed { outcome: RestoreOutcome::Unchanged, .. } => {
                "the database is as it was before; mend the cause and run it again".to_owned()
            }
            Self::NoBackupFolder { .. } => "name one by --backup-dir FOLDER".to_owned(),
            Self::NoSpace { .. } => "free some space; for one database --backup-dir names a folder on another disk".to_owned(),
            Self::BackupUnusable { .. } => "`migration backups` lists the others; nothing was changed".to_owned(),
            Self::UnknownBackup { near, .. } if !near.is_empty() => format!("did you mean {}?", near.join(" or ")),
            Self::UnknownBackup { .. } => "`migration backups` lists them; a file is named by its path".to_owned(),
            Self::OtherDatabase { .. } => {
                "nothing was changed: name the database that it is of; if this is meant, `migration restore FILE \
                 --any-source` does it for one database"
                    .to_owned()
            }
            Self::RestoreFailed { .. } | Self::NotRestored { .. } => {
                "do not use the database before it is checked; restore a backup".to_owned()
            }
            Self::NoClientPrograms { .. } => {
                "install them (Debian and Ubuntu: apt-get install postgresql-client; Fedora: dnf install postgresql; \
                 macOS: brew install libpq), or name their folder by PG_BIN; `up` and `down` go without a backup by \
                 --no-backup"
                    .to_owned()
            }
            Self::OldClientPrograms { server, .. } => format!(
                "install the client programs of PostgreSQL {server} or newer (Debian and Ubuntu: apt-get install \
                 postgresql-client-{server}), or name their folder by PG_BIN; `up` and `down` go without a backup by \
                 --no-backup"
            ),
            Self::NoPrivilege { grant, .. } => format!("nothing was changed: {grant}"),
            Self::Dependents { .. } => "nothing was changed: drop these, restore, and make them again".to_owned(),
            Self::NotAllOurs { .. } => {
                "nothing was changed: without --whole-database only the board's tables are replaced".to_owned()
            }
            Self::InUse { .. } => "nothing was changed: end those connections, and try again".to_owned(),
            Self::Pattern { .. } => "an example: 'projects/*/project.db'".to_owned(),
            Self::ProjectName { .. } => {
                "a name has letters, digits, . _ and -, at most 64, and begins with a letter or digit; it is what the \
                 pattern's * stands for"
                    .to_owned()
            }
            Self::NoMatch { .. } => {
                "`*` stands for the name of a project; give another by --pattern, or another --root".to_owned()
            }
            Self::UnknownProject { near, .. } | Self::UnknownRun { near, .. } if !near.is_empty() => {
                format!("did you mean {}?", near.join(" or "))
            }
            Self::UnknownProject { .. } => "`migration fleet status` lists them all".to_owned(),
            Self::UnknownRun { .. } => "a run's id was printed when it began; .callboard-fleet has one file a run".to_owned(),
            Self::NothingToResume { .. } => "run it without --resume: what is done already is left as it is".to_owned(),
            Self::Io { .. } | Self::Database { .. } | Self::ClientProgram { .. } => return None,
        };
        Some(hint)
    }

    /// How a run that ended with this error left the database, in one line.
    pub fn verdict(&self) -> String {
        let backup = |path: &Option<std::path::PathBuf>| match path {
            Some(path) => format!("The backup is {}.", path.display()),
            None => "There is no backup.".to_owned(),
        };
        match self {
            Self::Restored { backup, .. } => format!("Restored from the backup {}.", backup.display()),
            Self::NotRestored { backup: path, .. } => format!("NOT restored. {}", backup(path)),
            Self::RestoreFailed { outcome: RestoreOutcome::PutBack, overwritten, .. } => {
                format!("Restored to what it was. {}", backup(overwritten))
            }
            Self::RestoreFailed { outcome: RestoreOutcome::NotRestored, overwritten, .. } => {
                format!("NOT restored. {}", backup(overwritten))
            }
            _ => "Nothing was changed.".to_owned(),
        }
    }
}
