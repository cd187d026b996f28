//! Both machines: every pair of state and event, by the public verb or the runner's call, on stored rows.

use std::sync::{Arc, Mutex};

use callboard_service::entity::{
    WorkflowRunStatus as RunStatus, WorkflowStepStatus as StepStatus, workflow_runs as runs, workflow_steps as steps,
};
use callboard_service::workflow::state::{self, RUN_ENDED, RunEvent, STEP_ENDED, StepEvent};
use callboard_service::workflow::{
    CancelRun, Drive, Handover, NewRun, PauseRun, ResumeRun, RunOptions, Step, StepError,
};
use callboard_service::{Error, ErrorKind, Ref};
use support::{Seed, TestDb, both, plain};
use uuid::Uuid;

/// What each event does in each state, in the order of [`RunEvent::ALL`]: start, pause, resume, complete, fail, cancel.
/// A state is where it leads; `same` is a repeat, which changes nothing; `taken` gives the run another runner; `no` is
/// refused as a transition, `lost` to its runner as a lost run; `held` leaves it as it is and gives it back.
const RUNS: [(RunStatus, [&str; 6]); 6] = [
    (RunStatus::Pending, ["running", "no", "no", "lost", "lost", "cancelled"]),
    (RunStatus::Running, ["taken", "paused", "same", "completed", "failed", "cancelled"]),
    (RunStatus::Paused, ["no", "same", "running", "held", "held", "cancelled"]),
    (RunStatus::Completed, ["same", "no", "no", "lost", "lost", "no"]),
    (RunStatus::Failed, ["no", "no", "running", "lost", "lost", "no"]),
    (RunStatus::Cancelled, ["same", "no", "no", "lost", "lost", "same"]),
];

/// The same of steps: start, skip, wait, complete, fail, cancel. `again` runs the attempt that was interrupted;
/// `diverged` is refused as another program; a step waits by `start` and `wait` in one, so where it does not start it
/// does not wait; `passed` is passed over when the run is cancelled.
const STEPS: [(StepStatus, [&str; 6]); 7] = [
    (StepStatus::Pending, ["running", "skipped", "waiting", "no", "no", "cancelled"]),
    (StepStatus::Running, ["again", "diverged", "no", "completed", "failed", "cancelled"]),
    (StepStatus::Waiting, ["diverged", "diverged", "same", "completed", "failed", "cancelled"]),
    (StepStatus::Completed, ["same", "diverged", "same", "no", "no", "passed"]),
    (StepStatus::Failed, ["running", "diverged", "waiting", "no", "no", "passed"]),
    (StepStatus::Skipped, ["diverged", "same", "no", "no", "no", "passed"]),
    (StepStatus::Cancelled, ["no", "diverged", "no", "no", "no", "passed"]),
];

plain! {
    fn the_pure_machine_of_runs_is_the_table() {
        assert_eq!(RUNS.map(|(state, _)| state).as_slice(), RunStatus::ALL);
        for (from, row) in RUNS {
            for (event, cell) in RunEvent::ALL.iter().zip(row) {
                let next = state::next_run(from, *event).map(RunStatus::as_str);
                let expected = RunStatus::ALL.iter().map(|s| s.as_str()).find(|s| *s == cell);
                assert_eq!(next, expected, "{from} + {}", event.as_str());
            }
            let possible = RunEvent::ALL.iter().filter(|e| state::next_run(from, **e).is_some());
            let possible: Vec<_> = possible.map(|e| e.as_str().to_owned()).collect();
            assert_eq!(state::possible_run(from), possible);
            assert_eq!(RUN_ENDED.contains(&from), possible.is_empty(), "{from}");
        }
    }

    fn the_pure_machine_of_steps_is_the_table() {
        assert_eq!(STEPS.map(|(state, _)| state).as_slice(), StepStatus::ALL);
        for (from, row) in STEPS {
            for (event, cell) in StepEvent::ALL.iter().zip(row) {
                let next = state::next_step(from, *event);
                let expected = match (from, event) {
                    // The machine's own pair: a step that waits was running for the time of a transaction.
                    (StepStatus::Running, StepEvent::Wait) => Some("waiting"),
                    (_, StepEvent::Wait) => None,
                    _ => StepStatus::ALL.iter().map(|s| s.as_str()).find(|s| *s == cell),
                };
                assert_eq!(next.map(StepStatus::as_str), expected, "{from} + {}", event.as_str());
            }
            let possible = StepEvent::ALL.iter().filter(|e| state::next_step(from, **e).is_some());
            let possible: Vec<_> = possible.map(|e| e.as_str().to_owned()).collect();
            assert_eq!(state::possible_step(from), possible);
            assert_eq!(STEP_ENDED.contains(&from), possible.is_empty(), "{from}");
        }
    }
}

