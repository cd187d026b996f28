//! What `up` and `down` leave when they are killed, when the disk fails, and when the server goes away.
//!
//! Faults are made by a library preloaded into the binary (tests/support/shim.rs). Each test counts the faults that
//! really hit, has a control that breaks under the same ones, and records its figures (report.rs). A share of the
//! points is tried in every run; `./test.sh --faults` tries all of them and writes docs/reliability.md.

mod backup;
pub mod control;
mod damaged;
mod disk;
mod fleet;
mod kill;
mod postgres;
mod postgres_backup;
pub mod report;
mod restore;
mod scenario;
mod serial;
mod sidecars;
mod signal;
mod state;
mod trace;
mod writers;

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many trials: the share of every run, or the full count with CALLBOARD_FAULTS=full.
pub fn share(every_run: usize, full: usize) -> usize {
    if is_full() { full } else { every_run }
}

fn is_full() -> bool {
    match std::env::var("CALLBOARD_FAULTS").as_deref() {
        Ok("full") => true,
        Ok("render") | Err(_) => false,
        Ok(other) => panic!("CALLBOARD_FAULTS is full or render, not {other}"),
    }
}

/// Calls the function with each of the values, two at once, and gives the answers in their order.
fn each<T: Sync, R: Send>(values: &[T], call: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut out = Vec::new();
        while let Some((index, value)) = take(values, &next) {
            out.push((index, call(value)));
        }
        out
    };
    let mut answers = std::thread::scope(|scope| {
        let workers = [scope.spawn(work), scope.spawn(work)];
        workers.into_iter().flat_map(|w| w.join().expect("the panic is printed above")).collect::<Vec<_>>()
    });
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn take<'v, T>(values: &'v [T], next: &AtomicUsize) -> Option<(usize, &'v T)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    values.get(index).map(|value| (index, value))
}

/// So many numbers from 1 to `of`, spread evenly, each anywhere in its part.
fn spread(count: usize, of: usize) -> Vec<usize> {
    assert!(of > 0, "there is nothing to hit");
    let part = of as f64 / count as f64;
    (0..count).map(|n| (((n as f64 + fastrand::f64()) * part) as usize).min(of - 1) + 1).collect()
}

/// Runs a future to its end on this thread.
fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("start a tokio runtime").block_on(future)
}
