//! Many futures, so many at once.

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::{JoinSet, spawn_blocking};

use super::processor::Processor;

/// The future on a thread of its own: digests and syncs keep a thread busy, of which a runtime has one for each processor.
/// A panic goes on here. Dropped, it ends the future at its next wait.
pub(super) async fn apart<F>(future: F) -> F::Output
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    // Dropped with this future.
    let (_here, gone) = oneshot::channel::<()>();
    let shared = Handle::current();
    let ended = spawn_blocking(move || {
        let _one = Processor::take();
        let work = async move {
            tokio::select! {
                biased;
                value = future => Some(value),
                _ = gone => None,
            }
        };
        // SQLite needs no driver for sockets, through which each wake-up would cost a call more; but a clock of its own, or
        // each wait for a connection would wake the thread that keeps the other one.
        match Builder::new_current_thread().enable_time().build() {
            Ok(own) => own.block_on(work),
            Err(_) => shared.block_on(work),
        }
    });
    match ended.await {
        Ok(Some(value)) => value,
        Err(e) if e.is_panic() => std::panic::resume_unwind(e.into_panic()),
        // The runtime shuts down: nobody waits for this.
        Ok(None) | Err(_) => std::future::pending().await,
    }
}

/// Runs all of them, at most `jobs` at one time, and hands each value on as it comes. A panic goes on here. Dropped, it
/// ends those that run.
pub(super) async fn each<F>(jobs: usize, mut work: impl Iterator<Item = F>, see: &mut (dyn FnMut(F::Output) + Send))
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let mut set = JoinSet::new();
    loop {
        while set.len() < jobs.max(1)
            && let Some(future) = work.next()
        {
            set.spawn(apart(future));
        }
        match set.join_next().await {
            Some(Ok(value)) => see(value),
            Some(Err(e)) if e.is_panic() => std::panic::resume_unwind(e.into_panic()),
            // Nobody aborts them.
            Some(Err(_)) => {}
            None => return,
        }
    }
}

/// As [`each`], and gives their values in their own order.
pub(super) async fn all<F>(jobs: usize, work: impl Iterator<Item = F>) -> Vec<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let mut out = Vec::new();
    let numbered = work.enumerate().map(|(number, future)| async move { (number, future.await) });
    each(jobs, numbered, &mut |value| out.push(value)).await;
    out.sort_by_key(|(number, _)| *number);
    out.into_iter().map(|(_, value)| value).collect()
}
