//! Waits for work: a claim that finds nothing is made again when there may be something.

use std::time::Duration;

use tokio::time::Instant;

use super::claim::{Claim, ClaimOutcome};
use crate::actor::Actor;
use crate::board::Callboard;
use crate::error::Result;

/// The longest first pause of one who was woken in vain, and the longest of all.
const PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Who slept for so long was not woken in vain all the time.
const RESTED: Duration = Duration::from_secs(1);

impl Callboard {
    /// Claims as [`Claim`]; where there is nothing, waits until something may be had, and claims again.
    ///
    /// It is woken by whatever another process commits, mostly within 50 ms, and when a backoff, a lease or a step's time
    /// ends; what an app commits in a transaction of its own is seen within five seconds on PostgreSQL. Who is woken in vain
    /// again and again, because others are faster or the work is not for this agent, looks once a second in the end. After
    /// `patience` (none: for good) the answer is the empty outcome of the last look. Dropping the future ends the wait.
    ///
    /// A claim that names an item is not waited for: it is answered at once, as [`Callboard::run`] does.
    ///
    /// # Errors
    /// As [`Claim`].
    ///
    /// # Example
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use callboard_service::assignment::Claim;
    ///
    /// # async fn example(board: callboard_service::Callboard) -> Result<(), callboard_service::Error> {
    /// let actor = board.actor("agent:coder").await?;
    /// let minute = Some(Duration::from_secs(60));
    /// for claimed in board.claim_or_wait(actor, &Claim::one("coder"), minute).await?.claimed {
    ///     println!("{} is held by assignment {}", claimed.item.key, claimed.assignment);
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn claim_or_wait(&self, actor: Actor, claim: &Claim, patience: Option<Duration>) -> Result<ClaimOutcome> {
        let end = patience.and_then(|patience| Instant::now().checked_add(patience));
        let mut outcome = self.run(actor, claim).await?;
        if !outcome.claimed.is_empty() {
            return Ok(outcome);
        }
        // From here on nothing is missed: it looks out first, and then looks again.
        let mut watch = self.watch().await;
        let mut in_vain = 0;
        loop {
            outcome = self.run(actor, claim).await?;
            if !outcome.claimed.is_empty() {
                return Ok(outcome);
            }
            let looked = Instant::now();
            let woken = async {
                watch.changed().await;
                tokio::time::sleep(pause(in_vain)).await;
                watch.catch_up();
            };
            match end {
                Some(end) => {
                    if tokio::time::timeout_at(end, woken).await.is_err() {
                        return Ok(outcome);
                    }
                }
                None => woken.await,
            }
            in_vain = if looked.elapsed() < RESTED { in_vain + 1 } else { 0 };
        }
    }
}

/// None for the first time; then at random, so that many who wait do not come all at once.
fn pause(in_vain: u32) -> Duration {
    match in_vain {
        0 => Duration::ZERO,
        times => (PAUSE * 2u32.pow(times.min(6))).min(LONGEST_PAUSE).mul_f64(fastrand::f64()),
    }
}
