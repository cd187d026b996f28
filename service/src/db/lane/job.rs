//! A verb that waits for its turn on the lane, and its caller.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use futures_util::FutureExt;
use sea_orm::DbErr;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::connection::{Link, Verb as Standing};
use super::driver::Seat;
use crate::db::DatabaseError;
use crate::db::caller::Caller;
use crate::db::transaction::{BoxFuture, Tx, apply, end};
use crate::db::verb::Verb;
use crate::error::{Error, Result};

/// A verb for SQLite's write lane, which keeps it until it is done: what [`Verb::on_lane`] gives.
///
/// The lane runs it on a thread of its own, or on the caller's, inside a transaction that it may share with others, and
/// gives its answer when that is committed. A verb for the lane awaits nothing but its transaction's statements: one that
/// waits for anything else is taken back and done on the board's other connection, and so is one whose rows cannot be read
/// here. Its rows' columns are read by their declared types; a computed column is an integer, a double, text or bytes.
pub struct OnLane<T>(Box<dyn Enqueue<T> + Send + Sync>);

impl<T> OnLane<T> {
    /// This verb, which is often a clone of the one that is asked.
    pub fn new<V>(verb: V) -> Self
    where
        V: Verb<Output = T> + Send + 'static,
    {
        Self(Box::new(verb))
    }

    /// The verb inside another one.
    pub(in crate::db) fn apply<'a>(&'a self, tx: &'a Tx) -> BoxFuture<'a, Result<T>> {
        self.0.apply_boxed(tx)
    }

    /// The verb as it waits in the queue, and how its caller waits.
    pub(super) fn into_job(self, caller: Caller) -> (Box<dyn Job>, Waiting<T>) {
        self.0.into_job(caller)
    }
}

impl<T> fmt::Debug for OnLane<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnLane")
    }
}

/// Hides the verb's type, so that only its output is known.
trait Enqueue<T> {
    fn into_job(self: Box<Self>, caller: Caller) -> (Box<dyn Job>, Waiting<T>);
    fn apply_boxed<'a>(&'a self, tx: &'a Tx) -> BoxFuture<'a, Result<T>>;
}

impl<V: Verb + Send + 'static> Enqueue<V::Output> for V {
    fn into_job(self: Box<Self>, caller: Caller) -> (Box<dyn Job>, Waiting<V::Output>) {
        let (to, answer) = oneshot::channel();
        let ticket = Ticket::default();
        let waiting = Waiting { answer, ticket: ticket.clone() };
        let runtime = Handle::try_current().ok();
        (Box::new(Queued { verb: *self, caller, ticket, runtime, answer: None, to }), waiting)
    }

    fn apply_boxed<'a>(&'a self, tx: &'a Tx) -> BoxFuture<'a, Result<V::Output>> {
        Box::pin(self.apply(tx))
    }
}

/// Whether a verb has been begun, or its caller has gone: whichever is first.
#[derive(Clone, Debug, Default)]
struct Ticket(Arc<AtomicU8>);

const QUEUED: u8 = 0;
const TAKEN: u8 = 1;
const GONE: u8 = 2;

impl Ticket {
    fn change(&self, from: u8, to: u8) -> bool {
        self.0.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

/// What a caller waits with.
#[derive(Debug)]
pub(super) struct Waiting<T> {
    pub answer: oneshot::Receiver<Answer<T>>,
    ticket: Ticket,
}

impl<T> Waiting<T> {
    /// Gives up, unless the verb has been begun.
    pub(super) fn give_up(&self) -> bool {
        self.ticket.change(QUEUED, GONE)
    }
}

/// How a verb ended.
pub(super) enum Answer<T> {
    /// It was done, or refused.
    Given(Result<T>),
    /// It is to be done on SeaORM's connection; here it left nothing.
    Unfit,
    Panicked(Box<dyn Any + Send>),
}

impl<T> Answer<T> {
    /// `None` where the verb is still to be done, on SeaORM's connection. A panic goes on in the caller's task.
    pub(super) fn into_result(self) -> Option<Result<T>> {
        match self {
            Self::Given(result) => Some(result),
            Self::Unfit => None,
            Self::Panicked(payload) => resume_unwind(payload),
        }
    }
}

impl<T> fmt::Debug for Answer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Given(Ok(_)) => "done",
            Self::Given(Err(_)) => "refused",
            Self::Unfit => "unfit",
            Self::Panicked(_) => "panicked",
        })
    }
}

