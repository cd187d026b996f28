//! The arguments that all verbs on a database share.

use std::path::PathBuf;
use std::time::Duration;

use callboard_migration::Error;
use callboard_migration::runner::Options;
use callboard_migration::target::{Sources, locate, schema_name};

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

    /// The PostgreSQL schema of the tables, made when it is missing; SQLite has none [default: public]
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
        let environment = std::env::var("DATABASE_URL").ok();
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
        Ok(Options { url: located.url, schema, lock_timeout: Duration::from_secs(self.lock_timeout) })
    }
}
