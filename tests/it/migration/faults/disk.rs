//! A disk that is full from some write on, and one that fails to sync once: nothing was changed, or all was.

use support::plain;
use support::shim::{Calls, Family, Fault};

use super::report::{Figures, record};
use super::scenario::{Left, Scenario};
use super::state::Verdict;
use super::{control, each, share, spread};

/// Exit codes that say that nothing was changed: a refusal of the system before the run began, and a rollback.
const UNCHANGED: [i32; 2] = [1, 8];

plain! {
    fn a_full_disk_leaves_old_or_new() {
        let test = "ENOSPC from a write of `up` or `down` on, SQLite";
        let mut figures = run(test, share(2, 40), Family::Write, Fault::NoSpace);
        figures.controlled_by(broken(share(8, 200), Family::Write, Fault::NoSpace));
        record(figures);
    }

    fn a_failed_sync_leaves_old_or_new() {
        let test = "EIO at a sync of `up` or `down`, SQLite";
        let mut figures = run(test, share(1, 20), Family::Sync, Fault::SyncError);
        figures.controlled_by(broken(share(8, 200), Family::Sync, Fault::SyncError));
        record(figures);
    }
}

fn run(test: &str, count: usize, family: Family, fault: fn(usize) -> Fault) -> Figures {
    let scenarios = Scenario::all();
    let numbers = |s: &Scenario| spread(count, s.calls.of(family));
    let points: Vec<_> = scenarios.iter().flat_map(|s| numbers(s).into_iter().map(move |n| (s, fault(n)))).collect();
    let answers = each(&points, |(scenario, fault)| {
        let left = scenario.run(Scenario::program, *fault);
        (left.calls.faulty() > 0, look(scenario, &left).err().map(|e| format!("{scenario}, {fault:?}: {e}")))
    });
    let mut figures = Figures::new(test, points.len() * 9 / 10);
    answers.into_iter().for_each(|(hit, failure)| figures.add(hit, failure));
    figures
}

/// What the exit code says is so, and `up` goes on from there.
fn look(scenario: &Scenario, left: &Left) -> Result<(), String> {
    let expected = match left.output.exit {
        Some(0) => Verdict::New,
        Some(code) if UNCHANGED.contains(&code) => Verdict::Old,
        _ => return Err(format!("{:?}\n{}", left.verdict, left.output)),
    };
    if left.verdict != expected {
        return Err(format!("{:?}\n{}", left.verdict, left.output));
    }
    scenario.goes_on(left)
}

/// How often the steps without a transaction are left between two versions, of how many faults.
fn broken(count: usize, family: Family, fault: fn(usize) -> Fault) -> (usize, usize) {
    let scenarios = control::scenarios();
    let numbers = |calls: &Calls| spread(count / scenarios.len(), calls.of(family));
    let points: Vec<_> =
        scenarios.iter().flat_map(|(s, calls)| numbers(calls).into_iter().map(|n| (*s, fault(n)))).collect();
    let left = each(&points, |(scenario, fault)| scenario.run(control::program, *fault));
    let hit = left.iter().filter(|left| left.calls.faulty() > 0).count();
    (left.iter().filter(|left| matches!(left.verdict, Verdict::Between(_))).count(), hit)
}
