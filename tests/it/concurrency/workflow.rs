//! Steps that end, runs that start, and runs that are cancelled at the same instant.

use std::sync::Arc;
use std::time::Duration;

use callboard_service::assignment::{Complete, Expire};
use callboard_service::entity::{
    WorkflowRunStatus as RunStatus, WorkflowStepStatus as StepStatus, workflow_runs as runs, workflow_steps as steps,
};
use callboard_service::workflow::template::AddTemplate;
use callboard_service::workflow::{CancelRun, Drive, NewRun, RunOptions, StartRun};
use callboard_service::{Actor, Callboard, ErrorKind, OpenOptions, Ref, Synchronous, WriteLane};
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use support::flow::delegated;
use support::{Seed, TestDb, both};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::race::{CONTROL_ROUNDS, boards, open, race, timed};

const ROUNDS: usize = 100;
const BRANCHES: [&str; 3] = ["a", "b", "c"];

/// Without a lane, on which a completion is over before three could be at it.
async fn board(t: &TestDb) -> Callboard {
    let (synchronous, lane) = (Synchronous::Normal, WriteLane::off());
    t.board_with(OpenOptions { synchronous, lane, ..OpenOptions::default() }).await
}

/// Starts a run of a template under an id, as the acting user.
async fn start(seed: &Seed, template: &str, id: &str) -> Uuid {
    seed.must(&StartRun { id: Some(id.to_owned()), ..StartRun::of(template) }).await.run.id
}

