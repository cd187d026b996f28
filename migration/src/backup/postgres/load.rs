//! Runs the SQL of a dump over our own connection, in a schema of our choice.

use std::collections::BTreeSet;
use std::path::Path;

use sea_orm::{ConnectionTrait, DatabaseConnection};
use tokio::io::AsyncRead;

use super::programs::{Programs, Running};
use super::script::{Part, Script};
use super::tokens;
use crate::backup::manifest::Backup;
use crate::backup::store::open_plain;
use crate::error::Error;
use crate::runner::quoted;

/// Where a dump goes.
pub(super) struct Load<'a> {
    /// A pool of one connection, so that a transaction that is open on it is the one that is loaded into.
    pub db: &'a DatabaseConnection,
    /// The schema in the dump, and the schema that its tables get.
    pub from: &'a str,
    pub to: &'a str,
    /// The tables in the dump.
    pub tables: BTreeSet<String>,
    /// Leaves out triggers and policies: they can need functions and roles of others.
    pub tables_only: bool,
}

impl Load<'_> {
    /// Loads a dump that was checked.
    pub(super) async fn backup(mut self, programs: &Programs, backup: &Backup) -> Result<(), Error> {
        let (running, output) = Running::start("pg_restore", &mut programs.reading(open_plain(&backup.path)?))?;
        let loaded = self.script(output, &backup.path).await;
        match (running.end(None).await, loaded) {
            (Err(Error::ClientProgram { reason, .. }), _) => {
                Err(Error::BackupUnusable { path: backup.path.clone(), reason })
            }
            (ended, loaded) => loaded.and(ended),
        }
    }

    /// Loads what a program writes. `path` is what the script is of, for errors.
    pub(super) async fn script(&mut self, input: impl AsyncRead + Unpin, path: &Path) -> Result<(), Error> {
        let unusable = |reason: String| Error::BackupUnusable { path: path.to_owned(), reason };
        let mut script = Script::new(input);
        while let Some(part) = script.next().await.map_err(unusable)? {
            match part {
                Part::Statement(sql) => self.statement(&sql).await?,
                Part::Rows { statement, schema, table } => {
                    if schema != self.from || !self.tables.contains(&table) {
                        return Err(unusable(format!(
                            "it holds the table {schema}.{table}, which its manifest does not"
                        )));
                    }
                    self.rows(&mut script, &statement, &table).await.map_err(|e| match e {
                        Error::BackupUnusable { reason, .. } => unusable(reason),
                        other => other,
                    })?;
                }
            }
        }
        Ok(())
    }

    async fn statement(&mut self, sql: &str) -> Result<(), Error> {
        let foreign = ["CREATE TRIGGER", "CREATE CONSTRAINT TRIGGER", "CREATE POLICY", "COMMENT"];
        if self.tables_only && foreign.iter().any(|f| sql.starts_with(f)) {
            return Ok(());
        }
        self.tables.extend(tokens::made(sql));
        let sql = tokens::retarget(sql, self.from, self.to, &self.tables);
        self.db.execute_unprepared(&sql).await.map(drop).map_err(|e| Error::database("loading the backup", &e))
    }

    async fn rows<R: AsyncRead + Unpin>(
        &self,
        script: &mut Script<R>,
        statement: &str,
        table: &str,
    ) -> Result<(), Error> {
        let failed = |e: sea_orm::sqlx::Error| Error::Database {
            doing: "loading the backup",
            reason: format!("{}: {e}", quoted(table)),
        };
        let unusable = |reason: String| Error::BackupUnusable { path: Path::new("").to_owned(), reason };
        let sql = tokens::retarget(statement, self.from, self.to, &self.tables);
        let mut connection = self.db.get_postgres_connection_pool().acquire().await.map_err(failed)?;
        let mut copy = connection.copy_in_raw(sql.trim_end_matches(';')).await.map_err(failed)?;
        let mut piece = Vec::new();
        let mut sent = 0;
        while let Some(n) = script.rows(&mut piece).await.map_err(unusable)? {
            copy.send(piece.as_slice()).await.map_err(failed)?;
            sent += n;
        }
        let taken = copy.finish().await.map_err(failed)?;
        if taken == sent { Ok(()) } else { Err(unusable(format!("{table} took {taken} of {sent} rows"))) }
    }
}
