//! Holds a database against what its recorded version promises: schema, history, pages, references and counters.
//!
//! Everything is read in one transaction that may not write, so what others write meanwhile is no finding. A check is a
//! file; each runs as far as the recorded version has what it reads, so every version can be verified.

mod constraints;
mod counters;
mod drift;
mod foreign_keys;
mod history;
mod integrity;
mod orphans;
pub(crate) mod pages;
mod records;
mod report;
mod rule;
mod search;
mod subject;
mod values;

use std::time::Instant;

use sea_orm::{DatabaseConnection, DatabaseTransaction};

pub use report::{Check, Checked, Event, Finding, MOST_ROWS, Report};
use report::{Found, PAGES};
use subject::Subject;

use crate::error::Error;
use crate::runner::session::Place;
use crate::runner::{Options, expected, status};
use crate::step::Step;
use crate::target::Kind;

pub(crate) use drift::findings as differences;

/// Checks a database and changes nothing: not a byte of a SQLite file, which may be read-only.
///
/// What is found is the report, no error.
///
/// # Errors
/// [`Error::NoDatabase`]; [`Error::NoTables`] and [`Error::NotRecorded`] for a database without a board;
/// [`Error::TooNew`] for a version that this build does not know; [`Error::LockBusy`]; a database that can't be opened.
pub async fn verify(options: &Options, events: &mut (dyn FnMut(&Event) + Send)) -> Result<Report, Error> {
    verify_with(crate::known(), options, events).await
}

/// As [`verify`], with a history of the caller's own.
///
/// # Errors
/// As [`verify`].
pub async fn verify_with(
    steps: &[Step],
    options: &Options,
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<Report, Error> {
    let since = Instant::now();
    let outcome = async {
        let place = Place::new(options.url.kind(), options.schema.as_deref())?;
        let missing = || Error::NoDatabase { target: options.url.to_string() };
        let db = status::open_unchanged(options).await?.ok_or_else(missing)?;
        let outcome = look(&db, &place, steps, options, events).await;
        // Only reads were done on it.
        let _ = db.close().await;
        outcome
    };
    outcome.await.map_err(|e| e.finished(&options.url, since))
}

async fn look(
    db: &DatabaseConnection,
    place: &Place,
    steps: &[Step],
    options: &Options,
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<Report, Error> {
    let tx = status::begin(db, place, options.lock_timeout).await?;
    let report = match all(&tx, place, steps, events).await {
        Ok(None) => Err(no_board(&tx, place, steps, options).await),
        Ok(Some(report)) => Ok(report),
        Err(error) => Err(error),
    };
    // Nothing was written that could stay.
    let _ = tx.rollback().await;
    report
}

/// A database in which no migration is recorded: without our tables, or with tables that have their names.
async fn no_board(tx: &DatabaseTransaction, place: &Place, steps: &[Step], options: &Options) -> Error {
    let names = steps.iter().flat_map(|s| s.footprint(place.kind).tables.clone()).collect();
    let target = place.within(&options.url);
    match expected::live(tx, place, &names).await {
        Ok(tables) if tables.is_empty() => Error::NoTables { target },
        Ok(tables) => Error::NotRecorded { target, tables: tables.into_keys().collect() },
        Err(error) => error,
    }
}

/// Every check; none when no migration is recorded.
async fn all(
    tx: &DatabaseTransaction,
    place: &Place,
    steps: &[Step],
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<Option<Report>, Error> {
    let mut report = Report::of(place);
    let subject = match subject(tx, place, steps).await {
        Ok(Some(subject)) => {
            report.version = subject.recorded.last().map(|newest| newest.version.clone());
            subject
        }
        Ok(None) => return Ok(None),
        // What is damaged may be the very table that says what to expect: the pages can still be checked.
        Err(Error::Damaged { .. }) => {
            let subject = Subject::unknown(tx, place);
            run(&subject, &[Check::Integrity], &mut report, events).await?;
            return Ok(Some(report));
        }
        Err(error) => return Err(error),
    };
    run(&subject, Check::ALL, &mut report, events).await?;
    Ok(Some(report))
}

/// None when no migration is recorded.
async fn subject<'a>(
    tx: &'a DatabaseTransaction,
    place: &'a Place,
    steps: &'a [Step],
) -> Result<Option<Subject<'a>>, Error> {
    let (recorded, undecodable) = history::recorded(tx, place).await?;
    if recorded.is_empty() && undecodable.is_empty() {
        return Ok(None);
    }
    let applied = history::applied(steps, &recorded)?;
    let mut subject = Subject::new(tx, place, steps, applied, recorded).await?;
    subject.undecodable = undecodable;
    Ok(Some(subject))
}

/// The checks of rows and pages, for a database whose history is not written yet.
pub(crate) async fn rows(
    tx: &DatabaseTransaction,
    place: &Place,
    steps: &[Step],
    applied: usize,
) -> Result<Report, Error> {
    let mut report = Report::of(place);
    let subject = Subject::new(tx, place, steps, applied, Vec::new()).await?;
    run(&subject, Check::OF_ROWS, &mut report, &mut |_| {}).await?;
    Ok(report)
}

async fn run(
    subject: &Subject<'_>,
    checks: &[Check],
    report: &mut Report,
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<(), Error> {
    let of = checks.len();
    for (number, &check) in (1..).zip(checks) {
        events(&Event::Started { check, number, of });
        let started = Instant::now();
        let outcome = one(subject, check).await;
        // After an error PostgreSQL answers nothing more in this transaction.
        let last = outcome.is_err() && subject.place.kind == Kind::Postgres;
        let found = match outcome {
            Ok(found) => found,
            Err(Error::Damaged { reason, .. }) => damaged(check, reason),
            Err(error) => return Err(error),
        };
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let checked = Checked { check, found: found.total, not_run: found.not_run, duration_ms };
        events(&Event::Finished { checked: checked.clone(), number, of });
        report.checks.push(checked);
        report.findings.extend(found.findings);
        report.others.extend(found.others);
        if last {
            break;
        }
    }
    Ok(())
}

async fn one(subject: &Subject<'_>, check: Check) -> Result<Found, Error> {
    match check {
        Check::History => Ok(history::check(subject)),
        Check::Drift => drift::check(subject).await,
        Check::Integrity => integrity::check(subject).await,
        Check::ForeignKeys => foreign_keys::check(subject).await,
        Check::Orphans => orphans::check(subject).await,
        Check::Records => records::check(subject).await,
        Check::Counters => counters::check(subject).await,
        Check::Search => search::check(subject).await,
    }
}

/// A check that came upon a damaged page has found that, whatever it looked for.
fn damaged(check: Check, reason: String) -> Found {
    Found::all(vec![Finding {
        check,
        table: String::new(),
        row: None,
        part: PAGES.to_owned(),
        found: reason,
        expected: "pages that can be read".to_owned(),
    }])
}
