//! The one helper that runs a verb or a query in one transaction.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use uuid::Uuid;

use super::caller::Caller;
use super::connect::Db;
use super::dialect::Dialect;
use super::error::DatabaseError;
use super::lane::{Held, Link};
use super::plain::PlainClaims;
use super::reap_clock::ReapClock;
use super::verb::{Alone, Query, Verb};
use super::watch::News;
use crate::actor::Actor;
use crate::board::Callboard;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::file::Seen;
use crate::gate::{GatePlan, Looks};
use crate::session;

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
    /// What was seen of files before the transaction, for gates.
    pub(crate) looks: Looks,
    /// Whether it made something claimable.
    pub(crate) news: News,
    /// SQLite's write lane, where the transaction is on it.
    pub(super) link: Option<Arc<Link>>,
    reaper: ReapClock,
    /// Whether a plain claim is worth trying.
    pub(crate) plain: PlainClaims,
    /// The turn to write on SQLite, which ends after the transaction.
    _turn: Option<Held>,
}

impl Tx {
    pub(super) fn new(conn: DatabaseTransaction, caller: &Caller, turn: Option<Held>) -> Self {
        let Caller { dialect, session, actor, .. } = *caller;
        let (now, looks, news) = (caller.clock.now(), caller.looks.clone(), News::default());
        let (reaper, plain) = (caller.reaper.clone(), caller.plain.clone());
        Self { conn, dialect, actor, now, session, looks, news, link: None, reaper, plain, _turn: turn }
    }

    /// On SQLite's write lane, which has the turn.
    pub(super) fn on_lane(conn: DatabaseTransaction, caller: &Caller, link: &Arc<Link>) -> Self {
        Self { link: Some(Arc::clone(link)), ..Self::new(conn, caller, None) }
    }

    /// Whether 30 seconds have gone by since this process last asked; asking starts them anew.
    pub(crate) fn reap_is_due(&self) -> bool {
        self.reaper.take_due()
    }

    /// The connection, for an app's own rows inside [`Callboard::transaction`].
    pub fn connection(&self) -> &DatabaseTransaction {
        &self.conn
    }

    /// A savepoint.
    async fn inner(&self) -> Result<Self> {
        let conn = self.conn.begin().await?;
        let Self { dialect, actor, now, session, .. } = *self;
        let (looks, news, link) = (self.looks.clone(), self.news.clone(), self.link.clone());
        let (reaper, plain) = (self.reaper.clone(), self.plain.clone());
        Ok(Self { conn, dialect, actor, now, session, looks, news, link, reaper, plain, _turn: None })
    }

    /// Runs another verb in this transaction, as the same actor. A refused one leaves the transaction as it was.
    ///
    /// # Errors
    /// What the verb refuses. After `Busy` the whole transaction has lost its race, or files are looked at first: hand the
    /// error on, and it is tried again.
    pub async fn run<V: Verb>(&self, verb: &V) -> Result<V::Output> {
        let inner = self.inner().await?;
        end(verb.apply(&inner).await, inner).await
    }

    /// As [`Tx::run`], but what the verb did is taken back.
    pub(crate) async fn rehearse<V: Verb>(&self, verb: &V) -> Result<V::Output> {
        let inner = self.inner().await?;
        let output = verb.apply(&inner).await;
        inner.conn.rollback().await?;
        output
    }
}

/// How often a verb that lost a race is tried, and the longest first pause.
const TRIES: u32 = 8;
const PAUSE: Duration = Duration::from_millis(10);

impl Callboard {
    /// Runs a verb in a transaction of its own, trying again where it lost a race (SQLite busy; PostgreSQL 40001, 40P01).
    ///
    /// Where a quality gate asks for files, the transaction ends, they are looked at, and the verb runs again.
    ///
    /// # Errors
    /// What the verb refuses; [`crate::ErrorKind::Busy`] after 8 tries or the busy timeout; the database's errors. Nothing is changed then.
    pub async fn run<V: Verb>(&self, actor: Actor, verb: &V) -> Result<V::Output> {
        self.run_looking(actor, verb, &self.looks.for_call()).await
    }