both! {
    /// Three agents complete the branches of a fan-in at once: what waits for them is handed out once, and never lost.
    async fn a_fan_in_is_followed_exactly_once(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.template(&delegated("fan", &[("a", &[]), ("b", &[]), ("c", &[]), ("merge", &BRANCHES)])).await;
        let boards = [board(&t).await, board(&t).await, board(&t).await];
        let (mut overlaps, mut last) = (0, std::collections::BTreeSet::new());
        for round in 0..ROUNDS {
            let run = start(&seed, "fan", &format!("fan-{round}")).await;
            let barrier = Arc::new(Barrier::new(BRANCHES.len()));
            let mut calls = Vec::new();
            for (board, step) in boards.iter().zip(BRANCHES) {
                let assignment = seed.claim_step(&agent, run, step).await;
                let complete = Complete { assignment, result: Some(json!(step)), ..Complete::default() };
                calls.push(tokio::spawn(timed(board.clone(), Actor::agent(agent.id), complete, Arc::clone(&barrier))));
            }
            let mut spans = Vec::new();
            for call in calls {
                let (completed, begun, ended) = call.await.expect("the call ends");
                completed.unwrap_or_else(|error| panic!("round {round}: {error}"));
                spans.push((begun, ended));
            }
            let all_at_once = spans.iter().map(|s| s.0).max() < spans.iter().map(|s| s.1).min();
            overlaps += usize::from(all_at_once);
            let slowest = (0..3).max_by_key(|n| spans[*n].1).expect("three");
            last.insert(slowest);
            let expected = ["a:completed", "b:completed", "c:completed", "merge:waiting"];
            assert_eq!(seed.standing(run).await, expected, "round {round}");
            assert_eq!(seed.run_row(run).await.steps_completed, 3, "round {round}");
            let waits = seed.run_kinds(run).await.into_iter().filter(|kind| kind == "step_wait merge").count();
            assert_eq!(waits, 1, "round {round}");
        }
        // Four items a run, and no more: none was handed out twice.
        let items = callboard_service::entity::work_items::Entity::find().count(&seed.raw).await.expect("count");
        assert_eq!(items, 4 * ROUNDS as u64);
        assert!(overlaps > ROUNDS / 2, "only {overlaps} of {ROUNDS} rounds were races of three");
        assert_eq!(last.len(), 3, "one branch was never the last: {last:?}");
    }

    /// The control: each looks at the steps first, then writes its own and decides, without the lock of the run.
    async fn without_the_lock_a_fan_in_is_lost(t: TestDb) {
        let seed = t.seed().await;
        let mut lost = 0;
        for round in 0..CONTROL_ROUNDS {
            let run = seed.pending_run("fan", &format!("fan-{round}")).await.id;
            for (number, name) in (1..).zip(BRANCHES) {
                seed.recorded_step(run, number, name, StepStatus::Waiting).await;
            }
            let merge = seed.recorded_step(run, 4, "merge", StepStatus::Pending).await;
            let barrier = Arc::new(Barrier::new(BRANCHES.len()));
            let calls: Vec<_> = BRANCHES
                .iter()
                .map(|step| tokio::spawn(unlocked_end(seed.clone(), run, step, merge.id, Arc::clone(&barrier))))
                .collect();
            for call in calls {
                call.await.expect("the call ends");
            }
            let waits = seed.step(run, "merge").await.status == StepStatus::Waiting;
            lost += usize::from(!waits || seed.run_row(run).await.steps_completed != 3);
        }
        // What it left behind does not agree with itself, which is the point of it.
        seed.sql("DELETE FROM workflow_runs").await;
        assert!(lost > 0, "the race was never hit: the test above would prove nothing");
    }

    /// Whoever is first: the run ends as cancelled, its first step as one of the two, and nobody holds anything.
    async fn a_run_is_cancelled_while_a_step_is_completed(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.template(&delegated("two", &[("a", &[]), ("b", &["a"])])).await;
        let boards = boards(&t).await;
        let (mut overlaps, mut completed_first) = (0, 0);
        for round in 0..ROUNDS {
            let run = start(&seed, "two", &format!("two-{round}")).await;
            let assignment = seed.claim_step(&agent, run, "a").await;
            let cancel = CancelRun { run: Ref::Id(run), reason: Some("not wanted".to_owned()) };
            let complete = Complete { assignment, result: Some(json!(1)), ..Complete::default() };
            let (cancelled, completed, overlap) = race(&boards, [seed.me, Actor::agent(agent.id)], cancel, complete).await;
            overlaps += usize::from(overlap);
            let cancelled = cancelled.unwrap_or_else(|error| panic!("round {round}: {error}"));
            let (row, a) = (seed.run_row(run).await, seed.item_of(run, "a").await);
            assert_eq!((row.status, open(&seed, a.id).await), (RunStatus::Cancelled, 0), "round {round}");
            let standing = seed.standing(run).await;
            match completed {
                Ok(_) => {
                    completed_first += 1;
                    assert_eq!((standing, row.steps_completed), (vec!["a:completed".to_owned(), "b:cancelled".to_owned()], 1));
                    let b = seed.item_of(run, "b").await;
                    assert_eq!((a.status.as_str(), b.status.as_str(), cancelled.items), ("done", "cancelled", vec![b.key]));
                }
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::LeaseLost, "round {round}: {error}");
                    assert_eq!((standing, row.steps_completed), (vec!["a:cancelled".to_owned(), "b:cancelled".to_owned()], 0));
                    assert_eq!((a.status.as_str(), cancelled.items), ("cancelled", vec![a.key]));
                }
            }
        }
        assert!(overlaps > ROUNDS / 2, "only {overlaps} of {ROUNDS} rounds were races");
        assert!((1..ROUNDS).contains(&completed_first), "only one order was seen: completed first {completed_first} times");
    }

    /// Two sweeps of one overdue step: the item of its next attempt, which the first hands out, is not the second's.
    async fn a_step_times_out_once(t: TestDb) {
        let seed = t.seed().await;
        seed.template("name: slow\nsteps:\n  - { name: a, delegate: {}, timeout: 1h, backoff: 0s, max_attempts: 3 }\n").await;
        let boards = boards(&t).await;
        let mut overlaps = 0;
        for round in 0..ROUNDS {
            let run = start(&seed, "slow", &format!("slow-{round}")).await;
            seed.lapse_step(seed.step(run, "a").await.id).await;
            let (a, b, overlap) = race(&boards, [seed.me, seed.me], Expire::default(), Expire::default()).await;
            overlaps += usize::from(overlap);
            assert_eq!(a.expect("sweep").timed_out.len() + b.expect("sweep").timed_out.len(), 1, "round {round}");
            let step = seed.step(run, "a").await;
            assert_eq!((step.status, step.attempt), (StepStatus::Waiting, 2), "round {round}");
        }
        assert!(overlaps > ROUNDS / 2, "only {overlaps} of {ROUNDS} rounds were races");
    }

    /// An id stands for one run: of two starts at once one is the other's repeat.
    async fn two_starts_of_one_id_give_one_run(t: TestDb) {
        let seed = t.seed().await;
        seed.template(&delegated("one", &[("a", &[])])).await;
        let boards = boards(&t).await;
        let mut overlaps = 0;
        for round in 0..ROUNDS {
            let start = || StartRun { id: Some(format!("one-{round}")), ..StartRun::of("one") };
            let (a, b, overlap) = race(&boards, [seed.me, seed.me], start(), start()).await;
            overlaps += usize::from(overlap);
            let (a, b) = (a.expect("start"), b.expect("start"));
            assert_eq!(a.run.id, b.run.id, "round {round}");
            assert!(a.already != b.already, "round {round}: {} and {}", a.already, b.already);
            assert_eq!(seed.standing(a.run.id).await, ["a:waiting"], "round {round}");
        }
        let items = callboard_service::entity::work_items::Entity::find().count(&seed.raw).await.expect("count");
        assert_eq!(items, ROUNDS as u64);
        assert!(overlaps > ROUNDS / 2, "only {overlaps} of {ROUNDS} rounds were races");
    }

    /// The first runs of a shipped template, and the same text added twice, share one version.
    async fn one_template_added_by_two_is_one_version(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let mut overlaps = 0;
        for round in 0..ROUNDS {
            let add = || AddTemplate { text: delegated("flow", &[(&format!("step-{round}"), &[])]) };
            let (a, b, overlap) = race(&boards, [seed.me, seed.me], add(), add()).await;
            overlaps += usize::from(overlap);
            let (a, b) = (a.expect("add"), b.expect("add"));
            assert_eq!(a.template, b.template, "round {round}");
            assert!(a.already != b.already && a.template.version == round as i64 + 1, "round {round}");
        }
        assert!(overlaps > ROUNDS / 2, "only {overlaps} of {ROUNDS} rounds were races");
    }

    /// Of two processes that drive a run one gets it; the other is told who has it.
    async fn two_drivers_get_one_winner(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let mut held = 0;
        for round in 0..20 {
            let barrier = Arc::new(Barrier::new(2));
            let calls = boards.clone().map(|board| tokio::spawn(drive(board, seed.me, format!("work-{round}"), Arc::clone(&barrier))));
            let mut completed = 0;
            for call in calls {
                match call.await.expect("the call ends") {
                    Ok(Drive::Completed { already, .. }) => completed += usize::from(!already),
                    Ok(other) => panic!("round {round}: {other:?}"),
                    Err(error) => {
                        assert!(error.to_string().contains("is driven by runner-"), "round {round}: {error}");
                        held += 1;
                    }
                }
            }
            assert_eq!(completed, 1, "round {round}");
        }
        assert!(held > 0, "the race was never hit");
    }
}

