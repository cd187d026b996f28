//! The arguments that all verbs on a database share.

use std::path::PathBuf;
use std::time::Duration;

use callboard_migration::Error;
use callboard_migration::backup::{Keep, state_folder};
use callboard_migration::runner::Options;
use callboard_migration::target::{Sources, locate, schema_name};
use clap::builder::TypedValueParser;

use super::screen;

/// Which database, and how to answer.
#[derive(Debug, clap::Args)]
pub struct Target {
    /// The database: sqlite://PATH or postgres://USER@HOST/DATABASE [env: DATABASE_URL]
    ///
    /// A password here can be seen by every user of the machine: use DATABASE_URL or --database-url-file for one.
    #[arg(long, value_name = "URL", conflicts_with = "database_url_file")]
    database_url: Option<String>,

    /// A file that holds the URL in one line
    #[arg(long, value_name = "FILE")]
    database_url_file: Option<PathBuf>,

    /// The PostgreSQL schema of the tables, which `up` makes when it is missing; SQLite has none [default: public]
    #[arg(long, value_name = "NAME", env = "CALLBOARD_SCHEMA", hide_env_values = true)]
    schema: Option<String>,

    /// How many seconds to wait for another process that migrates or writes
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(0..=86_400))]
    lock_timeout: u64,

    /// Print one JSON object a line: the events, then a summary
    #[arg(long)]
    pub json: bool,
}

impl Target {
    /// Finds the database, and warns of a password that others can see.
    pub fn options(&self) -> Result<Options, Error> {
        let folder =
            std::env::current_dir().map_err(|e| Error::Io { path: PathBuf::from("."), reason: e.to_string() })?;
        let environment = std::env::var_os("DATABASE_URL");
        let located = locate(&Sources {
            flag: self.database_url.as_deref(),
            file: self.database_url_file.as_deref(),
            environment: environment.as_deref(),
            folder: &folder,
        })?;
        if let Some(warning) = &located.warning {
            screen::warn(warning);
        }
        let schema = self.schema.as_deref().filter(|s| !s.is_empty()).map(schema_name).transpose()?;
        let mut options = Options::new(located.url);
        if options.url.sqlite_path().is_none() {
            options.backups.folder = state_folder(std::env::var_os("XDG_STATE_HOME"), std::env::var_os("HOME"));
        }
        Ok(Options { schema, lock_timeout: Duration::from_secs(self.lock_timeout), ..options })
    }
}

/// Where backups are.
#[derive(Debug, clap::Args)]
pub struct BackupFolder {
    /// The folder of the backups [default: FILE.backups beside a SQLite file, ~/.local/state/callboard/backups for
    /// PostgreSQL]
    #[arg(long, value_name = "FOLDER", env = "CALLBOARD_BACKUP_DIR")]
    backup_dir: Option<PathBuf>,
}

impl BackupFolder {
    /// Puts it into the options.
    pub fn apply(&self, options: &mut Options) {
        if let Some(folder) = &self.backup_dir {
            options.backups.folder = Some(folder.clone());
        }
    }
}

/// Where backups go, and which of the older ones stay.
#[derive(Debug, clap::Args)]
pub struct Backups {
    #[command(flatten)]
    folder: BackupFolder,

    /// Keep so many of the newest backups of this database, and ...
    #[arg(long, value_name = "N", default_value_t = Keep::default().newest, value_parser = clap::value_parser!(u64).range(1..=100_000).map(|n| usize::try_from(n).unwrap_or(usize::MAX)))]
    keep: usize,

    /// ... all that are younger than so many days; older ones are removed when a new one was taken
    #[arg(long, value_name = "DAYS", default_value_t = Keep::default().days, value_parser = clap::value_parser!(u32).range(0..=36_500))]
    keep_days: u32,
}

impl Backups {
    /// Puts them into the options.
    pub fn apply(&self, options: &mut Options) {
        self.folder.apply(options);
        options.backups.keep = Some(Keep { newest: self.keep, days: self.keep_days });
    }
}

/// The backup that precedes a change.
#[derive(Debug, clap::Args)]
pub struct Protection {
    #[command(flatten)]
    backups: Backups,

    /// Take no backup first: a failure after COMMIT can then not be undone
    #[arg(long)]
    no_backup: bool,
}

impl Protection {
    /// Puts it into the options.
    pub fn apply(&self, options: &mut Options) {
        self.backups.apply(options);
        options.backups.before_changes = !self.no_backup;
    }
}
