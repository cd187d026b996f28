//! Verbs and queries, and the one helper that runs each in one transaction.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseTransaction, IsolationLevel, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use uuid::Uuid;

use super::connect::Db;
use super::dialect::Dialect;
use super::error::DatabaseError;
use super::lane::{Held, OnLane};
use crate::actor::Actor;
use crate::board::Callboard;
use crate::clock::{Clock, Timestamp};
use crate::error::{Error, Result};
use crate::session;

/// A change of the board. It happens whole or not at all, with its ledger rows.
pub trait Verb: Sync {
    /// What is known once it is applied: rows as they are then.
    type Output: Send;

    /// Makes the change inside `tx`. Callers use [`Callboard::run`], which commits.
    fn apply(&self, tx: &Tx) -> impl Future<Output = Result<Self::Output>> + Send;

    /// The same change for SQLite's write lane, where it may share a commit with others ([`super::OpenOptions::lane`]);
    /// none, the default, is made on the board's other connection. For short changes that are made very often.
    fn on_lane(&self) -> Option<OnLane<Self::Output>> {
        None
    }
}

/// A question to the board. It sees one state of it, whatever is written meanwhile.
pub trait Query: Sync {
    /// The answer.
    type Output: Send;

    /// Answers inside `tx`. Callers use [`Callboard::read`].
    fn fetch(&self, tx: &Tx) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// An open transaction, with who acts in it and when.
#[derive(Debug)]
pub struct Tx {
    pub(crate) conn: DatabaseTransaction,
    pub(crate) dialect: Dialect,
    pub(crate) actor: Actor,
    /// The time of the whole verb, bound by the app.
    pub(crate) now: Timestamp,
    /// The work session that the board's writes carry, where they carry one.
    pub(crate) session: Option<Uuid>,
    reaper: ReapClock,
    /// The turn to write on SQLite, which ends after the transaction.
    _turn: Option<Held>,
}

/// Who runs a verb, and on which board: what a transaction knows beside its connection.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub dialect: Dialect,
    pub clock: Clock,
    pub reaper: ReapClock,
    pub session: Option<Uuid>,
    pub actor: Actor,
}

/// When this process last took back what ran out, shared by all transactions of a board.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReapClock(Arc<Mutex<Option<Instant>>>);

/// How often a claim takes back what ran out even when it finds enough to do.
const REAP_EVERY: Duration = Duration::from_secs(30);

impl Tx {
    fn new(conn: DatabaseTransaction, caller: &Caller, turn: Option<Held>) -> Self {
        let Caller { dialect, session, actor, .. } = *caller;
        let (now, reaper) = (caller.clock.now(), caller.reaper.clone());
        Self { conn, dialect, actor, now, session, reaper, _turn: turn }
    }

    /// On SQLite's write lane, which has the turn.
    pub(super) fn on_lane(conn: DatabaseTransaction, caller: &Caller) -> Self {
        Self::new(conn, caller, None)
    }

    /// Whether 30 seconds have gone by since this process last asked; asking starts them anew.
    pub(crate) fn reap_is_due(&self) -> bool {
        // A poisoned lock only means that another task panicked while it held an Instant.
        let mut last = self.reaper.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|at| at.elapsed() >= REAP_EVERY);
        if due {
            *last = Some(Instant::now());
        }
        due
    }

    /// The connection, for an app's own rows inside [`Callboard::transaction`].
    pub fn connection(&self) -> &DatabaseTransaction {
        &self.conn
    }

    /// Runs another verb in this transaction, as the same actor. A refused one leaves the transaction as it was.
    ///
    /// # Errors
    /// What the verb refuses. After `Busy` the whole transaction has lost its race: hand the error on, and it is
    /// tried again.
    pub async fn run<V: Verb>(&self, verb: &V) -> Result<V::Output> {
        let conn = self.conn.begin().await?;
        let Self { dialect, actor, now, session, .. } = *self;
        let inner = Tx { conn, dialect, actor, now, session, reaper: self.reaper.clone(), _turn: None };
        end(verb.apply(&inner).await, inner).await
    }
}

/// How often a verb that lost a race is tried, and the longest first pause.
const TRIES: u32 = 8;
const PAUSE: Duration = Duration::from_millis(10);

