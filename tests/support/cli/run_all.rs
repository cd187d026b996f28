use std::collections::VecDeque;
use std::thread::available_parallelism;
use std::time::Duration;

use super::{Output, Program};

/// How long one program may take beside the others.
const LIMIT: Duration = Duration::from_secs(60);

/// Runs many programs, two for each processor at once, and gives what each printed, with its number, in order.
#[track_caller]
pub fn run_all(programs: impl IntoIterator<Item = Program>, mut look: impl FnMut(usize, Output)) {
    let at_once = 2 * available_parallelism().map_or(1, usize::from);
    let mut running = VecDeque::new();
    let mut ended = 0;
    let mut end = |running: &mut VecDeque<super::Background>, most: usize| {
        while running.len() > most {
            let Some(program) = running.pop_front() else { return };
            look(ended, program.wait(LIMIT));
            ended += 1;
        }
    };
    for program in programs {
        end(&mut running, at_once - 1);
        running.push_back(program.spawn());
    }
    end(&mut running, 0);
}
