//! One run: plan, refuse or apply, check, commit; on any failure roll back and prove it.

use std::collections::BTreeSet;
use std::time::Instant;

use chrono::{SubsecRound, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use sea_orm_migration::SchemaManager;

use super::event::{Direction, Done, Event, Report};
use super::foresee;
use super::history::{self, Applied};
use super::invariants::Invariants;
use super::outcome::{Ended, Failure};
use super::plan::{self, Order};
use super::session::{Place, Session, Statements};
use super::{Options, catalogue, loss};
use crate::backup::{self, Backup, Reason};
use crate::error::Error;
use crate::step::Step;
use crate::target::Kind;

type Events<'a> = &'a mut (dyn FnMut(&Event) + Send);

/// Takes the database along the order. The database is as before unless this returns a report.
pub(super) async fn run(steps: &[Step], options: &Options, order: &Order, events: Events<'_>) -> Result<Report, Error> {
    let create = matches!(order, Order::Up(_));
    let outcome = async {
        let mut session = Session::open(options, create, events).await?;
        let outcome = inside(&mut session, steps, options, order, events).await;
        session.close().await;
        outcome
    };
    let since = Instant::now();
    outcome.await.map_err(|e| e.finished(&options.url, since))
}

async fn inside(
    session: &mut Session,
    steps: &[Step],
    options: &Options,
    order: &Order,
    events: Events<'_>,
) -> Result<Report, Error> {
    let seen = options.show_sql.then(|| session.collect());
    let tx = session.begin(events).await?;
    let place = session.place.clone();
    let work = match prepare(&tx, &place, steps, order).await {
        Ok(work) => work,
        Err(refusal) => {
            // Nothing was written: a rollback that fails changes nothing either.
            let _ = tx.rollback().await;
            return Err(refusal);
        }
    };
    let versions = work.steps.iter().map(|s| s.version().to_owned()).collect();
    events(&Event::Planned { direction: work.direction, versions });
    if !work.losses.is_empty() {
        events(&Event::Losing { losses: work.losses.clone() });
    }
    if work.steps.is_empty() {
        let _ = tx.rollback().await;
        return Ok(work.report(Vec::new(), None));
    }
    let drift: Vec<_> = work.invariants.drift().cloned().collect();
    if !drift.is_empty() {
        events(&Event::Drifted { drift });
    }
    let reason = match work.direction {
        Direction::Up => Reason::Up,
        Direction::Down => Reason::Down,
    };
    let history = work.has_history.then_some(work.applied.as_slice());
    let found = backup::Found { history, rows: work.invariants.rows_before() };
    let saved = backup::before(options, &tx, &place, reason, found, session.patience(), events).await;
    let saved = match saved {
        Ok(saved) => saved,
        Err(refusal) => {
            let _ = tx.rollback().await;
            return Err(refusal);
        }
    };
    let applied = apply(&tx, &place, steps, &work, seen.as_ref(), events).await;
    let answer = match &applied {
        Ok(_) => {
            events(&Event::Committing);
            tx.commit().await
        }
        // Without the transaction there is nothing to roll back; what it left is looked at below.
        Err(_) => tx.rollback().await,
    };
    let mut ended = Ended { session, place: &place, steps, options, work: &work, saved };
    let (done, after) = match applied {
        Ok(applied) => applied,
        Err(failure) => {
            let found = ended.found().await;
            return Err(ended.prove(failure, found, events).await);
        }
    };
    if let Err(error) = answer {
        let found = ended.found().await;
        // Only the answer may be lost where the COMMIT arrived.
        if found.as_ref().ok() != Some(&after) {
            let failure = Failure { version: work.last(), error, may_be_committed: true };
            return Err(ended.prove(failure, found, events).await);
        }
    }
    events(&Event::Committed);
    let saved = ended.confirm(&after, events).await?;
    Ok(work.report(done, saved))
}

/// What a run will do, with what it needs to prove that it did or did not.
pub(super) struct Work<'s> {
    pub direction: Direction,
    steps: Vec<&'s Step>,
    applied: Vec<Applied>,
    has_history: bool,
    losses: Vec<loss::Loss>,
    invariants: Invariants,
    dangling: BTreeSet<String>,
    pub before: String,
    transaction: Option<i64>,
    kind: Kind,
}

impl Work<'_> {
    pub(super) fn last(&self) -> String {
        self.steps.last().map(|s| s.version().to_owned()).unwrap_or_default()
    }

    /// Whether the rows are those of before, also where the transaction was not what changed them.
    pub(super) async fn has_same_rows(&self, db: &impl ConnectionTrait, place: &Place) -> bool {
        self.invariants.has_same_rows(db, place).await.unwrap_or(false)
    }

    fn report(&self, done: Vec<Done>, backup: Option<Backup>) -> Report {
        let newest = |n: usize| n.checked_sub(1).and_then(|i| self.applied.get(i)).map(|a| a.version.clone());
        let to = match self.direction {
            Direction::Up => done.last().map(|d| d.version.clone()).or_else(|| newest(self.applied.len())),
            Direction::Down => newest(self.applied.len() - done.len()),
        };
        Report {
            database: self.kind,
            direction: self.direction,
            from: newest(self.applied.len()),
            to,
            steps: done,
            losses: self.losses.clone(),
            backup,
        }
    }
}