both! {
    async fn every_pair_of_a_run(t: TestDb) {
        let seed = t.seed().await;
        for (from, row) in RUNS {
            for (event, cell) in RunEvent::ALL.iter().zip(row) {
                run_pair(&seed, from, *event, cell).await;
            }
        }
    }

    async fn every_pair_of_a_step(t: TestDb) {
        let seed = t.seed().await;
        for (from, row) in STEPS {
            for (event, cell) in StepEvent::ALL.iter().zip(row) {
                step_pair(&seed, from, *event, cell).await;
            }
        }
    }

    /// Attempts that are used up, or would be in vain, are the other half of the pair of failed and start.
    async fn a_failed_step_starts_only_while_attempts_last(t: TestDb) {
        let seed = t.seed().await;
        for (n, (attempt, permanent, starts)) in [(1, false, true), (2, false, false), (1, true, false)].into_iter().enumerate() {
            let run = seed.pending_run("work", &format!("attempts-{n}")).await;
            let step = seed.recorded_step(run.id, 1, "work", StepStatus::Failed).await;
            seed.sql(&format!(
                "UPDATE workflow_steps SET attempt = {attempt}, error_context = '{{\"message\": \"no luck\", \"permanent\": {permanent}}}' \
                 WHERE workflow_run_id = (SELECT id FROM workflow_runs WHERE workflow_id = 'attempts-{n}')"
            )).await;
            let new = NewRun::new("work", format!("attempts-{n}"));
            let drive = seed.board.drive(seed.me, &new, RunOptions::default(), |run| Box::pin(async move {
                Ok(run.step("work", || async { Ok::<(), StepError>(()) }).await?)
            })).await.expect("drive");
            let after = seed.step(run.id, "work").await;
            if starts {
                assert!(matches!(drive, Drive::Completed { .. }), "{drive:?}");
                assert_eq!((after.status, after.attempt), (StepStatus::Completed, 2));
            } else {
                let Drive::Failed(run) = drive else { panic!("{drive:?}") };
                let why = format!("step 'work' of run 'attempts-{n}' failed after {attempt} attempts: no luck");
                assert_eq!(run.error_message.as_deref(), Some(why.as_str()));
                assert_eq!((after.status, after.attempt), (step.status, attempt));
            }
        }
    }
}

/// Runs an event's verb, or the runner's call, on a run that was put into a state by hand.
async fn run_pair(seed: &Seed, from: RunStatus, event: RunEvent, cell: &str) {
    let what = format!("{from} + {}", event.as_str());
    let run = seed.pending_run("work", &what).await;
    let by_runner = matches!(event, RunEvent::Complete | RunEvent::Fail);
    let (before, result) = if by_runner {
        ending(seed, run.id, from, event).await
    } else {
        let before = seed.put_run(run.id, from).await;
        (before.clone(), moving(seed, &before, event, cell == "same").await)
    };
    let after = seed.run_row(run.id).await;
    match (cell, result) {
        ("same", Ok(status)) => assert_eq!((status, &after), (from, &before), "{what}"),
        ("no", Err(error)) => {
            assert_eq!(after, before, "{what}: a refusal changes nothing");
            refused(&error, ("workflow run", &what), (from.as_str(), event.as_str()), &state::possible_run(from));
        }
        ("lost", Err(error)) => {
            assert_eq!(after, before, "{what}: a refusal changes nothing");
            assert_eq!(error.kind(), ErrorKind::LeaseLost, "{what}: {error}");
            assert_eq!(error.to_string(), format!("run '{what}' is no longer yours: it is {from}"));
        }
        ("held", Ok(status)) => {
            // Whoever resumes it finds it as it was.
            assert_eq!((status, after.status, after.runner_id), (from, from, None), "{what}");
        }
        ("taken", Ok(_)) => assert_eq!((after.status, after.run_epoch), (from, before.run_epoch + 1), "{what}"),
        (to, Ok(status)) => {
            assert_eq!((status.as_str(), after.status.as_str()), (to, to), "{what}");
            let moved = seed.run_events(run.id).await.into_iter().rev().find(|e| e.kind == event.as_str());
            let moved = moved.unwrap_or_else(|| panic!("{what}: no ledger row"));
            assert_eq!(moved.from_status.as_deref(), Some(from.as_str()), "{what}");
            assert_eq!((moved.to_status.as_deref(), moved.actor_id), (Some(to), Some(seed.user.id)), "{what}");
            let ended = ["completed", "failed", "cancelled"].contains(&to);
            let why = (to == "failed").then_some("no luck");
            assert_eq!((after.completed_at.is_some(), after.error_message.as_deref()), (ended, why), "{what}");
        }
        (_, result) => panic!("{what}: {result:?} is not '{cell}'"),
    }
}

