//! Puts a dump back: loaded and checked in a schema at the side, then swapped in, all in one transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DatabaseConnection};

use super::contents::{History, contents, history, refuse_newer};
use super::database::{random, text};
use super::dump::{Dump, location};
use super::load::Load;
use super::neighbours::{refuse_dependents, refuse_without_create};
use super::programs::Programs;
use super::{Events, database, ours, rights, things, whole};
use crate::backup::check::{check, expected, stamp};
use crate::backup::manifest::{Backup, Reason, Source};
use crate::backup::restore::{Careful, Restored};
use crate::backup::sqlite::{Contents, difference, origin};
use crate::backup::{Settings, folder};
use crate::error::{Error, RestoreOutcome};
use crate::runner::{
    Alone, Event, HISTORY_TABLE, Options, Patience, Place, Session, has_schema, postgres_tables, quoted,
};
use crate::target::Kind;

/// How long a backend whose client is gone may go on.
pub(super) const AT_WORK: Duration = Duration::from_secs(10);

/// Puts a backup back in place of our tables. Others may have the database open: they read on until the swap, and
/// writers wait.
///
/// `known` are the tables of a run that failed, which are ours whatever they look like now.
pub(in crate::backup) async fn restore(
    options: &Options,
    backup: &Backup,
    careful: Careful,
    known: Option<&BTreeSet<String>>,
    patience: &mut Patience,
    events: Events<'_>,
) -> Result<Restored, Error> {
    let since = Instant::now();
    let outcome = async {
        events(&Event::Checking { path: backup.path.clone() });
        let before = stamp(&backup.path);
        check(backup).await?;
        let ours = known.cloned().unwrap_or_else(ours);
        refuse_unknown(backup, &ours)?;
        if careful.whole_database {
            return whole::restore(options, backup, careful, patience, events).await;
        }
        let place = Place::new(Kind::Postgres, options.schema.as_deref())?;
        let mut session = Session::open(options, false, events).await?;
        let how = if known.is_some() { History::Lenient } else { History::Strict };
        let work =
            Swap { options, backup, place, ours, how, careful, before, begun: None, saved: None, notes: Vec::new() };
        let outcome = work.run(&mut session, events).await;
        session.close().await;
        outcome
    };
    outcome.await.map_err(|e| e.finished(&options.url, since))
}

/// Refuses a manifest that names tables which this build does not make: it would replace somebody else's.
fn refuse_unknown(backup: &Backup, ours: &BTreeSet<String>) -> Result<(), Error> {
    match backup.manifest.rows.keys().find(|t| !ours.contains(*t)) {
        None => Ok(()),
        Some(table) => {
            let reason = format!("it holds the table {table}, which this version of Callboard does not know");
            Err(Error::BackupUnusable { path: backup.path.clone(), reason })
        }
    }
}

struct Swap<'a> {
    options: &'a Options,
    backup: &'a Backup,
    place: Place,
    ours: BTreeSet<String>,
    how: History,
    careful: Careful,
    /// The backup's file when its check began.
    before: Option<(u64, u64, i64, i64, i64)>,
    /// What was there, once nothing is refused any more, and the number of the transaction.
    begun: Option<(Contents, String)>,
    saved: Option<Backup>,
    /// What could not be put back as it was.
    notes: Vec<String>,
}