impl Callboard {
    /// Runs a verb in a transaction of its own, trying again where it lost a race (SQLite busy; PostgreSQL 40001, 40P01).
    ///
    /// # Errors
    /// What the verb refuses; [`crate::ErrorKind::Busy`] after 8 tries or the busy timeout; the database's errors. Nothing is changed then.
    pub async fn run<V: Verb>(&self, actor: Actor, verb: &V) -> Result<V::Output> {
        let (begun, mut attempt) = (Instant::now(), 1);
        loop {
            match self.run_attempt(actor, verb).await {
                Err(error) if error.is_retryable() && attempt < TRIES && self.may_wait(&error, begun) => {
                    tracing::debug!(attempt, %error, "lost a race, trying again");
                    tokio::time::sleep(PAUSE.mul_f64(fastrand::f64()) * 2u32.pow(attempt - 1)).await;
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    /// A lost race is tried again at once; what has waited for the busy timeout already is not made to wait again.
    fn may_wait(&self, error: &Error, begun: Instant) -> bool {
        !matches!(error, Error::Database(DatabaseError::TimedOut(_))) || begun.elapsed() < self.db.busy_timeout
    }

    async fn run_attempt<V: Verb>(&self, actor: Actor, verb: &V) -> Result<V::Output> {
        if let Some(lane) = &self.db.lane
            && let Some(same) = verb.on_lane()
            && let Some(answer) = lane.run(same, self.caller(actor)).await
        {
            return answer;
        }
        let tx = self.begin_write(actor).await?;
        end(apply(verb, &tx).await, tx).await
    }

    fn caller(&self, actor: Actor) -> Caller {
        let (dialect, clock, reaper, session) = (self.db.dialect, self.clock, self.reaper.clone(), self.session);
        Caller { dialect, clock, reaper, session, actor }
    }

    async fn begin_write(&self, actor: Actor) -> Result<Tx> {
        let turn = match &self.db.turn {
            Some(turn) => Some(turn.take(self.db.busy_timeout).await?),
            None => None,
        };
        Ok(Tx::new(begin_write(&self.db).await?, &self.caller(actor), turn))
    }

    /// Runs a verb and takes everything back: what it would do, or refuse, as the board is now.
    ///
    /// # Errors
    /// As [`Callboard::run`], but without trying again.
    pub async fn rehearse<V: Verb>(&self, actor: Actor, verb: &V) -> Result<V::Output> {
        let tx = self.begin_write(actor).await?;
        let output = apply(verb, &tx).await;
        tx.conn.rollback().await?;
        output
    }

    /// Runs several changes, and an app's own, in one transaction: all of them happen, or none.
    ///
    /// `body` gives a boxed future: `|tx| Box::pin(async move { .. })`. It may run more than
    /// once when the transaction lost a race, and so must touch nothing but the database.
    ///
    /// # Errors
    /// As [`Callboard::run`].
    ///
    /// # Example
    /// ```no_run
    /// use callboard_service::Actor;
    /// use callboard_service::item::{AddItems, NewItem};
    /// use sea_orm::ConnectionTrait;
    ///
    /// # async fn example(board: callboard_service::Callboard) -> Result<(), callboard_service::Error> {
    /// let key = board.transaction(Actor::SYSTEM, |tx| Box::pin(async move {
    ///     tx.connection().execute_unprepared("INSERT INTO orders (what) VALUES ('a spade')").await?;
    ///     let add = AddItems { project: None, items: vec![NewItem::titled("Pack a spade")] };
    ///     Ok(tx.run(&add).await?.remove(0).key)
    /// })).await?;
    /// # Ok(()) }
    /// ```
    pub async fn transaction<T, F>(&self, actor: Actor, body: F) -> Result<T>
    where
        T: Send,
        F: for<'t> Fn(&'t Tx) -> BoxFuture<'t, Result<T>> + Sync,
    {
        self.run(actor, &Body(body)).await
    }

    /// Runs a verb in a savepoint of the app's own transaction. A refused verb leaves that transaction usable.
    ///
    /// On PostgreSQL the board's schema is set for the savepoint and put back.
    ///
    /// # Errors
    /// As [`Callboard::run`], but without trying again: the app owns the transaction and decides.
    ///
    /// # Example
    /// ```no_run
    /// use callboard_service::assignment::Claim;
    /// use callboard_service::{Callboard, Error};
    /// use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};
    ///
    /// # async fn example(board: Callboard, db: DatabaseConnection) -> Result<(), Error> {
    /// let actor = board.actor("agent:packer").await?;
    /// let tx = db.begin().await?;
    /// let outcome = board.run_in(&tx, actor, &Claim::one("packer")).await?;
    /// tx.execute_unprepared("UPDATE orders SET status = 'taken' WHERE id = 1").await?;
    /// tx.commit().await?; // the claim and the order, or neither
    /// # drop(outcome);
    /// # Ok(()) }
    /// ```
    pub async fn run_in<C, V>(&self, conn: &C, actor: Actor, verb: &V) -> Result<V::Output>
    where
        C: ConnectionTrait + TransactionTrait<Transaction = DatabaseTransaction>,
        V: Verb,
    {
        let tx = Tx::new(conn.begin().await?, &self.caller(actor), None);
        let outer = tx.dialect.enter_schema(&tx.conn, self.db.schema.as_deref()).await?;
        match apply(verb, &tx).await {
            Ok(output) => {
                tx.dialect.leave_schema(&tx.conn, outer).await?;
                tx.conn.commit().await?;
                Ok(output)
            }
            // Rolling back to the savepoint takes the setting back as well.
            refused => end(refused, tx).await,
        }
    }

    /// Answers a question from one state of the board.
    ///
    /// # Errors
    /// What the query refuses (mostly: not found), and the database's errors.
    pub async fn read<Q: Query>(&self, query: &Q) -> Result<Q::Output> {
        let options = match self.db.dialect {
            Dialect::Sqlite => TransactionOptions::default(),
            Dialect::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..Default::default()
            },
        };
        let conn = self.db.reader.begin_with_options(options).await?;
        let tx = Tx::new(conn, &self.caller(Actor::SYSTEM), None);
        let answer = query.fetch(&tx).await;
        tx.conn.rollback().await?;
        answer
    }
}

/// What the body of [`Callboard::transaction`] gives: `|tx| Box::pin(async move { .. })`.
///
/// A boxed future, because that of an async closure cannot be known to be `Send`, and verbs are run in spawned tasks.
pub type BoxFuture<'t, T> = Pin<Box<dyn Future<Output = T> + Send + 't>>;

/// A closure as a verb.
struct Body<F>(F);

impl<T, F> Verb for Body<F>
where
    T: Send,
    F: for<'t> Fn(&'t Tx) -> BoxFuture<'t, Result<T>> + Sync,
{
    type Output = T;

    async fn apply(&self, tx: &Tx) -> Result<T> {
        (self.0)(tx).await
    }
}

/// IMMEDIATE on SQLite: a transaction that reads first and writes later would fail at once when another wrote meanwhile.
async fn begin_write(db: &Db) -> Result<DatabaseTransaction> {
    let options = match db.dialect {
        Dialect::Sqlite => {
            TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() }
        }
        // READ COMMITTED, whatever the server's default: the verbs lock what they read.
        Dialect::Postgres => {
            TransactionOptions { isolation_level: Some(IsolationLevel::ReadCommitted), ..Default::default() }
        }
    };
    Ok(db.writer.begin_with_options(options).await?)
}

/// Applies a verb as the first of its transaction: in a session that is over nothing is written any more.
pub(super) async fn apply<V: Verb>(verb: &V, tx: &Tx) -> Result<V::Output> {
    if let Some(session) = tx.session {
        session::must_be_open(tx, session).await?;
    }
    verb.apply(tx).await
}

pub(super) async fn end<T>(result: Result<T>, tx: Tx) -> Result<T> {
    match result {
        Ok(output) => {
            tx.conn.commit().await?;
            Ok(output)
        }
        Err(error) => {
            // The refusal is what the caller must see, also when the rollback fails: the connection is closed then.
            if let Err(rollback) = tx.conn.rollback().await {
                tracing::warn!(%rollback, "rolling back failed");
            }
            Err(error)
        }
    }
}