/// Reads and refuses; writes nothing.
async fn prepare<'s>(
    tx: &DatabaseTransaction,
    place: &Place,
    steps: &'s [Step],
    order: &Order,
) -> Result<Work<'s>, Error> {
    let found = history::find(tx, place).await?;
    let has_history = found.is_some();
    let applied = found.unwrap_or_default();
    plan::check(steps, &applied, place.kind)?;
    let chosen = plan::choose(steps, applied.len(), order)?;
    if !chosen.is_empty() {
        // Before the rows are counted: one that is committed in between would be lost unasked.
        lock_tables(tx, place, steps).await?;
    }
    let losses = foresee::refuse(tx, place, steps, applied.len(), &chosen, order).await?;
    let direction = match order {
        Order::Up(_) => Direction::Up,
        Order::Down(..) => Direction::Down,
    };
    let schema = schema(tx, place, steps).await?;
    Ok(Work {
        direction,
        transaction: transaction_id(tx, place).await.map_err(|e| Error::database("beginning", &e))?,
        invariants: Invariants::measure(tx, place, steps, &schema, applied.len(), direction, &chosen).await?,
        steps: chosen,
        before: with_history(schema, &applied),
        dangling: dangling(tx, place).await.map_err(|e| Error::database("checking the foreign keys", &e))?,
        applied,
        has_history,
        losses,
        kind: place.kind,
    })
}

/// From here to COMMIT nobody else writes to the tables, so that a backup holds what the migration finds. A SQLite
/// transaction holds the lock of the whole file already.
pub(super) async fn lock_tables(tx: &DatabaseTransaction, place: &Place, steps: &[Step]) -> Result<(), Error> {
    if place.kind == Kind::Sqlite {
        return Ok(());
    }
    let names =
        steps.iter().flat_map(|s| s.footprint(place.kind).tables.clone()).chain([history::TABLE.to_owned()]).collect();
    let tables = catalogue::postgres_tables(tx, place, &names).await?;
    if tables.is_empty() {
        return Ok(());
    }
    let list = tables.iter().map(|t| format!("{}.{}", catalogue::quoted(&place.schema), catalogue::quoted(t)));
    let sql = format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", list.collect::<Vec<_>>().join(", "));
    tx.execute_unprepared(&sql).await.map(drop).map_err(|e| Error::database("locking the tables", &e))
}

/// Runs the steps and checks what they did; the fingerprint that the database must have after COMMIT.
async fn apply(
    tx: &DatabaseTransaction,
    place: &Place,
    steps: &[Step],
    work: &Work<'_>,
    seen: Option<&Statements>,
    events: Events<'_>,
) -> Result<(Vec<Done>, String), Failure> {
    let of = work.steps.len();
    let direction = work.direction;
    let mut done = Vec::with_capacity(of);
    let mut invariants = work.invariants.clone();
    if direction == Direction::Up && !work.has_history {
        let first = work.steps.first().map(|s| s.version().to_owned()).unwrap_or_default();
        found(tx, place).await.map_err(|error| Failure::of(first, error))?;
    }
    for (number, step) in (1..).zip(&work.steps) {
        let version = step.version().to_owned();
        events(&Event::Started { direction, version: version.clone(), number, of });
        let started = Instant::now();
        let failed = |error| Failure::of(version.clone(), error);
        invariants.foresee(tx, place, step, direction).await.map_err(failed)?;
        // What was read for the checks is none of the step's.
        seen.map(Statements::take);
        let ran = one(tx, place, step, work, started).await;
        for sql in seen.map(Statements::take).unwrap_or_default() {
            events(&Event::Statement { version: version.clone(), sql });
        }
        ran.map_err(failed)?;
        let duration = started.elapsed();
        done.push(Done { version: version.clone(), duration_ms: millis(started) });
        events(&Event::Finished { direction, version, number, of, duration });
    }
    let failed = |error| Failure::of(work.last(), error);
    let applied = match direction {
        Direction::Up => work.applied.len() + done.len(),
        Direction::Down => work.applied.len() - done.len(),
    };
    if direction == Direction::Down && applied == 0 {
        history::drop_table(tx, place).await.map_err(failed)?;
    }
    check(tx, place, work).await.map_err(failed)?;
    let text = |e: Error| failed(DbErr::Migration(e.to_string()));
    let schema = schema(tx, place, steps).await.map_err(text)?;
    let rows = invariants.check(tx, place, steps, &schema, applied).await.map_err(failed)?;
    events(&Event::Checked { before: invariants.rows_before().clone(), after: rows });
    let applied = history::read(tx, place).await.map_err(text)?;
    Ok((done, with_history(schema, &applied)))
}

