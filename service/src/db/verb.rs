//! Verbs and queries: what changes the board, and what asks it.

use sea_orm::DatabaseConnection;

use super::dialect::Dialect;
use super::kept::{Asking, Kept};
use super::lane::OnLane;
use super::plain::PlainClaims;
use super::reap_clock::ReapClock;
use super::transaction::Tx;
use crate::actor::Actor;
use crate::clock::Timestamp;
use crate::error::Result;

/// A change of the board. It happens whole or not at all, with its ledger rows.
pub trait Verb: Sync {
    /// What is known once it is applied: rows as they are then.
    type Output: Send;

    /// Makes the change inside `tx`. Callers use [`crate::Callboard::run`], which commits.
    fn apply(&self, tx: &Tx) -> impl Future<Output = Result<Self::Output>> + Send;

    /// Looks at the input alone. [`crate::Callboard::run`] asks it before each try, so that what is refused waits for no
    /// connection and no lock; [`Verb::apply`] must do it as well, since nobody else asks. Behind an idempotency key it is not
    /// asked: what was accepted once is answered again.
    ///
    /// # Errors
    /// What no board would take.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// Makes the change by one statement, which is a transaction by itself and so saves the round trips of one.
    /// `None` where it takes more, and where that statement found nothing that it may change: then [`Verb::apply`] is asked.
    /// SQLite has no such statements, and is not asked.
    fn apply_alone(&self, _: Alone<'_>) -> impl Future<Output = Result<Option<Self::Output>>> + Send {
        std::future::ready(Ok(None))
    }

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

    /// Whether it reads so little, and hands over nothing before its end, that it may be answered on the thread that asks
    /// ([`super::OpenOptions::inline_reads`]).
    const IS_SHORT: bool = false;

    /// Answers inside `tx`. Callers use [`crate::Callboard::read`].
    fn fetch(&self, tx: &Tx) -> impl Future<Output = Result<Self::Output>> + Send;

    /// Answers by one statement, which sees one state of the board by itself and so saves the transaction's round trips.
    /// `None` where it takes more than one: then [`Query::fetch`] is asked.
    fn fetch_alone(&self, _: Alone<'_>) -> impl Future<Output = Result<Option<Self::Output>>> + Send {
        std::future::ready(Ok(None))
    }
}

/// A connection for one statement, outside a transaction, with who acts and when.
#[derive(Clone, Copy, Debug)]
pub struct Alone<'a> {
    pub(crate) conn: &'a DatabaseConnection,
    pub(super) kept: Option<&'a Kept>,
    pub(crate) dialect: Dialect,
    pub(crate) actor: Actor,
    pub(crate) now: Timestamp,
    pub(crate) plain: &'a PlainClaims,
    pub(super) reaper: &'a ReapClock,
}

impl Alone<'_> {
    /// To be held while [`Alone::conn`] is used: it takes a connection of the pool.
    pub(crate) fn asking(&self) -> Option<Asking<'_>> {
        self.kept.map(Kept::ask)
    }

    /// As [`Tx::reap_is_due`], but asking starts nothing anew.
    pub(crate) fn reap_is_due(&self) -> bool {
        self.reaper.is_due()
    }
}
