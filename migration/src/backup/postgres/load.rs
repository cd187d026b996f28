//! Runs the SQL of a dump over our own connection, in a schema of our choice.

use std::collections::BTreeSet;
use std::path::Path;

use sea_orm::{ConnectionTrait, DatabaseConnection};
use tokio::io::AsyncRead;

use super::programs::{Programs, Running};
use super::scope::What;
use super::script::{Part, Script};
use super::things::{acting, in_full};
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
    /// What the tables may use of others, by schema and name; none trusts the dump: we just took it.
    pub used: Option<BTreeSet<String>>,
    /// Leaves out triggers and policies: they can need functions and roles of others.
    pub tables_only: bool,
}

impl Load<'_> {
    /// Loads a dump that was checked; the tables for which it has rules, which are left out.
    pub(super) async fn backup(&self, programs: &Programs, backup: &Backup) -> Result<BTreeSet<String>, Error> {
        let (running, output) = Running::start("pg_restore", &mut programs.reading(open_plain(&backup.path)?))?;
        let mut script = Script::new(output, self.from, self.tables.clone());
        let loaded = in_full(self.db, self.script(&mut script, &backup.path)).await;
        running.end_read(loaded, script.is_at_end(), None).await.map_err(|e| match e {
            Error::ClientProgram { reason, .. } => Error::BackupUnusable { path: backup.path.clone(), reason },
            other => other,
        })
    }

    /// Loads what a program writes. `path` is what the script is of, for errors.
    pub(super) async fn script<R: AsyncRead + Unpin>(
        &self,
        script: &mut Script<R>,
        path: &Path,
    ) -> Result<BTreeSet<String>, Error> {
        let unusable = |reason: String| Error::BackupUnusable { path: path.to_owned(), reason };
        let (mut rules, mut harmless) = (BTreeSet::new(), BTreeSet::new());
        while let Some(part) = script.next().await.map_err(unusable)? {
            match part {
                Part::Statement { what: What::Rule { table }, .. } => drop(rules.insert(table)),
                Part::Statement { what: What::Neighbours, .. } if self.tables_only => {}
                Part::Statement { statement, what } => {
                    if let (Some(used), What::Makes { foreign, words }) = (&self.used, what) {
                        let new: BTreeSet<String> = words.difference(&harmless).cloned().collect();
                        let acting = if new.is_empty() { Vec::new() } else { acting(self.db, &new).await? };
                        let wrong: Vec<String> = foreign.difference(used).cloned().chain(acting).collect();
                        if !wrong.is_empty() {
                            let start: String = statement.chars().take(120).collect();
                            let what = wrong.join(", ");
                            return Err(unusable(format!(
                                "it uses {what}, which no table of the board uses now ({start}); if you trust it, \
                                 pg_restore reads it, too"
                            )));
                        }
                        harmless.extend(new);
                    }
                    self.statement(&statement, script.scope().names()).await?;
                }
                Part::Rows { statement, table } => {
                    self.rows(script, &statement, &table).await.map_err(|e| match e {
                        Error::BackupUnusable { reason, .. } => unusable(reason),
                        other => other,
                    })?;
                }
            }
        }
        Ok(rules)
    }

    async fn statement(&self, sql: &str, names: &BTreeSet<String>) -> Result<(), Error> {
        let sql = tokens::retarget(sql, self.from, self.to, names);
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
        let sql = tokens::retarget(statement, self.from, self.to, script.scope().names());
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
