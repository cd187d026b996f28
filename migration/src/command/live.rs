//! The arguments of verbs that read a schema: from a live database if one is named, else from one made for it.

use std::path::PathBuf;
use std::time::Duration;

use callboard_migration::Error;
use callboard_migration::runner::{Options, Status};
use callboard_migration::target::{Sources, locate, schema_name};

use super::screen;

/// A live database, if one is meant: no environment variable chooses it.
#[derive(Debug, clap::Args)]
pub struct Live {
    /// A live, migrated database, which is only read: sqlite://PATH or postgres://USER@HOST/DATABASE
    ///
    /// A password here can be seen by every user of the machine: use --database-url-file for one.
    #[arg(long, value_name = "URL", conflicts_with = "database_url_file")]
    database_url: Option<String>,

    /// A file that holds the URL in one line
    #[arg(long, value_name = "FILE")]
    database_url_file: Option<PathBuf>,

    /// The PostgreSQL schema of the tables [default: public]
    #[arg(long, value_name = "NAME", env = "CALLBOARD_SCHEMA", hide_env_values = true)]
    schema: Option<String>,

    /// How many seconds to wait for another process that writes
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(0..=86_400))]
    lock_timeout: u64,

    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

impl Live {
    /// The database that is named, with a warning of a password that others can see; none if none is.
    pub fn named(&self) -> Result<Option<Options>, Error> {
        if self.database_url.is_none() && self.database_url_file.is_none() {
            return Ok(None);
        }
        self.locate(&Sources {
            flag: self.database_url.as_deref(),
            file: self.database_url_file.as_deref(),
            environment: None,
            folder: &PathBuf::new(),
        })
        .map(Some)
    }

    /// The database that `up` and `status` would find where none is named.
    pub fn found(&self) -> Result<Options, Error> {
        let folder =
            std::env::current_dir().map_err(|e| Error::Io { path: PathBuf::from("."), reason: e.to_string() })?;
        let environment = std::env::var_os("DATABASE_URL");
        self.locate(&Sources { flag: None, file: None, environment: environment.as_deref(), folder: &folder })
    }

    fn locate(&self, sources: &Sources) -> Result<Options, Error> {
        let located = locate(sources)?;
        if let Some(warning) = &located.warning {
            screen::warn(warning);
        }
        let schema = self.schema.as_deref().filter(|s| !s.is_empty()).map(schema_name).transpose()?;
        let lock_timeout = Duration::from_secs(self.lock_timeout);
        Ok(Options { schema, lock_timeout, ..Options::new(located.url) })
    }
}

/// Says where a live schema is not the newest.
pub fn warn_of(status: &Status, options: &Options) {
    if let Some(refusal) = &status.refusal {
        screen::warn(&refusal.to_string());
    }
    if !status.pending.is_empty() {
        screen::warn(&format!("{} is not at the newest version: `migration up` takes it there", options.url));
    }
}
