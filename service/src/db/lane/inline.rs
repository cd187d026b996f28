//! Short questions on the thread that asks: a connection as the lane's, which nobody else has.

use std::fmt;
use std::path::Path;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::connection::{Link, Place};
use super::driver::Seat;
use super::job::{Answer, look_once};
use super::options::InlineCounts;
use super::place;
use crate::db::caller::Caller;
use crate::db::cells::Cell;
use crate::db::connect::OpenOptions;
use crate::db::transaction::Tx;
use crate::db::verb::Query;
use crate::error::{Error, Result};

/// Where a board's short questions are answered, if it was opened so ([`OpenOptions::inline_reads`]).
#[derive(Clone)]
pub(crate) struct Inline(Arc<Inner>);

struct Inner {
    seat: Seat,
    /// Held while a question is answered, so that each is in a transaction of its own.
    turn: Mutex<()>,
    answered: AtomicU64,
    elsewhere: AtomicU64,
}

impl fmt::Debug for Inline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inline").field("counts", &self.counts()).finish_non_exhaustive()
    }
}

impl Inline {
    /// Opens a database file; `None` where it cannot, which SeaORM's connection then says why.
    pub(in crate::db) fn open(path: &Path, options: &OpenOptions) -> Option<Self> {
        let link = Link::new(Place { declared_only: true, ..place(path.to_owned(), options) });
        link.open().ok()?;
        let (turn, answered, elsewhere) = (Mutex::default(), AtomicU64::new(0), AtomicU64::new(0));
        Some(Self(Arc::new(Inner { seat: Seat::new(link), turn, answered, elsewhere })))
    }

    /// Answers from one state of the board, before it returns; `None` where SeaORM's connection has to answer: while the file is
    /// locked, for a computed column in a row of SeaORM's, and for what waits for anything but its statements.
    pub(in crate::db) fn answer<Q: Query>(&self, query: &Q, caller: &Caller) -> Option<Result<Q::Output>> {
        let (seat, link) = (&self.0.seat, &self.0.seat.link);
        let answer = self.in_transaction(|| {
            let whole = pin!(async {
                let tx = Tx::on_lane(seat.begin().await?, caller, link);
                let answer = query.fetch(&tx).await;
                // It has changed nothing, whatever it says.
                seat.keep(tx.conn);
                answer
            });
            look_once(link, true, whole).0
        });
        let answer = answer.and_then(Answer::into_result);
        // What the database refuses here, a locked file above all, the other connection waits for or explains.
        let answer = answer.filter(|answer| !matches!(answer, Err(Error::Database(_))));
        let count = if answer.is_some() { &self.0.answered } else { &self.0.elsewhere };
        count.fetch_add(1, Ordering::Relaxed);
        answer
    }

    /// The only value of a statement, where it can be had here.
    pub(in crate::db) fn value<T: Cell>(&self, sql: &str) -> Option<T> {
        let link = &self.0.seat.link;
        let found = self.in_transaction(|| {
            link.enter(true);
            let found = link.rows(sql, &[], |cells| cells.next::<T>());
            link.leave();
            found
        });
        found?.ok()?.pop()
    }

    fn in_transaction<T>(&self, work: impl FnOnce() -> T) -> Option<T> {
        // Who panicked in here left nothing: the connection is looked after below, and by who comes next.
        let _turn = self.0.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let link = &self.0.seat.link;
        link.rollback();
        link.begin_read().ok()?;
        let done = work();
        link.rollback();
        Some(done)
    }

    pub(crate) fn counts(&self) -> InlineCounts {
        let count = |number: &AtomicU64| number.load(Ordering::Relaxed);
        InlineCounts { answered: count(&self.0.answered), elsewhere: count(&self.0.elsewhere) }
    }

    pub(crate) fn close(&self) {
        self.0.seat.link.close();
    }
}