impl Swap<'_> {
    async fn run(mut self, session: &mut Session, events: Events<'_>) -> Result<Restored, Error> {
        // What `up` or `down` puts back is put back under the lock of that run.
        let alone = if self.how == History::Strict { Alone::Become } else { Alone::Is };
        session.begin_by_hand(alone, events).await?;
        let mut patience = *session.patience();
        let db = session.connection();
        let outcome = self.inside(db, &mut patience, events).await;
        if outcome.is_err() {
            // Without the transaction there is nothing to roll back; what is there is read below.
            let _ = db.execute_unprepared("ROLLBACK").await;
        }
        self.conclude(db, outcome.err()).await?;
        if !self.notes.is_empty() {
            events(&Event::NotGiven { notes: std::mem::take(&mut self.notes) });
        }
        events(&Event::Restored { backup: Box::new(self.backup.clone()) });
        Ok(Restored { backup: self.backup.clone(), overwritten: self.saved, moved: None, renamed: None })
    }

    async fn inside(
        &mut self,
        db: &DatabaseConnection,
        patience: &mut Patience,
        events: Events<'_>,
    ) -> Result<(), Error> {
        refuse_without_create(db).await?;
        let id = text(db, "SELECT txid_current()::text").await?;
        let programs = Programs::find(database::major(db).await?).await?;
        let live = self.look(db).await?;
        let was_there = contents(db, &self.place, &live, self.how).await?;
        self.begun = Some((was_there.clone(), id.clone()));
        if !live.is_empty() {
            // Nothing is pruned while something is being restored.
            let settings = &Settings { keep: None, ..self.options.backups.clone() };
            let (options, place, reason) = (self.options, &self.place, Reason::Restore);
            let dump = Dump { options, place, settings, reason, contents: was_there, snapshot: None };
            self.saved = Some(dump.take(db, patience, events).await?);
        } else {
            folder(self.options)?;
        }
        let side = format!("callboard_restore_{}", random());
        run(db, &format!("{} CREATE SCHEMA {}", guard(&id), quoted(&side))).await?;
        let from = self.backup.manifest.source.schema.clone().unwrap_or_default();
        let tables: BTreeSet<String> = self.backup.manifest.rows.keys().cloned().collect();
        let used = Some(things::used(db, &self.place.schema, &self.ours).await?);
        let load = Load { db, from: &from, to: &side, tables: tables.clone(), used, tables_only: false };
        let rules = load.backup(&programs, self.backup).await?;
        self.refuse_changed()?;
        let aside = Place { schema: side.clone(), ..self.place.clone() };
        self.compare(db, &id, &contents(db, &aside, &tables, History::Lenient).await?).await?;
        events(&Event::Restoring { backup: Box::new(self.backup.clone()) });
        let begin = format!("{} SET LOCAL lock_timeout = {}", guard(&id), patience.left().as_millis().max(1));
        let there = has_schema(db, &self.place).await.map_err(|e| Error::database("reading the catalogue", &e))?;
        let swap = self.swap(&live, &tables, &side, there);
        let again = things::in_full(db, self.neighbours(db, &live, &side, &tables)).await?;
        // What is there keeps the rights that it has now; what is not gets those that it had.
        let mut wanted = self.backup.manifest.rights.clone().unwrap_or_default();
        wanted.tables.extend(rights::read(db, &self.place.schema, live.iter().map(String::as_str)).await?.tables);
        let given = rights::giving(db, &wanted, &side, &self.place.schema, &tables, !there).await?;
        self.notes = given.notes;
        let left_out = |t: &String| format!("the rules of table {t} are not restored: none is taken from a file");
        self.notes.extend(rules.difference(&live).map(left_out));
        // In one go: outside of the transaction, such as after a lost connection, none of it happens.
        run(db, &[vec![begin], swap, again, given.statements].concat().join(";\n")).await?;
        self.compare(db, &id, &contents(db, &self.place, &self.ours, History::Lenient).await?).await?;
        // A COMMIT on a connection that the pool made anew would succeed, and commit nothing.
        run(db, &format!("{} COMMIT", guard(&id))).await
    }

    /// Refuses what neighbours made on our tables since the backup; the statements that make again what is in no backup.
    /// After a run that failed nothing was made since: it held its locks.
    async fn neighbours(
        &self,
        db: &DatabaseConnection,
        live: &BTreeSet<String>,
        side: &str,
        tables: &BTreeSet<String>,
    ) -> Result<Vec<String>, Error> {
        let names = things::would_go(db, &self.place.schema, live, side, tables).await?;
        if self.how == History::Strict && !names.is_empty() {
            return Err(Error::Dependents { names });
        }
        let kept: BTreeSet<String> = live.intersection(tables).cloned().collect();
        things::again(db, &self.place.schema, &kept).await
    }

    /// Finds our tables and locks them; refuses what is another database's, or others'.
    async fn look(&self, db: &DatabaseConnection) -> Result<BTreeSet<String>, Error> {
        let history = history(db, &self.place, self.how).await?;
        let (location, _) = location(&self.options.url)?;
        let schema = Some(self.place.schema.clone());
        let live = Source { location, schema, origin: origin(&history) };
        let strict = self.how == History::Strict;
        if strict && !self.careful.any_source && !self.backup.manifest.source.is_same(&live) {
            let of = self.backup.manifest.source.location.clone();
            return Err(Error::OtherDatabase { path: self.backup.path.clone(), of });
        }
        let present: BTreeSet<String> = postgres_tables(db, &self.place, &self.ours).await?.into_iter().collect();
        if strict {
            refuse_newer(&history)?;
            // What no applied migration made has our name, but is not ours.
            let steps = crate::known();
            let applied = steps.iter().filter(|s| history.iter().any(|a| a.version == s.version()));
            let made: BTreeSet<String> = applied.flat_map(|s| s.footprint(Kind::Postgres).tables.clone()).collect();
            let others = present.iter().filter(|t| !made.contains(*t) && *t != HISTORY_TABLE);
            let names: Vec<String> = others.map(|t| format!("table {t}")).collect();
            if !names.is_empty() {
                return Err(Error::Clash { names, shapes: BTreeMap::new() });
            }
        }
        if !present.is_empty() {
            let list: Vec<String> = present.iter().map(|t| self.name(t)).collect();
            run(db, &format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", list.join(", "))).await?;
        }
        refuse_dependents(db, &self.place, &present).await?;
        Ok(present)
    }

    /// The statements that put the tables at the side into the place of those that are there.
    fn swap(&self, live: &BTreeSet<String>, tables: &BTreeSet<String>, side: &str, there: bool) -> Vec<String> {
        let mut sql = Vec::new();
        if !there {
            sql.push(format!("CREATE SCHEMA {}", quoted(&self.place.schema)));
        }
        if !live.is_empty() {
            let list: Vec<String> = live.iter().map(|t| self.name(t)).collect();
            sql.push(format!("DROP TABLE {} RESTRICT", list.join(", ")));
        }
        let to = quoted(&self.place.schema);
        sql.extend(tables.iter().map(|t| format!("ALTER TABLE {}.{} SET SCHEMA {to}", quoted(side), quoted(t))));
        sql.push(format!("DROP SCHEMA {} RESTRICT", quoted(side)));
        sql
    }

    /// After COMMIT, before which rows and schema were compared: both can be others' by now, such as an index that an
    /// application missed. The history can't be, and no table can be missing.
    async fn settle(&self, db: &DatabaseConnection) -> Result<(), Error> {
        let not_restored = |reason: String| self.failed(reason, RestoreOutcome::NotRestored);
        let mut found = contents(db, &self.place, &self.ours, History::Lenient).await;
        if found.is_err() {
            self.as_in_the_transaction(db).await;
            found = contents(db, &self.place, &self.ours, History::Lenient).await;
        }
        let found = found.map_err(|e| not_restored(format!("it could not be read after COMMIT: {e}")))?;
        let restored = expected(&self.backup.manifest);
        if let Some(table) = restored.rows.keys().find(|table| !found.rows.contains_key(*table)) {
            return Err(not_restored(format!("after COMMIT the table {table} is gone")));
        }
        let wanted = Contents { rows: found.rows.clone(), fingerprint: found.fingerprint.clone(), ..restored };
        difference(&wanted, &found).map_or(Ok(()), |reason| Err(not_restored(format!("after COMMIT {reason}"))))
    }

    /// Sets the path that the transaction had: the contents are compared as they were then written. A connection that was
    /// ended fails once, and the pool makes another one; where that fails, so does what follows.
    async fn as_in_the_transaction(&self, db: &DatabaseConnection) {
        let set = format!("SET search_path TO {}", quoted(&self.place.schema));
        if run(db, &set).await.is_err() {
            let _ = run(db, &set).await;
        }
    }

    /// Once all was done, or after a failure: was it committed, and is the database else as it was? The server is asked,
    /// whatever was answered before: an answer can be lost.
    async fn conclude(&self, db: &DatabaseConnection, error: Option<Error>) -> Result<(), Error> {
        let ended = || Error::Database { doing: "restoring", reason: "the transaction was rolled back".to_owned() };
        let error_or = |error: Option<Error>| error.unwrap_or_else(ended);
        let Some((was_there, id)) = &self.begun else { return Err(error_or(error)) };
        self.as_in_the_transaction(db).await;
        let error = match committed(db, id).await {
            Ok(true) => return self.settle(db).await,
            Ok(false) => error_or(error),
            Err(unknown) => {
                let reason = error.map_or_else(|| unknown.to_string(), |e| format!("{e}; then {unknown}"));
                return Err(self.failed(reason, RestoreOutcome::NotRestored));
            }
        };
        let found = match contents(db, &self.place, &self.ours, History::Lenient).await {
            Ok(found) => found,
            Err(e) => return Err(self.failed(format!("{error}; then {e}"), RestoreOutcome::NotRestored)),
        };
        let wanted = Contents { rows: found.rows.clone(), ..was_there.clone() };
        Err(match (difference(&wanted, &found), &error) {
            (None, Error::LockBusy { .. } | Error::NoClientPrograms { .. } | Error::OldClientPrograms { .. }) => error,
            (None, Error::BackupUnusable { .. } | Error::NoBackupFolder { .. } | Error::NoSpace { .. }) => error,
            (None, Error::Dependents { .. }) => error,
            (None, _) => self.failed(error.to_string(), RestoreOutcome::Unchanged),
            (Some(what), _) => self.failed(format!("{error}; {what}"), RestoreOutcome::NotRestored),
        })
    }

    fn failed(&self, reason: String, outcome: RestoreOutcome) -> Error {
        let overwritten = self.saved.as_ref().map(|s| s.path.clone());
        Error::RestoreFailed { target: self.options.url.to_string(), reason, outcome, overwritten }
    }

    async fn compare(&self, db: &DatabaseConnection, id: &str, found: &Contents) -> Result<(), Error> {
        let Some(reason) = difference(&expected(&self.backup.manifest), found) else { return Ok(()) };
        // Outside of the transaction, such as after a lost connection, something else was read: no fault of the backup's.
        run(db, &guard(id)).await?;
        Err(Error::BackupUnusable { path: self.backup.path.clone(), reason: format!("once restored, {reason}") })
    }

    /// Refuses a backup that is no longer the file that was checked.
    fn refuse_changed(&self) -> Result<(), Error> {
        if self.before.is_some() && stamp(&self.backup.path) == self.before {
            return Ok(());
        }
        let reason = "it was written to while it was being restored".to_owned();
        Err(Error::BackupUnusable { path: self.backup.path.clone(), reason })
    }

    fn name(&self, table: &str) -> String {
        format!("{}.{}", quoted(&self.place.schema), quoted(table))
    }
}

