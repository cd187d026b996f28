//! Many futures, so many at once.

use tokio::task::JoinSet;

/// Runs all of them, at most `jobs` at one time, and gives their values in their own order. A panic goes on here.
pub(super) async fn all<F>(jobs: usize, work: impl Iterator<Item = F>) -> Vec<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let mut queue = work.enumerate();
    let mut set = JoinSet::new();
    let mut out = Vec::new();
    loop {
        while set.len() < jobs.max(1)
            && let Some((number, future)) = queue.next()
        {
            set.spawn(async move { (number, future.await) });
        }
        match set.join_next().await {
            Some(Ok(done)) => out.push(done),
            Some(Err(e)) if e.is_panic() => std::panic::resume_unwind(e.into_panic()),
            // Nobody aborts them.
            Some(Err(_)) => {}
            None => break,
        }
    }
    out.sort_by_key(|(number, _)| *number);
    out.into_iter().map(|(_, value)| value).collect()
}
