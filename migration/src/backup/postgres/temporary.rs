//! Databases that are made for a while: dropped however a run ends, and those of killed runs by a later one.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sea_orm::DatabaseConnection;
use sea_orm::sqlx::postgres::PgConnection;
use sea_orm::sqlx::{self, Connection as _};

use super::database::{create, drop_database, lines, random};
use crate::error::Error;
use crate::runner::{open_postgres, postgres_options};
use crate::target::DatabaseUrl;

/// One older than this, to which nobody is connected, was left by a killed run.
const LEFT_BEHIND: Duration = Duration::from_secs(60 * 60);
/// How long the dropping may hold up the end of a run that was cancelled.
const LAST_MOMENT: Duration = Duration::from_secs(5);

/// A database `<prefix><seconds since 1970>_<random>`, both in hexadecimal. It is dropped by [`Temporary::close`], else
/// when the value is dropped.
#[derive(Debug)]
pub(super) struct Temporary {
    pub name: String,
    pub url: DatabaseUrl,
    /// The database from which it is dropped.
    beside: DatabaseUrl,
    /// Shows other runs that it is in use.
    held: Option<PgConnection>,
    open: bool,
}

impl Temporary {
    /// Sweeps those that were left behind, and makes one with the encoding and the locale of the database that `db` is
    /// connected to; `beside` is another one of the same server.
    pub(super) async fn create(db: &DatabaseConnection, prefix: &str, beside: &DatabaseUrl) -> Result<Self, Error> {
        sweep(db, prefix).await?;
        let name = format!("{prefix}{:08x}_{}", seconds(), random());
        let url = beside.with_database(&name);
        // From here on it is dropped however this ends.
        let mut made = Self { name, url, beside: beside.clone(), held: None, open: true };
        create(db, &made.name).await?;
        let refused = |e: sqlx::Error| Error::Unreachable { target: made.url.to_string(), reason: e.to_string() };
        made.held = Some(PgConnection::connect_with(&postgres_options(&made.url)?).await.map_err(refused)?);
        Ok(made)
    }

    /// Ends the connection that holds it, so that it can be renamed; it is still dropped at the end.
    pub(super) async fn let_go(&mut self) {
        if let Some(held) = self.held.take() {
            // The server sees the end of it in any case.
            let _ = held.close().await;
        }
    }

    /// Leaves it: it has another name now.
    pub(super) fn keep(mut self) {
        self.open = false;
    }

    /// Drops the database.
    ///
    /// # Errors
    /// The server refuses or is gone; it is then dropped by the next use that comes an hour later or more.
    pub(super) async fn close(mut self) -> Result<(), Error> {
        self.let_go().await;
        self.open = false;
        dropped(&self.beside, &self.name).await
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.open {
            return;
        }
        let (url, name) = (self.beside.clone(), self.name.clone());
        // The runtime that is about to end can't be asked any more.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if let Ok(runtime) = runtime {
                let _ = runtime.block_on(async { tokio::time::timeout(LAST_MOMENT, dropped(&url, &name)).await });
            }
        });
        let _ = thread.join();
    }
}

async fn dropped(url: &DatabaseUrl, name: &str) -> Result<(), Error> {
    let db = open_postgres(url).await?;
    let dropped = drop_database(&db, name).await;
    let _ = db.close().await;
    dropped
}

/// Drops what killed runs left, where that is allowed.
async fn sweep(db: &DatabaseConnection, prefix: &str) -> Result<(), Error> {
    let sql = format!(
        "SELECT datname::text AS line FROM pg_database AS d WHERE datname LIKE '{}%' AND pg_has_role(datdba, 'MEMBER') \
         AND NOT EXISTS (SELECT 1 FROM pg_stat_activity AS a WHERE a.datid = d.oid)",
        prefix.replace('_', "\\_")
    );
    for name in lines(db, &sql).await? {
        if made_at(&name, prefix).is_some_and(|made| made + LEFT_BEHIND.as_secs() < seconds()) {
            // Another run may be dropping it too.
            let _ = drop_database(db, &name).await;
        }
    }
    Ok(())
}

fn made_at(name: &str, prefix: &str) -> Option<u64> {
    let (made, random) = name.strip_prefix(prefix)?.split_once('_')?;
    let ours = made.len() == 8 && random.len() == 12 && u64::from_str_radix(random, 16).is_ok();
    u64::from_str_radix(made, 16).ok().filter(|_| ours)
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
