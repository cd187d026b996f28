//! Callers that give up: a future that is dropped after a time much shorter than a millisecond.

use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

/// What the call gives within its time; `None`: it was dropped, wherever it was.
///
/// Tokio's timers tick once a millisecond, in which a verb is over. A thread of its own keeps the time instead.
pub async fn within<T>(patience: Duration, call: impl Future<Output = T>) -> Option<T> {
    let (up, time) = oneshot::channel::<()>();
    let together = Arc::new(Barrier::new(2));
    let ready = Arc::clone(&together);
    let clock = std::thread::spawn(move || {
        ready.wait();
        let begun = Instant::now();
        // A sleep alone ends too late by as much as a short verb takes.
        std::thread::sleep(patience.saturating_sub(Duration::from_micros(200)));
        while begun.elapsed() < patience && !up.is_closed() {
            std::hint::spin_loop();
        }
        drop(up);
    });
    together.wait();
    let answer = tokio::select! {
        biased;
        answer = call => Some(answer),
        // The clock's end is all that it says.
        _ = time => None,
    };
    clock.join().expect("a clock does not panic");
    answer
}