/// Whether a transaction was committed. A backend that has not yet seen that its client is gone is waited for.
async fn committed(db: &DatabaseConnection, id: &str) -> Result<bool, Error> {
    let since = Instant::now();
    loop {
        let ask = format!("SELECT txid_status({id})");
        let status = match text(db, &ask).await {
            Ok(status) => status,
            // The connection may have been ended since; the pool makes another one.
            Err(_) => text(db, &ask).await?,
        };
        match status.as_str() {
            "in progress" if since.elapsed() < AT_WORK => tokio::time::sleep(Duration::from_millis(50)).await,
            "in progress" => {
                let reason = "the transaction has not ended, and may still be committed".to_owned();
                return Err(Error::Database { doing: "restoring", reason });
            }
            status => return Ok(status == "committed"),
        }
    }
}

/// Fails where the transaction is another one, such as on a connection that the pool made anew.
fn guard(id: &str) -> String {
    format!(
        "DO $guard$ BEGIN IF txid_current() <> {id} THEN RAISE EXCEPTION 'the transaction was ended before its time'; \
         END IF; END $guard$;"
    )
}

pub(super) async fn run(db: &DatabaseConnection, sql: &str) -> Result<(), Error> {
    db.execute_unprepared(sql).await.map(drop).map_err(|e| Error::database("restoring", &e))
}