    /// As [`Callboard::run`], with looks that others made.
    pub(crate) async fn run_looking<V: Verb>(&self, actor: Actor, verb: &V, looks: &Looks) -> Result<V::Output> {
        let (begun, mut attempt) = (Instant::now(), 1);
        loop {
            match self.run_attempt(actor, verb, looks).await {
                Ok(output) => {
                    if let Some(growth) = &self.db.growth {
                        growth.verb_done(&self.db);
                    }
                    return Ok(output);
                }
                Err(_) if looks.is_wanted() => self.look_at_wanted(looks).await?,
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

    async fn run_attempt<V: Verb>(&self, actor: Actor, verb: &V, looks: &Looks) -> Result<V::Output> {
        verb.check()?;
        // In a session more is asked first. Not on SQLite, where an answer of none is moved about in all of its size too. In a
        // box, as below: so is a future, done or not.
        if self.session.is_none()
            && self.db.kept.is_some()
            && let Some(output) = Box::pin(verb.apply_alone(self.alone(&self.db.writer, actor))).await?
        {
            return Ok(output);
        }
        if let Some(lane) = &self.db.lane
            && let Some(same) = verb.on_lane()
            && let Some(answer) = lane.run(same, self.caller(actor, looks)).await
        {
            // What a verb on the lane made claimable, the file itself tells of.
            return answer;
        }
        let tx = self.begin_write(actor, looks).await?;
        let news = tx.news.clone();
        let applied = Box::pin(apply(verb, &tx)).await;
        let output = end(applied, tx).await?;
        if news.is_told() {
            self.db.bell.ring(&self.db).await;
        }
        Ok(output)
    }

    pub(super) fn alone<'a>(&'a self, conn: &'a DatabaseConnection, actor: Actor) -> Alone<'a> {
        let (now, dialect) = (self.clock.now(), self.db.dialect);
        Alone { conn, kept: self.db.kept.as_ref(), dialect, actor, now, plain: &self.plain, reaper: &self.reaper }
    }

    pub(super) fn caller(&self, actor: Actor, looks: &Looks) -> Caller {
        let (dialect, clock, session) = (self.db.dialect, self.clock, self.session);
        let (reaper, plain, looks) = (self.reaper.clone(), self.plain.clone(), looks.clone());
        Caller { dialect, clock, reaper, plain, looks, session, actor }
    }

    async fn begin_write(&self, actor: Actor, looks: &Looks) -> Result<Tx> {
        let turn = match &self.db.turn {
            Some(turn) => Some(turn.take(self.db.busy_timeout).await?),
            None => None,
        };
        Ok(Tx::new(begin_write(&self.db).await?, &self.caller(actor, looks), turn))
    }

    /// Runs a verb and takes everything back: what it would do, or refuse, as the board is now.
    ///
    /// # Errors
    /// As [`Callboard::run`], but without trying again.
    pub async fn rehearse<V: Verb>(&self, actor: Actor, verb: &V) -> Result<V::Output> {
        let looks = self.looks.for_call();
        loop {
            let output = self.rehearse_attempt(actor, verb, &looks).await;
            if !looks.is_wanted() {
                return output;
            }
            self.look_at_wanted(&looks).await?;
        }
    }

    async fn rehearse_attempt<V: Verb>(&self, actor: Actor, verb: &V, looks: &Looks) -> Result<V::Output> {
        let tx = self.begin_write(actor, looks).await?;
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
    /// On PostgreSQL the board's schema is set for the savepoint and put back. Where a quality gate asks for files, they are
    /// read while the app's transaction is open; [`Callboard::having_looked`] reads them before.
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
        let looks = self.looks.for_call();
        loop {
            let tx = Tx::new(conn.begin().await?, &self.caller(actor, &looks), None);
            let outer = tx.dialect.enter_schema(&tx.conn, self.db.schema.as_deref()).await?;
            match apply(verb, &tx).await {
                Ok(output) => {
                    tx.dialect.leave_schema(&tx.conn, outer).await?;
                    tx.conn.commit().await?;
                    return Ok(output);
                }
                // Rolling back to the savepoint takes the setting back as well.
                refused if !looks.is_wanted() => return end(refused, tx).await,
                _ => tx.conn.rollback().await?,
            }
            for item in looks.take_wanted()? {
                // In the app's own transaction: what it tracked before is not committed yet.
                let tx = Tx::new(conn.begin().await?, &self.caller(actor, &looks), None);
                tx.dialect.enter_schema(&tx.conn, self.db.schema.as_deref()).await?;
                let plan = GatePlan(item).fetch(&tx).await;
                tx.conn.rollback().await?;
                if let Some(plan) = plan? {
                    looks.put(item, Seen::look(plan).await?);
                }
            }
        }
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
        // READ COMMITTED: our connections have it from their beginning, which saves a round trip here.
        Dialect::Postgres => TransactionOptions::default(),
    };
    let _asking = db.asking();
    Ok(db.writer.begin_with_options(options).await?)
}

/// Applies a verb as the first of its transaction: in a session that is over nothing is written any more.
pub(super) async fn apply<V: Verb>(verb: &V, tx: &Tx) -> Result<V::Output> {
    if let Some(session) = tx.session {
        session::must_be_open(tx, session).await?;
    }
    let output = verb.apply(tx).await?;
    if tx.looks.is_wanted() {
        // A closure that went on after a verb of it was refused for this would keep half of what it is to do.
        return Err(Error::FilesUnseen { item: String::new() });
    }
    Ok(output)
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
