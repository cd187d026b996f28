//! A dump of our tables by `pg_dump`, read again before it gets its name.

use std::collections::BTreeMap;
use std::path::Path;

use sea_orm::ConnectionTrait;
use tokio::fs::OpenOptions;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{ChildStdout, Command};

use super::programs::{Programs, Running, host};
use super::script::{Part, Script};
use super::{database, rights};
use crate::backup::manifest::{Backup, Reason, Source};
use crate::backup::sqlite::Contents;
use crate::backup::store::{Store, finish, open_plain};
use crate::backup::take::publish;
use crate::backup::{Settings, folder};
use crate::error::Error;
use crate::runner::{Event, Options, Patience, Place, failed, postgres_options, quoted};
use crate::target::{DatabaseUrl, Kind};

/// A backup to be taken of a state that nobody changes in the meantime.
pub(super) struct Dump<'a> {
    pub options: &'a Options,
    pub place: &'a Place,
    pub settings: &'a Settings,
    pub reason: Reason,
    /// What the state holds.
    pub contents: Contents,
    /// The name of the state; none when locks hold it.
    pub snapshot: Option<String>,
}

impl Dump<'_> {
    /// Takes it. `db` is a connection to the server, for its version.
    pub(super) async fn take(
        self,
        db: &impl ConnectionTrait,
        patience: &mut Patience,
        events: &mut (dyn FnMut(&Event) + Send),
    ) -> Result<Backup, Error> {
        let url = &self.options.url;
        let folder = folder(self.options)?;
        let programs = Programs::find(database::major(db).await?).await?;
        let store = Store::open(&folder, patience, events).await?;
        let (location, label) = location(url)?;
        let partial = store.begin(&label)?;
        events(&Event::BackingUp { folder: folder.clone() });
        let tables = self.contents.rows.keys().map(String::as_str);
        let rights = rights::read(db, &self.place.schema, tables.clone()).await?;
        let mut command = pg_dump(&programs, url, self.place, tables, self.snapshot.as_deref(), patience)?;
        command.arg("--format=custom");
        let (running, output) = Running::start("pg_dump", &mut command)?;
        write(output, &partial.path).await?;
        running.end(Some(url)).await.map_err(|e| busy(e, patience))?;
        verify(&partial.path, &self.place.schema, &self.contents.rows).await?;
        let schema = Some(self.place.schema.clone());
        let source = Source { location, schema, origin: self.contents.origin.clone() };
        let finished = finish(&partial.path)?;
        let backup = publish(
            partial,
            finished,
            Kind::Postgres,
            source,
            self.reason,
            self.settings,
            self.contents,
            Some(rights),
        )?;
        if let Some(keep) = self.settings.keep {
            store.prune(keep, &backup);
        }
        events(&Event::BackedUp { backup: Box::new(backup.clone()) });
        Ok(backup)
    }
}

/// `pg_dump` of these tables and nothing else. Its format is the caller's to choose.
pub(super) fn pg_dump<'t>(
    programs: &Programs,
    url: &DatabaseUrl,
    place: &Place,
    tables: impl Iterator<Item = &'t str>,
    snapshot: Option<&str>,
    patience: &Patience,
) -> Result<Command, Error> {
    let mut command = programs.connecting("pg_dump", url)?;
    // Whoever waits for an exclusive lock makes pg_dump wait too; and both would wait for us.
    let wait = patience.left().as_millis().clamp(1, 2_000_000_000);
    command.args(["--no-password", "--encoding=UTF8"]).arg(format!("--lock-wait-timeout={wait}"));
    command.args(snapshot.map(|s| format!("--snapshot={s}")));
    command.args(tables.map(|t| format!("--table={}.{}", quoted(&place.schema), quoted(t))));
    Ok(command)
}

/// A wait of `pg_dump`'s that was too long, as what it is.
pub(super) fn busy(error: Error, patience: &Patience) -> Error {
    match &error {
        Error::ClientProgram { reason, .. } if reason.contains("lock timeout") => {
            patience.gave_up("the board's tables")
        }
        _ => error,
    }
}

/// How a manifest names the database, and the database's own name.
pub(in crate::backup) fn location(url: &DatabaseUrl) -> Result<(String, String), Error> {
    let options = postgres_options(url)?;
    let database = options.get_database().unwrap_or(options.get_username()).to_owned();
    Ok((format!("postgres://{}:{}/{database}", host(&options), options.get_port()), database))
}

/// The program writes into a pipe and not into the file: when this process is killed, so is the pipe.
async fn write(mut output: ChildStdout, path: &Path) -> Result<(), Error> {
    let mut file = OpenOptions::new().write(true).open(path).await.map_err(|e| failed(path, &e))?;
    let mut written = 0;
    let mut buffer = vec![0_u8; 64 << 10];
    loop {
        let n = output.read(&mut buffer).await.map_err(|e| failed(path, &e))?;
        if n == 0 {
            break;
        }
        file.write_all(&buffer[..n]).await.map_err(|e| full(path, &e, written + n as u64))?;
        written += n as u64;
    }
    file.flush().await.map_err(|e| full(path, &e, written))
}

fn full(path: &Path, e: &std::io::Error, needed: u64) -> Error {
    let folder = path.parent().unwrap_or(path);
    match rustix::fs::statvfs(folder) {
        Ok(room) if e.kind() == std::io::ErrorKind::StorageFull => {
            Error::NoSpace { path: folder.to_owned(), needed, free: room.f_bavail.saturating_mul(room.f_frsize) }
        }
        _ => failed(path, e),
    }
}

/// Reads a dump to its end: it holds the rows of these tables, each as many, and nothing that could not be restored.
pub(super) async fn verify(path: &Path, schema: &str, rows: &BTreeMap<String, u64>) -> Result<(), Error> {
    let unusable = |reason: String| Error::BackupUnusable { path: path.to_owned(), reason };
    let programs = Programs::find(0).await?;
    let (running, output) = Running::start("pg_restore", &mut programs.reading(open_plain(path)?))?;
    let mut script = Script::new(output, schema, rows.keys().cloned().collect());
    let counted = count(&mut script).await.map_err(unusable);
    let found = running.end_read(counted, script.is_at_end(), None).await.map_err(|e| match e {
        Error::BackupUnusable { .. } => e,
        e => unusable(e.to_string()),
    })?;
    for table in rows.keys().chain(found.keys()) {
        let (a, b) = (rows.get(table), found.get(table));
        if a != b {
            let word = |n: Option<&u64>| n.map_or_else(|| "no table".to_owned(), |n| format!("{n} rows"));
            return Err(unusable(format!("{table} has {} where {} are expected", word(b), word(a))));
        }
    }
    Ok(())
}

async fn count(script: &mut Script<ChildStdout>) -> Result<BTreeMap<String, u64>, String> {
    let mut piece = Vec::new();
    let mut found = BTreeMap::new();
    while let Some(part) = script.next().await? {
        if let Part::Rows { table, .. } = part {
            let mut rows = 0;
            while let Some(n) = script.rows(&mut piece).await? {
                rows += n;
            }
            found.insert(table, rows);
        }
    }
    Ok(found)
}
