//! Takes over a database whose tables were made without us: compares all of it, then records its version.

use std::collections::BTreeSet;
use std::time::Instant;

use chrono::{SubsecRound, Utc};
use sea_orm::{DatabaseTransaction, DbErr};

use super::event::{Direction, Event};
use super::session::{Place, Session};
use super::{Drift, Found, Options, apply, catalogue, expected, history, plan};
use crate::error::Error;
use crate::step::Step;
use crate::target::Kind;
use crate::verify;

/// Which version, and whether to record it.
#[derive(Clone, Debug, Default)]
pub struct BaselineOptions {
    /// In full, by a unique prefix, or by its number; the newest when none is named.
    pub version: Option<String>,
    /// Compare, and record nothing.
    pub dry_run: bool,
}

/// What a baseline recorded, or would record.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
pub struct Baseline {
    pub database: Kind,
    /// The version that the tables have.
    pub version: String,
    /// Oldest first.
    pub recorded: Vec<String>,
    pub dry_run: bool,
}

/// Records a version for a database that has its tables, under the lock and in one transaction; changes nothing else.
/// From then on `up` goes on from there.
///
/// # Errors
/// Refused with nothing changed: [`Error::Recorded`] when a version is recorded; [`Error::NoTables`];
/// [`Error::Drift`] naming every difference, tables of later versions among them; [`Error::Unsound`] when rows break
/// rules that [`verify`](crate::verify) asks for; and as [`super::up`]. [`Error::BaselineFailed`] is rolled back.
pub async fn baseline(
    options: &Options,
    wanted: &BaselineOptions,
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<Baseline, Error> {
    baseline_with(crate::known(), options, wanted, events).await
}

/// As [`baseline`], with a history of the caller's own.
///
/// # Errors
/// As [`baseline`].
pub async fn baseline_with(
    steps: &[Step],
    options: &Options,
    wanted: &BaselineOptions,
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<Baseline, Error> {
    let since = Instant::now();
    let outcome = async {
        let mut session = Session::open(options, false, events).await?;
        let outcome = inside(&mut session, steps, options, wanted, events).await;
        session.close().await;
        outcome
    };
    outcome.await.map_err(|e| e.finished(&options.url, since))
}

async fn inside(
    session: &mut Session,
    steps: &[Step],
    options: &Options,
    wanted: &BaselineOptions,
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<Baseline, Error> {
    let tx = session.begin(events).await?;
    let place = session.place.clone();
    let compared = compare(&tx, &place, steps, options, wanted.version.as_deref()).await;
    let applied = match compared {
        Ok(applied) if !wanted.dry_run => applied,
        // Nothing was written: a rollback that fails changes nothing either.
        other => {
            let _ = tx.rollback().await;
            return Ok(report(&place, &steps[..other?], true));
        }
    };
    let recorded = &steps[..applied];
    let report = report(&place, recorded, false);
    events(&Event::Planned { direction: Direction::Up, versions: report.recorded.clone() });
    let failed = match write(&tx, &place, recorded).await {
        Ok(()) => {
            events(&Event::Committing);
            match tx.commit().await {
                Ok(()) => {
                    events(&Event::Committed);
                    return Ok(report);
                }
                Err(e) => e,
            }
        }
        Err(e) => {
            let _ = tx.rollback().await;
            e
        }
    };
    Err(prove(session, &place, report.version, &failed).await)
}

fn report(place: &Place, recorded: &[Step], dry_run: bool) -> Baseline {
    let recorded: Vec<String> = recorded.iter().map(|s| s.version().to_owned()).collect();
    let version = recorded.last().cloned().unwrap_or_default();
    Baseline { database: place.kind, version, recorded, dry_run }
}

/// How many steps the tables stand for, or why they do not; writes nothing.
async fn compare(
    tx: &DatabaseTransaction,
    place: &Place,
    steps: &[Step],
    options: &Options,
    version: Option<&str>,
) -> Result<usize, Error> {
    if let Some(newest) = history::read(tx, place).await?.last() {
        return Err(Error::Recorded { version: newest.version.clone() });
    }
    let applied = match version {
        Some(version) => plan::resolve(steps, version)? + 1,
        None => steps.len(),
    };
    let has_history = history::exists(tx, place).await?;
    let ours = names(steps, place.kind);
    if expected::live(tx, place, &ours).await?.is_empty() {
        return Err(Error::NoTables { target: place.within(&options.url) });
    }
    // What is compared stays so until it is recorded.
    apply::lock_tables(tx, place, steps).await?;
    let drift = differences(tx, place, steps, applied, has_history).await?;
    let version = |applied: usize| steps.get(applied.wrapping_sub(1)).map(|s| s.version().to_owned());
    if !drift.is_empty() {
        let mut fits = None;
        for other in (1..=steps.len()).rev().filter(|other| *other != applied) {
            if fits.is_none() && differences(tx, place, steps, other, has_history).await?.is_empty() {
                fits = version(other);
            }
        }
        let findings = verify::differences(&drift);
        return Err(Error::Drift { version: version(applied).unwrap_or_default(), findings, fits });
    }
    let rows = verify::rows(tx, place, steps, applied).await?;
    if rows.total() > 0 {
        let version = version(applied).unwrap_or_default();
        return Err(Error::Unsound { version, total: rows.total(), findings: rows.findings });
    }
    Ok(applied)
}

/// Every table that some version has.
fn names(steps: &[Step], kind: Kind) -> BTreeSet<String> {
    steps.iter().flat_map(|s| s.footprint(kind).tables.clone()).collect()
}

/// What is not as the first `applied` steps make it; what later ones make may not be there either.
async fn differences(
    tx: &DatabaseTransaction,
    place: &Place,
    steps: &[Step],
    applied: usize,
    has_history: bool,
) -> Result<Vec<Drift>, Error> {
    let mut expected = expected::tables(steps, applied, place.kind).unwrap_or_default();
    if !has_history {
        expected.remove(history::TABLE);
    }
    let mut tables: BTreeSet<String> = expected.keys().cloned().collect();
    tables.extend(names(steps, place.kind));
    let live = expected::live(tx, place, &tables).await?;
    let mut drift = expected::compare(&expected, &live);
    // Views, and indexes of others' tables, under names that later steps need.
    let later = steps.iter().skip(applied).flat_map(|s| s.footprint(place.kind).objects().cloned().collect::<Vec<_>>());
    let later: BTreeSet<String> = later.filter(|name| !live.contains_key(name)).collect();
    for part in catalogue::existing(tx, place, &later).await? {
        let named = |d: &Drift| part.strip_prefix("index ").is_some_and(|name| d.part.contains(name));
        if !drift.iter().any(named) {
            drift.push(Drift { table: String::new(), part, found: Found::Unexpected });
        }
    }
    Ok(drift)
}

async fn write(tx: &DatabaseTransaction, place: &Place, recorded: &[Step]) -> Result<(), DbErr> {
    let transaction = apply::transaction_id(tx, place).await?;
    let exists = history::exists(tx, place).await.map_err(|e| DbErr::Custom(e.to_string()))?;
    if !exists {
        history::create(tx, place).await?;
    }
    let at = Utc::now().trunc_subsecs(6);
    for step in recorded {
        apply::still_inside(tx, place, transaction).await?;
        history::add(tx, place, step, at, 0).await?;
    }
    apply::still_inside(tx, place, transaction).await
}

/// After a rollback: is nothing recorded, as before?
async fn prove(session: &Session, place: &Place, version: String, error: &DbErr) -> Error {
    let reason = error.to_string();
    let found = match history::read(session.connection(), place).await {
        Ok(rows) if rows.is_empty() => return Error::BaselineFailed { version, reason },
        Ok(rows) => format!("{} migrations are recorded", rows.len()),
        // Not committed: the journal of the transaction is still there.
        Err(e) if session.is_rollback_left() => {
            let reason = format!("{reason}; SQLite ends the rollback when the file is next opened ({e})");
            return Error::BaselineFailed { version, reason };
        }
        Err(e) => format!("it could not be checked: {e}"),
    };
    Error::NotRestored { version, direction: Direction::Up, reason, found, backup: None }
}