/// What a group's transaction became.
#[derive(Clone, Debug)]
pub(super) enum Fate {
    /// It is committed, or this verb left nothing in it: the answer counts.
    Done,
    /// Nothing of it has happened.
    Failed(DbErr),
    /// Nothing of it has happened, and the verb is to be done elsewhere.
    Elsewhere,
}

/// Looks once at what runs on the connection, which is enough: every statement is done when it is asked for. Gives its answer
/// and what became of it there, as [`Link::leave`].
pub(super) fn look_once<T>(
    link: &Link,
    bare: bool,
    whole: Pin<&mut impl Future<Output = Result<T>>>,
) -> (Answer<T>, Option<Standing>) {
    link.enter(bare);
    let ran = catch_unwind(AssertUnwindSafe(|| whole.now_or_never()));
    let standing = link.leave();
    let answer = match ran {
        Err(payload) => Answer::Panicked(payload),
        // It waits for something that is not here.
        Ok(None) => Answer::Unfit,
        Ok(Some(_)) if standing.as_ref().is_some_and(|verb| verb.unfit.is_some()) => Answer::Unfit,
        // It made nothing of a failure that took its transaction away.
        Ok(Some(Ok(_))) if standing.is_none() => Answer::Unfit,
        // A fault, or a row that is read in another way here: the other connection has the last word.
        Ok(Some(Err(Error::Database(DatabaseError::Other(_)) | Error::Stored { .. }))) => Answer::Unfit,
        Ok(Some(result)) => Answer::Given(result),
    };
    (answer, standing)
}

/// A verb in the queue, whatever its type.
pub(super) trait Job: Send {
    /// Begins it, unless its caller has gone.
    fn take(&mut self) -> bool;
    /// Puts it back into the queue.
    fn put_back(&mut self);
    /// Runs it in the transaction that is open, `bare` without a savepoint; it may be run again when that is lost. `None`: it lost it.
    fn run(&mut self, seat: &Seat, bare: bool) -> Option<Standing>;
    /// Tells the caller.
    fn tell(self: Box<Self>, fate: Fate);
}

struct Queued<V: Verb> {
    verb: V,
    caller: Caller,
    ticket: Ticket,
    /// The caller's: a verb that asks for a timer is to be found waiting, not without one.
    runtime: Option<Handle>,
    answer: Option<Answer<V::Output>>,
    to: oneshot::Sender<Answer<V::Output>>,
}

impl<V: Verb + Send + 'static> Job for Queued<V> {
    fn take(&mut self) -> bool {
        !self.to.is_closed() && self.ticket.change(QUEUED, TAKEN)
    }

    fn put_back(&mut self) {
        self.ticket.change(TAKEN, QUEUED);
    }

    fn run(&mut self, seat: &Seat, bare: bool) -> Option<Standing> {
        let link = &seat.link;
        let (verb, caller) = (&self.verb, &self.caller);
        let _inside = self.runtime.as_ref().map(Handle::enter);
        // Pinned where it is made: a verb's future has thousands of bytes, which a call would move.
        let whole = pin!(async {
            let tx = Tx::on_lane(seat.begin().await?, caller, link);
            match apply(verb, &tx).await {
                Ok(output) => {
                    seat.keep(tx.conn);
                    Ok(output)
                }
                refused => end(refused, tx).await,
            }
        });
        let (answer, standing) = look_once(link, bare, whole);
        self.answer = Some(answer);
        standing
    }

    fn tell(self: Box<Self>, fate: Fate) {
        let Self { answer, to, .. } = *self;
        let answer = match (fate, answer) {
            (Fate::Done, Some(answer)) | (_, Some(answer @ (Answer::Panicked(_) | Answer::Unfit))) => answer,
            (Fate::Failed(error), _) => Answer::Given(Err(error.into())),
            (Fate::Done, None) | (Fate::Elsewhere, _) => Answer::Unfit,
        };
        // Nobody waits any more: what is committed stays, as after any lost answer.
        drop(to.send(answer));
    }
}
