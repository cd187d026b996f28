//! Replaces a database as a whole: a new one is made of the backup, checked, and gets the name.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use sea_orm::DatabaseConnection;

use super::contents::{History, contents, history, refuse_newer};
use super::database::{self, connections, lines, refuse_without_createdb, text};
use super::dump::location;
use super::load::Load;
use super::neighbours::{all_others, list};
use super::programs::Programs;
use super::restore::{AT_WORK, run};
use super::rights::{self, Rights, of_database};
use super::temporary::Temporary;
use super::{Events, ours, things};
use crate::backup::check::{expected, stamp};
use crate::backup::manifest::{Backup, Source};
use crate::backup::restore::{Careful, Restored};
use crate::backup::sqlite::{difference, origin};
use crate::error::{Error, RestoreOutcome};
use crate::runner::{Alone, Event, Options, Patience, Place, Session, literal, open_postgres, quoted};
use crate::target::Kind;

const PREFIX: &str = "callboard_restore_";
/// The longest name of a database, in bytes.
const LONGEST: usize = 63;

/// Makes a database of a backup that was checked, and gives it the name of the one that is there, which keeps all that
/// it holds under another name. Nobody else may be connected to it.
pub(super) async fn restore(
    options: &Options,
    backup: &Backup,
    careful: Careful,
    patience: &mut Patience,
    events: Events<'_>,
) -> Result<Restored, Error> {
    let before = stamp(&backup.path);
    let place = Place::new(Kind::Postgres, options.schema.as_deref())?;
    // One other connection is our own: the one that holds the migration lock until the new database is complete.
    let admin = open_postgres(&options.url.with_database("postgres")).await?;
    let outcome = async {
        refuse_without_createdb(&admin).await?;
        let mut session = Session::open(options, false, events).await?;
        let made = make(&mut session, options, backup, careful, &place, events).await;
        session.close().await;
        let New { mut made, settings, mut notes } = made?;
        let swapped = async {
            if before.is_none() || stamp(&backup.path) != before {
                let reason = "it was written to while it was being restored".to_owned();
                return Err(Error::BackupUnusable { path: backup.path.clone(), reason });
            }
            for setting in settings {
                match run(&admin, &setting).await {
                    // The settings of another role are a superuser's to give.
                    Err(e) if setting.starts_with("ALTER ROLE ") => notes.push(format!("{setting}: {e}")),
                    done => done?,
                }
            }
            swap(&admin, options, backup, &mut made, patience, events).await
        };
        match swapped.await {
            Ok(renamed) => {
                made.keep();
                Ok((renamed, notes))
            }
            Err(error) => {
                // What can't be dropped now is swept later.
                let _ = made.close().await;
                Err(error)
            }
        }
    };
    let outcome = outcome.await;
    let _ = admin.close().await;
    let (renamed, notes) = outcome?;
    if !notes.is_empty() {
        events(&Event::NotGiven { notes });
    }
    events(&Event::Restored { backup: Box::new(backup.clone()) });
    Ok(Restored { backup: backup.clone(), overwritten: None, moved: None, renamed: Some(renamed) })
}

/// A new database that is complete, but for what it gets from outside: its settings.
struct New {
    made: Temporary,
    settings: Vec<String>,
    notes: Vec<String>,
}

