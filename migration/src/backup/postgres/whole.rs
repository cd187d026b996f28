//! Replaces a database as a whole: a new one is made of the backup, checked, and gets the name.

use std::collections::BTreeSet;

use chrono::Utc;
use sea_orm::DatabaseConnection;

use super::contents::{History, contents, history, refuse_newer};
use super::database::{self, connections, create, drop_database, random, refuse_without_createdb};
use super::dump::location;
use super::load::Load;
use super::neighbours::{all_others, of_database};
use super::programs::Programs;
use super::restore::run;
use super::{Events, ours};
use crate::backup::check::{expected, stamp};
use crate::backup::manifest::{Backup, Source};
use crate::backup::restore::{Careful, Restored};
use crate::backup::sqlite::{difference, origin};
use crate::error::Error;
use crate::runner::{Alone, Event, Options, Patience, Place, Session, open_postgres, quoted};
use crate::target::Kind;

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
    let (_, name) = location(&options.url)?;
    let new = format!("callboard_restore_{}", random());
    // One other connection is our own: the one that holds the migration lock until the new database is complete.
    let admin = open_postgres(&options.url.with_database("postgres")).await?;
    let outcome = async {
        refuse_without_createdb(&admin).await?;
        let mut session = Session::open(options, false, events).await?;
        let made = make(&mut session, options, backup, careful, &place, &new, events).await;
        session.close().await;
        let settings = made?;
        if stamp(&backup.path) != before {
            let reason = "it was written to while it was being restored".to_owned();
            return Err(Error::BackupUnusable { path: backup.path.clone(), reason });
        }
        for setting in settings {
            run(&admin, &setting).await?;
        }
        events(&Event::Restoring { backup: Box::new(backup.clone()) });
        swap(&admin, &name, &new, patience, events).await
    };
    let outcome = outcome.await;
    if outcome.is_err() {
        // What can't be dropped has a name that says what it is.
        let _ = drop_database(&admin, &new).await;
    }
    let _ = admin.close().await;
    let renamed = outcome?;
    events(&Event::Restored { backup: Box::new(backup.clone()) });
    Ok(Restored { backup: backup.clone(), overwritten: None, moved: None, renamed: Some(renamed) })
}

/// Refuses, then makes and fills the new database; the statements that give it the settings of the old one.
async fn make(
    session: &mut Session,
    options: &Options,
    backup: &Backup,
    careful: Careful,
    place: &Place,
    new: &str,
    events: Events<'_>,
) -> Result<Vec<String>, Error> {
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
    alone(db, &name, session_patience, events).await?;
    let settings = of_database(db, new).await?;
    let programs = Programs::find(database::major(db).await?).await?;
    // A database can't be made inside a transaction, so another connection does.
    let admin = open_postgres(&options.url).await?;
    let created = create(&admin, new).await;
    let _ = admin.close().await;
    created?;
    let to = open_postgres(&options.url.with_database(new)).await?;
    let filled = fill(&to, &programs, backup, place).await;
    let _ = to.close().await;
    filled?;
    Ok(settings)
}

async fn fill(db: &DatabaseConnection, programs: &Programs, backup: &Backup, place: &Place) -> Result<(), Error> {
    let from = backup.manifest.source.schema.clone().unwrap_or_default();
    let tables: BTreeSet<String> = backup.manifest.rows.keys().cloned().collect();
    run(db, &format!("CREATE SCHEMA IF NOT EXISTS {}", quoted(&place.schema))).await?;
    let load = Load { db, from: &from, to: &place.schema, tables: tables.clone(), tables_only: false };
    load.backup(programs, backup).await?;
    let found = contents(db, place, &tables, History::Lenient).await?;
    let unusable = |reason| Error::BackupUnusable { path: backup.path.clone(), reason };
    difference(&expected(&backup.manifest), &found)
        .map_or(Ok(()), |reason| Err(unusable(format!("once restored, {reason}"))))
}

/// Renames both in one transaction; the new name of the old one.
async fn swap(
    admin: &DatabaseConnection,
    name: &str,
    new: &str,
    patience: &mut Patience,
    events: Events<'_>,
) -> Result<String, Error> {
    let suffix = format!("_before_{}", Utc::now().format("%Y%m%d%H%M%S"));
    let mut aside = name.to_owned();
    while aside.len() + suffix.len() > LONGEST {
        aside.pop();
    }
    aside.push_str(&suffix);
    alone(admin, name, patience, events).await?;
    let sql = format!(
        "ALTER DATABASE {} RENAME TO {}; ALTER DATABASE {} RENAME TO {}",
        quoted(name),
        quoted(&aside),
        quoted(new),
        quoted(name)
    );
    // Several statements in one message are one transaction.
    run(admin, &sql).await?;
    Ok(aside)
}

/// Waits until nobody else is connected: a connection that was closed takes a moment to end.
async fn alone(db: &DatabaseConnection, name: &str, patience: &mut Patience, events: Events<'_>) -> Result<(), Error> {
    loop {
        let connections = connections(db, name).await?;
        if connections == 0 {
            return Ok(());
        }
        let in_use = || Error::InUse { database: name.to_owned(), connections };
        patience.wait("connections to the database", events).await.map_err(|_| in_use())?;
    }
}