async fn found(tx: &DatabaseTransaction, place: &Place) -> Result<(), DbErr> {
    if place.kind == Kind::Postgres && !catalogue::has_schema(tx, place).await? {
        tx.execute_unprepared(&format!("CREATE SCHEMA {}", catalogue::quoted(&place.schema))).await?;
    }
    history::create(tx, place).await
}

async fn one(
    tx: &DatabaseTransaction,
    place: &Place,
    step: &Step,
    work: &Work<'_>,
    started: Instant,
) -> Result<(), DbErr> {
    let manager = SchemaManager::new(tx);
    still_inside(tx, place, work.transaction).await?;
    match work.direction {
        Direction::Up => {
            step.migration().up(&manager).await?;
            still_inside(tx, place, work.transaction).await?;
            let at = Utc::now().trunc_subsecs(6);
            history::add(tx, place, step, at, i64::try_from(millis(started)).unwrap_or(i64::MAX)).await
        }
        Direction::Down => {
            step.migration().down(&manager).await?;
            still_inside(tx, place, work.transaction).await?;
            history::remove(tx, place, step.version()).await
        }
    }
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// What must hold before COMMIT.
async fn check(tx: &DatabaseTransaction, place: &Place, work: &Work<'_>) -> Result<(), DbErr> {
    still_inside(tx, place, work.transaction).await?;
    let after = dangling(tx, place).await?;
    match after.difference(&work.dangling).next() {
        Some(first) => Err(DbErr::Migration(format!("foreign keys would dangle, such as {first}"))),
        None => Ok(()),
    }
}

/// Refuses to go on once the transaction is gone: the next statement would run in autocommit. SQLite rolls back by
/// itself when the disk is full.
pub(super) async fn still_inside(
    tx: &DatabaseTransaction,
    place: &Place,
    transaction: Option<i64>,
) -> Result<(), DbErr> {
    let inside = match place.kind {
        // Inside a transaction BEGIN is refused and changes nothing.
        Kind::Sqlite => tx.execute_unprepared("BEGIN").await.is_err(),
        Kind::Postgres => transaction_id(tx, place).await? == transaction,
    };
    if inside { Ok(()) } else { Err(DbErr::Migration(ENDED.to_owned())) }
}

const ENDED: &str = "the transaction was ended before its time";

/// Whether it is the refusal of [`still_inside`].
pub(super) fn is_ended(error: &DbErr) -> bool {
    matches!(error, DbErr::Migration(text) if text == ENDED)
}

/// PostgreSQL's number of this transaction; each statement outside of one has another.
pub(super) async fn transaction_id(tx: &DatabaseTransaction, place: &Place) -> Result<Option<i64>, DbErr> {
    if place.kind == Kind::Sqlite {
        return Ok(None);
    }
    let row = tx.query_one_raw(place.ask("SELECT txid_current() AS id")).await?;
    row.map(|r| r.try_get("", "id")).transpose()
}

/// The rows that break a foreign key. Those of others were there before, so only new ones count.
async fn dangling(tx: &DatabaseTransaction, place: &Place) -> Result<BTreeSet<String>, DbErr> {
    if place.kind != Kind::Sqlite {
        return Ok(BTreeSet::new());
    }
    let sql = "SELECT \"table\" || ' row ' || coalesce(rowid, '?') || ' -> ' || parent AS line FROM pragma_foreign_key_check()";
    let rows = tx.query_all_raw(place.ask(sql)).await?;
    rows.iter().map(|r| r.try_get("", "line")).collect()
}

/// History and schema of everything that the steps name.
pub(super) async fn fingerprint(db: &impl ConnectionTrait, place: &Place, steps: &[Step]) -> Result<String, Error> {
    let schema = schema(db, place, steps).await?;
    Ok(with_history(schema, &history::read(db, place).await?))
}

fn with_history(schema: String, applied: &[Applied]) -> String {
    format!("{schema}\n{applied:?}")
}

/// The schema of everything that the steps name.
async fn schema(db: &impl ConnectionTrait, place: &Place, steps: &[Step]) -> Result<String, Error> {
    let mut tables = BTreeSet::from([history::TABLE.to_owned()]);
    for step in steps {
        let footprint = step.footprint(place.kind);
        tables.extend(footprint.tables.iter().cloned());
        tables.extend(footprint.columns.iter().map(|(table, _)| table.clone()));
        // A table that is made anew is created under another name.
        let described = step.tables(place.kind).unwrap_or_default().lines();
        tables.extend(described.filter_map(|line| line.strip_prefix("table ")).map(str::to_owned));
    }
    catalogue::describe_in(db, place, Some(&tables)).await
}