/// Refuses, then makes and fills the new database.
async fn make(
    session: &mut Session,
    options: &Options,
    backup: &Backup,
    careful: Careful,
    place: &Place,
    events: Events<'_>,
) -> Result<New, Error> {
    // Nothing is looked at after its transaction: that one's lock is enough, and one connection less is in the way.
    session.begin_by_hand(Alone::Is, events).await?;
    let session_patience = &mut session.patience().clone();
    let db = session.connection();
    let (location, name) = location(&options.url)?;
    let history = history(db, place, History::Strict).await?;
    refuse_newer(&history)?;
    let live = Source { location, schema: Some(place.schema.clone()), origin: origin(&history) };
    if !careful.any_source && !backup.manifest.source.is_same(&live) {
        let of = backup.manifest.source.location.clone();
        return Err(Error::OtherDatabase { path: backup.path.clone(), of });
    }
    let names = all_others(db, place, &ours()).await?;
    if !names.is_empty() {
        return Err(Error::NotAllOurs { database: name, names });
    }
    // The session has another connection ready, for its lock.
    alone(db, &name, 1, session_patience, events).await?;
    let mut wanted = backup.manifest.rights.clone().unwrap_or_default();
    let Rights { schema, tables } = rights::read(db, &place.schema, ours().iter().map(String::as_str)).await?;
    wanted.schema = schema.or(wanted.schema);
    wanted.tables.extend(tables);
    // Rules and statistics of tables that the backup does not have stay with the old database.
    let kept: BTreeSet<String> = ours().into_iter().filter(|t| backup.manifest.rows.contains_key(t)).collect();
    let neighbours = async {
        let now = things::definitions(db, &place.schema, &ours()).await?;
        Ok((now, things::again(db, &place.schema, &kept).await?))
    };
    let neighbours = things::in_full(db, neighbours).await?;
    let programs = Programs::find(database::major(db).await?).await?;
    // A database can't be made inside a transaction, so another connection does.
    let admin = open_postgres(&options.url).await?;
    let made = Temporary::create(&admin, PREFIX, &options.url.with_database("postgres")).await;
    let _ = admin.close().await;
    let made = made?;
    let filled = async {
        let settings = of_database(db, &made.name).await?;
        let to = open_postgres(&made.url).await?;
        let filled = fill(&to, &programs, backup, place, &wanted, neighbours).await;
        let _ = to.close().await;
        Ok((settings, filled?))
    };
    match filled.await {
        Ok((settings, notes)) => Ok(New { made, settings, notes }),
        Err(error) => {
            let _ = made.close().await;
            Err(error)
        }
    }
}

/// Loads the backup, and gives the rights; what of them could not be given.
async fn fill(
    db: &DatabaseConnection,
    programs: &Programs,
    backup: &Backup,
    place: &Place,
    wanted: &Rights,
    (now, again): (BTreeMap<String, String>, Vec<String>),
) -> Result<Vec<String>, Error> {
    let from = backup.manifest.source.schema.clone().unwrap_or_default();
    let tables: BTreeSet<String> = backup.manifest.rows.keys().cloned().collect();
    let schema = quoted(&place.schema);
    run(db, &format!("CREATE SCHEMA IF NOT EXISTS {schema}; SET search_path TO {schema}")).await?;
    let used = Some(BTreeSet::new());
    let load = Load { db, from: &from, to: &place.schema, tables: tables.clone(), used, tables_only: false };
    load.backup(programs, backup).await?;
    let found = contents(db, place, &tables, History::Lenient).await?;
    if let Err(reason) = difference(&expected(&backup.manifest), &found).map_or(Ok(()), Err) {
        return Err(Error::BackupUnusable { path: backup.path.clone(), reason: format!("once restored, {reason}") });
    }
    let schema = place.schema.as_str();
    let names = things::missing(now, &things::in_full(db, things::definitions(db, schema, &ours())).await?);
    if !names.is_empty() {
        return Err(Error::Dependents { names });
    }
    let given = rights::giving(db, wanted, schema, schema, &tables, true).await?;
    for statement in again.iter().chain(&given.statements) {
        run(db, statement).await?;
    }
    Ok(given.notes)
}

/// Renames both in one transaction; the new name of the old one.
async fn swap(
    admin: &DatabaseConnection,
    options: &Options,
    backup: &Backup,
    made: &mut Temporary,
    patience: &mut Patience,
    events: Events<'_>,
) -> Result<String, Error> {
    let (_, name) = location(&options.url)?;
    // What was loaded took its time: that was no waiting.
    *patience = Patience::new(options.lock_timeout);
    let taken = lines(admin, "SELECT datname::text AS line FROM pg_database").await?;
    let aside = aside(&name, Utc::now(), &taken);
    alone(admin, &name, 0, patience, events).await?;
    made.let_go().await;
    // That connection was ours: its end is nobody else's to be told of.
    alone(admin, &made.name, 0, patience, &mut |_| {}).await?;
    let sql = format!(
        "ALTER DATABASE {} RENAME TO {}; ALTER DATABASE {} RENAME TO {}",
        quoted(&name),
        quoted(&aside),
        quoted(&made.name),
        quoted(&name)
    );
    events(&Event::Restoring { backup: Box::new(backup.clone()) });
    // Several statements in one message are one transaction.
    match run(admin, &sql).await {
        Ok(()) => Ok(aside),
        Err(error) => {
            let failed = |reason: String| Error::RestoreFailed {
                target: options.url.to_string(),
                reason: format!("{reason}; what was there is called {name} or {aside}"),
                outcome: RestoreOutcome::NotRestored,
                overwritten: None,
            };
            match renamed(admin, &name, &made.name, &aside).await {
                Ok(Some(true)) => Ok(aside),
                Ok(Some(false)) => Err(error),
                Ok(None) => Err(failed(error.to_string())),
                Err(e) => Err(failed(format!("{error}; then {e}"))),
            }
        }
    }
}

