//! One database of each kind a process, migrated by the product's own runner; tests get copies.

use std::path::PathBuf;
use std::sync::OnceLock;

use callboard_migration::runner::{self, Goal, Options};

use crate::database::{Kind, sqlite_url};
use crate::{large, scratch, server};

static SQLITE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
static POSTGRES: OnceLock<Result<String, String>> = OnceLock::new();

static LARGE_SQLITE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
static LARGE_POSTGRES: OnceLock<Result<String, String>> = OnceLock::new();

/// The path of a file with a large board, which nobody has open.
pub(crate) fn large_sqlite() -> Result<PathBuf, String> {
    let make = || {
        let file = scratch::root().join("large.db");
        std::fs::copy(sqlite()?, &file).map_err(|error| format!("copy the template: {error}"))?;
        server::block_on(large::fill(Kind::Sqlite, &sqlite_url(&file)))?;
        Ok(file)
    };
    LARGE_SQLITE.get_or_init(make).clone()
}

/// The name of a database with a large board, to which nobody is connected.
pub(crate) fn large_postgres() -> Result<&'static str, String> {
    let make = || {
        let name = server::create_database(postgres()?)?;
        server::block_on(large::fill(Kind::Postgres, &server::get()?.url(&name)))?;
        Ok(name)
    };
    LARGE_POSTGRES.get_or_init(make).as_deref().map_err(Clone::clone)
}

/// The path of a migrated file that nobody has open.
pub(crate) fn sqlite() -> Result<PathBuf, String> {
    let make = || {
        let file = scratch::root().join("template.db");
        migrate(&sqlite_url(&file))?;
        let wal = file.with_file_name("template.db-wal");
        if wal.exists() { Err(format!("{} still holds changes", wal.display())) } else { Ok(file) }
    };
    SQLITE.get_or_init(make).clone()
}

/// The name of a migrated database that nobody is connected to.
pub(crate) fn postgres() -> Result<&'static str, String> {
    let make = || {
        let name = server::create_database("template1")?;
        migrate(&server::get()?.url(&name))?;
        Ok(name)
    };
    POSTGRES.get_or_init(make).as_deref().map_err(Clone::clone)
}

fn migrate(url: &str) -> Result<(), String> {
    let url = url.parse().map_err(|error| format!("cannot parse the template's URL: {error}"))?;
    let migrated = server::block_on(runner::up(&Options::new(url), Goal::Latest, &mut |_| {}));
    migrated.map(|_| ()).map_err(|error| format!("cannot migrate the template: {error}"))
}
