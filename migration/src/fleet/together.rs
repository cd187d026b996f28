//! Many futures, so many at once.

use tokio::task::JoinSet;

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
            set.spawn(future);
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