/// Start, pause, resume and cancel; gives where the run stands then.
async fn moving(seed: &Seed, run: &runs::Model, event: RunEvent, already: bool) -> Result<RunStatus, Error> {
    let (name, me) = (Ref::Id(run.id), seed.me);
    match event {
        RunEvent::Start => {
            let new = NewRun::new("work", run.workflow_id.as_str());
            let leave = || Error::Suspended { run: String::new(), why: "a test leaves it".to_owned() };
            let options = RunOptions::default();
            let drive = seed.board.drive(me, &new, options, |_| Box::pin(async move { Err(leave().into()) })).await?;
            if let Drive::Completed { already: told, .. } = &drive {
                assert_eq!(*told, already);
            }
            Ok(drive.run().status)
        }
        RunEvent::Pause => {
            let moved = seed.board.run(me, &PauseRun { run: name, reason: Some("lunch".to_owned()) }).await?;
            assert_eq!(moved.already, already);
            Ok(moved.run.status)
        }
        RunEvent::Resume => {
            let resumed = seed.board.run(me, &ResumeRun { run: name }).await?;
            assert_eq!((resumed.already, resumed.by_code), (already, true));
            Ok(resumed.run.status)
        }
        _ => {
            let cancelled = seed.board.run(me, &CancelRun { run: name, reason: None }).await?;
            assert_eq!(cancelled.already, already);
            Ok(cancelled.run.status)
        }
    }
}

/// A runner ends the run after the state has changed behind its back; gives the row of before, and the drive's answer.
async fn ending(seed: &Seed, run: Uuid, from: RunStatus, event: RunEvent) -> (runs::Model, Result<RunStatus, Error>) {
    let new = NewRun::new("work", seed.run_row(run).await.workflow_id);
    let before = Arc::new(Mutex::new(None));
    let (put, row) = (seed.clone(), Arc::clone(&before));
    let drive = seed.board.drive(seed.me, &new, RunOptions::default(), |_| {
        Box::pin(async move {
            *row.lock().expect("lock") = Some(put.put_run(run, from).await);
            if event == RunEvent::Fail { Err(StepError::new("no luck")) } else { Ok(()) }
        })
    });
    let result = drive.await.map(|drive| drive.run().status);
    let before = before.lock().expect("lock").take().expect("the body ran");
    (before, result)
}

/// Runs an event's verb, or the runner's call, on a step that was put into a state by hand.
async fn step_pair(seed: &Seed, from: StepStatus, event: StepEvent, cell: &str) {
    let what = format!("{from} + {}", event.as_str());
    let run = seed.pending_run("work", &what).await;
    let (before, seen, result) = match event {
        StepEvent::Start | StepEvent::Skip | StepEvent::Wait => {
            let before = seed.recorded_step(run.id, 1, "work", from).await;
            let (seen, result) = beginning(seed, &run, event).await;
            (before, seen, result)
        }
        StepEvent::Complete | StepEvent::Fail => {
            let (before, result) = ending_step(seed, &run, from, event).await;
            (before, None, result)
        }
        StepEvent::Cancel => {
            let before = seed.recorded_step(run.id, 1, "work", from).await;
            let cancel = CancelRun { run: Ref::Id(run.id), reason: None };
            let cancelled = seed.board.run(seed.me, &cancel).await.expect("cancel the run");
            let expected = if cell == "cancelled" { vec!["work".to_owned()] } else { Vec::new() };
            assert_eq!(cancelled.steps, expected, "{what}");
            (before, None, Ok(()))
        }
    };
    let after = seed.step(run.id, "work").await;
    let moved = seed.run_events(run.id).await.into_iter().rev().find(|e| e.kind == format!("step_{}", event.as_str()));
    match (cell, result) {
        ("same" | "passed", result) => {
            assert_eq!(after, before, "{what}");
            let waits = matches!(result, Err(Error::Suspended { .. })) && from == StepStatus::Waiting;
            assert!(result.is_ok() || waits, "{what}: {result:?}");
            assert!(seen.is_none() && moved.is_none(), "{what}: nothing is run");
        }
        ("no", Err(error)) => {
            assert_eq!(after, before, "{what}: a refusal changes nothing");
            // What an agent is to do is started first.
            let event = if event == StepEvent::Wait { StepEvent::Start } else { event };
            let name = format!("work of {what}");
            refused(&error, ("step", &name), (from.as_str(), event.as_str()), &state::possible_step(from));
        }
        ("diverged", Err(error)) => {
            assert_eq!((after, seen), (before, None), "{what}: a refusal changes nothing");
            let (recorded, asked) = match event {
                StepEvent::Skip => (format!("work ({from})"), "work (left out)"),
                _ => ("work (left out or delegated)".to_owned(), "work"),
            };
            let text =
                format!("run '{what}' diverged at step 1: '{recorded}' was recorded, and '{asked}' is asked for");
            assert_eq!((error.kind(), error.to_string()), (ErrorKind::Conflict, text));
        }
        ("running" | "again", Ok(())) => {
            let seen = seen.unwrap_or_else(|| panic!("{what}: nothing was run"));
            let attempt = before.attempt + i64::from(cell == "running");
            assert_eq!((seen.status, seen.attempt), (StepStatus::Running, attempt), "{what}");
            assert_eq!((moved.is_some(), after.status), (cell == "running", StepStatus::Completed), "{what}");
            let again = seed.run_kinds(run.id).await.contains(&"step_interrupted work".to_owned());
            assert_eq!(again, cell == "again", "{what}");
        }
        (to, result) => {
            let expected = match to {
                "waiting" => matches!(result, Err(Error::Suspended { .. })),
                "failed" => matches!(result, Err(Error::StepFailed { .. })),
                _ => result.is_ok(),
            };
            assert!(expected, "{what}: {result:?} is not '{cell}'");
            assert_eq!(after.status.as_str(), to, "{what}");
            assert_eq!(after.completed_at.is_some(), to != "waiting", "{what}");
            let moved = moved.unwrap_or_else(|| panic!("{what}: no ledger row"));
            let left = if to == "waiting" { "running" } else { from.as_str() };
            assert_eq!((moved.from_status.as_deref(), moved.to_status.as_deref()), (Some(left), Some(to)), "{what}");
        }
    }
}

