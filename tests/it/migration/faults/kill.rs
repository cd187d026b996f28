//! SIGKILL at any call that changes a file: the database is at the old version or at the new one, and `up` goes on.

use support::plain;
use support::shim::{Calls, Fault, When};

use super::report::{Figures, record};
use super::scenario::{Left, Scenario};
use super::state::Verdict;
use super::{control, each, share, spread};

plain! {
    fn up_and_down_leave_old_or_new() {
        let scenarios = Scenario::all();
        let scenarios: Vec<_> = scenarios.iter().map(|scenario| (scenario, &scenario.calls)).collect();
        let points = points(&scenarios, share(5, 100));
        let failures = each(&points, |(scenario, fault)| {
            let left = scenario.run(Scenario::program, *fault);
            (left.output.signal == Some(9), look(scenario, &left).err().map(|e| format!("{scenario}, {fault:?}: {e}")))
        });
        let mut figures = Figures::new("SIGKILL at a call of `up` or `down`, SQLite", points.len() * 9 / 10);
        failures.into_iter().for_each(|(hit, failure)| figures.add(hit, failure));
        figures.controlled_by(control(share(16, 400)));
        record(figures);
    }
}

/// What a killed run may leave. One that was not killed has ended well.
fn look(scenario: &Scenario, left: &Left) -> Result<(), String> {
    if left.output.signal != Some(9) && (left.output.exit != Some(0) || left.verdict != Verdict::New) {
        return Err(format!("not killed, but {:?}\n{}", left.verdict, left.output));
    }
    match &left.verdict {
        Verdict::Between(how) => Err(how.clone()),
        _ => scenario.goes_on(left),
    }
}

/// So many points for each scenario, before, inside and after its calls.
fn points<'s>(scenarios: &[(&'s Scenario, &Calls)], count: usize) -> Vec<(&'s Scenario, Fault)> {
    let mut out = Vec::new();
    for (scenario, calls) in scenarios {
        let whens = When::ALL.into_iter().cycle();
        let kills = spread(count, calls.0.len()).into_iter().zip(whens).map(|(call, when)| Fault::Kill(call, when));
        out.extend(kills.map(|fault| (*scenario, fault)));
    }
    out
}

/// How often the steps without a transaction are left between two versions, of how many kills.
fn control(count: usize) -> (usize, usize) {
    let scenarios = control::scenarios();
    let scenarios: Vec<_> = scenarios.iter().map(|(scenario, calls)| (*scenario, calls)).collect();
    let points = points(&scenarios, count / scenarios.len());
    let left = each(&points, |(scenario, fault)| scenario.run(control::program, *fault));
    let killed = left.iter().filter(|left| left.output.signal == Some(9)).count();
    (left.iter().filter(|left| matches!(left.verdict, Verdict::Between(_))).count(), killed)
}
