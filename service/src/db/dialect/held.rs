//! What keeps the database from clearing away old versions of rows: an old snapshot on PostgreSQL, a WAL that can't be
//! written back on SQLite.

use std::path::PathBuf;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};

use super::Dialect;

/// Pages that a WAL may have when all is well: twice those at which SQLite writes it back (`wal_autocheckpoint`), as many
/// as the connections cut it to (`journal_size_limit`).
const AT_REST: u64 = 2048;
/// Of the WAL's file: its header, and that of each page (sqlite.org/fileformat.html, 4.1 and 4.2).
const WAL_HEADER: u64 = 32;
const FRAME_HEADER: u64 = 24;

/// What holds old versions of rows in the database.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct HeldBack {
    /// PostgreSQL: the age of the oldest snapshot of another transaction in this database.
    pub seconds: f64,
    /// PostgreSQL: how many transactions of others have one, prepared ones included.
    pub holders: u64,
    /// SQLite: pages of the WAL above those that it has when all is well.
    pub pages: u64,
}

impl Dialect {
    /// What holds old versions of rows in the whole database now.
    ///
    /// PostgreSQL tells a role that is no member of `pg_read_all_stats` only of its own sessions' times. Of a
    /// replication slot nobody knows since when it holds its rows, so it is counted as a holder without an age.
    pub async fn held_back(self, conn: &DatabaseTransaction) -> Result<HeldBack, DbErr> {
        match self {
            Self::Sqlite => Ok(HeldBack { pages: self.wal_backlog(conn).await?, ..HeldBack::default() }),
            Self::Postgres => {
                let sql = "SELECT count(*) AS holders, coalesce(max(greatest(extract(epoch FROM \
                    (clock_timestamp() - since)), 0)), 0)::double precision AS seconds FROM (\
                    SELECT xact_start AS since FROM pg_stat_activity WHERE datname = current_database() \
                      AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL AND backend_type = 'client backend' \
                    UNION ALL SELECT prepared FROM pg_prepared_xacts WHERE database = current_database() \
                    UNION ALL SELECT NULL FROM pg_replication_slots WHERE xmin IS NOT NULL \
                      OR (catalog_xmin IS NOT NULL AND database = current_database())) AS held";
                let row = conn.query_one_raw(self.statement(sql, [])).await?;
                let Some(row) = row else { return Ok(HeldBack::default()) };
                let holders: i64 = row.try_get("", "holders")?;
                let seconds = row.try_get("", "seconds")?;
                Ok(HeldBack { seconds, holders: holders.unsigned_abs(), pages: 0 })
            }
        }
    }

    /// By the size of the file beside the board's, which SQLite cuts short (`journal_size_limit`) when it begins the log
    /// anew: once nobody reads what is in it any more.
    async fn wal_backlog(self, conn: &DatabaseTransaction) -> Result<u64, DbErr> {
        let sql = "SELECT d.file AS file, p.page_size AS page_size FROM pragma_database_list AS d, pragma_page_size AS p \
            WHERE d.name = 'main'";
        let Some(row) = conn.query_one_raw(self.statement(sql, [])).await? else { return Ok(0) };
        let (file, page): (String, i64) = (row.try_get("", "file")?, row.try_get("", "page_size")?);
        // No log is none that grows, whatever the reason.
        let size = std::fs::metadata(PathBuf::from(format!("{file}-wal"))).map_or(0, |meta| meta.len());
        let pages = size.saturating_sub(WAL_HEADER) / (page.unsigned_abs() + FRAME_HEADER);
        Ok(pages.saturating_sub(AT_REST))
    }
}
