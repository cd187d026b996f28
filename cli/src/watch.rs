//! Tells how far long work is, while it lasts.

use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::context::Context;

/// What takes less is over before it is read.
const EVERY: Duration = Duration::from_secs(2);

/// Waits for the work, with a note on stderr every two seconds.
pub async fn watch<T>(context: &Context, progress: impl Fn() -> String, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    let mut ticks = interval_at(Instant::now() + EVERY, EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            // What is done is not told of as not done yet.
            biased;
            done = &mut work => return done,
            _ = ticks.tick() => context.out.note(&progress()),
        }
    }
}