async fn drive(
    board: Callboard,
    me: Actor,
    id: String,
    barrier: Arc<Barrier>,
) -> Result<Drive, callboard_service::Error> {
    barrier.wait().await;
    let new = NewRun::new("work", id);
    let drive = board.drive(me, &new, RunOptions::default(), |run| {
        Box::pin(async move {
            let body = || async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Ok::<(), callboard_service::workflow::StepError>(())
            };
            Ok(run.step("only", body).await?)
        })
    });
    drive.await
}

/// What following the end of an item would be without the lock of its run: a look, a decision, the write.
async fn unlocked_end(seed: Seed, run: Uuid, name: &'static str, merge: Uuid, barrier: Arc<Barrier>) {
    let steps = seed.steps(run).await;
    let done = steps.iter().filter(|step| step.status == StepStatus::Completed).count();
    barrier.wait().await;
    let own = steps.iter().find(|step| step.name == name).expect("the step").id;
    let status = |id, status| steps::ActiveModel { id: Set(id), status: Set(status), ..Default::default() };
    steps::Entity::update(status(own, StepStatus::Completed)).exec(&seed.raw).await.expect("write the step");
    let count = i64::try_from(done).expect("small") + 1;
    let run = runs::ActiveModel { id: Set(run), steps_completed: Set(count), ..Default::default() };
    runs::Entity::update(run).exec(&seed.raw).await.expect("write the run");
    if done + 1 == BRANCHES.len() {
        steps::Entity::update(status(merge, StepStatus::Waiting)).exec(&seed.raw).await.expect("hand out");
    }
}
