use std::time::Duration;

use super::{Output, Program};

/// How long one program may take beside the others.
const LIMIT: Duration = Duration::from_secs(120);

/// Starts all of the programs, waits for their ends, and panics when no two of them ran at one time.
#[track_caller]
pub fn at_once(programs: impl IntoIterator<Item = Program>) -> Vec<Output> {
    let mut running: Vec<_> = programs.into_iter().map(|program| program.spawn()).collect();
    let beside = running.iter_mut().map(|program| usize::from(program.is_running())).sum::<usize>();
    assert!(beside >= 2, "no race: {beside} of {} ran when the last one was started", running.len());
    running.into_iter().map(|program| program.wait(LIMIT)).collect()
}