type Seen = Option<steps::Model>;

/// What the run's code asks of the recorded step; gives the row that the closure saw, and the call's answer.
async fn beginning(seed: &Seed, run: &runs::Model, event: StepEvent) -> (Seen, Result<(), Error>) {
    let answer = Arc::new(Mutex::new((None, None)));
    let new = NewRun::new("work", run.workflow_id.as_str());
    let options = RunOptions { wait: false, ..RunOptions::default() };
    let (seed, told, id) = (seed.clone(), Arc::clone(&answer), run.id);
    let (board, me) = (seed.board.clone(), seed.me);
    let drive = board.drive(me, &new, options, |run| {
        Box::pin(async move {
            let (seed, told) = (&seed, &told);
            let result = match event {
                StepEvent::Start => {
                    let look = || async move {
                        let row = seed.step(id, "work").await;
                        told.lock().expect("lock").0 = Some(row);
                        Ok::<Option<i64>, StepError>(Some(7))
                    };
                    run.step("work", look).await.map(|_| ())
                }
                StepEvent::Skip => run.skip("work").await,
                _ => run.delegate::<Option<i64>>("work", &Handover::titled("Work")).await.map(|_| ()),
            };
            told.lock().expect("lock").1 = Some(result);
            Ok(())
        })
    });
    let _ended = drive.await.expect("the drive ends");
    let (seen, result) = std::mem::take(&mut *answer.lock().expect("lock"));
    (seen, result.expect("the body ran"))
}

/// An attempt ends after the step's state has changed behind its back; gives the row of before, and the call's answer.
async fn ending_step(
    seed: &Seed,
    run: &runs::Model,
    from: StepStatus,
    event: StepEvent,
) -> (steps::Model, Result<(), Error>) {
    let answer = Arc::new(Mutex::new((None, None)));
    let new = NewRun::new("work", run.workflow_id.as_str());
    let (seed, told, id) = (seed.clone(), Arc::clone(&answer), run.id);
    let (board, me) = (seed.board.clone(), seed.me);
    let drive = board.drive(me, &new, RunOptions::default(), |run| {
        Box::pin(async move {
            let (seed, told) = (&seed, &told);
            let end = || async move {
                let step = seed.step(id, "work").await.id;
                let put = seed.put_step(step, from).await;
                told.lock().expect("lock").0 = Some(put);
                if event == StepEvent::Fail { Err(StepError::new("no luck")) } else { Ok(7_i64) }
            };
            let result = run.step(Step::new("work").attempts(1), end).await.map(|_| ());
            told.lock().expect("lock").1 = Some(result);
            Ok(())
        })
    });
    let _ended = drive.await.expect("the drive ends");
    let (before, result) = std::mem::take(&mut *answer.lock().expect("lock"));
    (before.expect("the closure ran"), result.expect("the body ran"))
}

/// The refusal names what it is about, both the state and the event, and what is possible.
fn refused(error: &Error, (entity, name): (&str, &str), (from, event): (&str, &str), possible: &[String]) {
    assert_eq!(error.kind(), ErrorKind::Conflict, "{name}: {error}");
    let Error::Transition { entity: of, name: what, from: at, event: asked, allowed } = error else {
        panic!("{name}: {error}")
    };
    assert_eq!((*of, what.as_str()), (entity, name));
    assert_eq!((at.as_str(), asked.as_str(), allowed.as_slice()), (from, event, possible), "{name}");
}