/// The name that the old database gets: its own, and the second. Another restore of this second may have taken it.
fn aside(name: &str, at: DateTime<Utc>, taken: &[String]) -> String {
    let second = format!("_before_{}", at.format("%Y%m%d%H%M%S"));
    let mut suffix = second.clone();
    let mut number = 1_u64;
    loop {
        let mut aside = name.to_owned();
        while aside.len() + suffix.len() > LONGEST {
            aside.pop();
        }
        aside.push_str(&suffix);
        if !taken.contains(&aside) {
            return aside;
        }
        number += 1;
        suffix = format!("{second}_{number}");
    }
}

/// Whether both have their new names, when the answer was lost; none when it can't be told.
async fn renamed(admin: &DatabaseConnection, name: &str, new: &str, aside: &str) -> Result<Option<bool>, Error> {
    // A backend that has not yet seen that its client is gone is waited for.
    let at_it = format!(
        "SELECT count(*)::text FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND state = 'active' \
         AND strpos(query, {}) > 0",
        literal(&quoted(aside))
    );
    let since = Instant::now();
    while text(admin, &at_it).await? != "0" {
        if since.elapsed() > AT_WORK {
            return Ok(None);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let list = list([name, new, aside].into_iter());
    let found =
        lines(admin, &format!("SELECT datname::text AS line FROM pg_database WHERE datname IN ({list})")).await?;
    let is = |name: &str| found.iter().any(|f| f == name);
    Ok(swapped(is(name), is(new), is(aside)))
}

/// Whether the two were renamed, by which names are there. Both were or none: while the new one still has its own name it
/// was none of them, whatever else has the name that the old one would have got.
fn swapped(name: bool, new: bool, aside: bool) -> Option<bool> {
    match (name, new, aside) {
        (true, false, true) => Some(true),
        (true, true, _) => Some(false),
        _ => None,
    }
}

/// Waits until nobody else is connected, but for so many connections of our own: one that was closed takes a moment to
/// end.
async fn alone(
    db: &DatabaseConnection,
    name: &str,
    own: usize,
    patience: &mut Patience,
    events: Events<'_>,
) -> Result<(), Error> {
    loop {
        let others = connections(db, name).await?;
        if others.len() <= own {
            return Ok(());
        }
        let in_use = || Error::InUse { database: name.to_owned(), others };
        patience.wait("connections to the database", events).await.map_err(|_| in_use())?;
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::{LONGEST, aside, swapped};

    #[test]
    fn a_kept_database_gets_a_name_of_its_own() {
        let at = DateTime::UNIX_EPOCH;
        let mut taken = vec!["app".to_owned()];
        for expected in ["app_before_19700101000000", "app_before_19700101000000_2", "app_before_19700101000000_3"] {
            taken.push(aside("app", at, &taken));
            assert_eq!(taken.last().map(String::as_str), Some(expected));
        }
        let long = "ä".repeat(LONGEST / 2);
        let first = aside(&long, at, &[]);
        let second = aside(&long, at, std::slice::from_ref(&first));
        assert!(first.len() <= LONGEST && second.len() <= LONGEST && first != second, "{first}, {second}");
    }

    #[test]
    fn whether_it_was_swapped_is_told_by_the_names() {
        assert_eq!(swapped(true, false, true), Some(true));
        assert_eq!(swapped(true, true, false), Some(false));
        // Another database has the name, and the rename was refused.
        assert_eq!(swapped(true, true, true), Some(false));
        for there in [(false, true, true), (false, false, true), (false, false, false), (true, false, false)] {
            assert_eq!(swapped(there.0, there.1, there.2), None);
        }
    }
}
