//! Templates whose steps are functions of an app, some of them with steps of agents between.

use std::sync::Arc;
use std::time::Duration;

use callboard_service::assignment::Complete;
use callboard_service::entity::{WorkflowRunStatus as RunStatus, WorkflowStepStatus as StepStatus};
use callboard_service::workflow::template::AddTemplate;
use callboard_service::workflow::{
    Drive, FunctionInput, Functions, PauseRun, ResumeRun, RunOptions, StartRun, StepError,
};
use callboard_service::{Actor, Callboard, DatabaseUrl, OpenOptions, Ref};
use serde_json::{Value, json};
use support::{Seed, TestDb, both, child};
use tokio::sync::{Barrier, Notify};

use super::common::{Calls, assert_gapless, event_rows, lapse_run, output_rows, quick, run_row, step_row};

async fn start(seed: &Seed, text: &str, id: &str) {
    let added = seed.must(&AddTemplate { text: text.to_owned() }).await;
    let start = StartRun { id: Some(id.to_owned()), ..StartRun::of(added.template.name) };
    seed.must(&start).await;
}

/// In a task of its own, as an app that serves others does it.
async fn drive(board: &Callboard, id: &'static str, functions: &Functions) -> Drive {
    let (board, functions) = (board.clone(), functions.clone());
    let task =
        tokio::spawn(async move { board.drive_template(Actor::SYSTEM, &Ref::from(id), &functions, quick()).await });
    task.await.expect("the drive ends").unwrap_or_else(|error| panic!("drive {id}: {error}"))
}

const DIAMOND: &str = "
name: diamond
inputs:
  base: { type: number }
steps:
  - { name: top, title: Top, function: top }
  - { name: left, title: Left, function: side, after: [top] }
  - { name: right, title: Right, function: side, after: [top] }
  - name: bottom
    title: Bottom
    function: bottom
    after: [left, right]
    output: { key: sum, type: json }
";

both! {
    async fn what_the_dag_allows_goes_on_at_once(t: TestDb) {
        let seed = t.seed().await;
        seed.must(&AddTemplate { text: DIAMOND.to_owned() }).await;
        let mut begin = StartRun { id: Some("d".to_owned()), ..StartRun::of("diamond") };
        begin.inputs.insert("base".to_owned(), json!(10));
        seed.must(&begin).await;
        let both = Arc::new(Barrier::new(2));
        let functions = Functions::new()
            .with("top", |input: FunctionInput| async move { Ok(input.inputs["base"].clone()) })
            .with("side", move |input: FunctionInput| {
                let both = Arc::clone(&both);
                async move {
                    // Passed only by two that are there at the same time.
                    tokio::time::timeout(Duration::from_secs(10), both.wait()).await?;
                    Ok(json!(input.outputs["top"].as_i64().unwrap_or(0) + input.step.len() as i64))
                }
            })
            .with("bottom", |input: FunctionInput| async move {
                Ok(json!(input.outputs.values().filter_map(Value::as_i64).sum::<i64>()))
            });
        let run = drive(&seed.board, "d", &functions).await.completed().expect("completed");
        assert_eq!((run.steps_completed, run.total_steps), (4, Some(4)));
        // 10, 14 and 15.
        assert_eq!(output_rows(&seed.raw, run.id).await, [("sum".to_owned(), "39".to_owned())]);
        assert_gapless(&run_row(&seed.raw, "d").await, &event_rows(&seed.raw, run.id).await);
        let again = drive(&seed.board, "d", &Functions::new()).await;
        assert!(matches!(again, Drive::Completed { already: true, .. }), "{again:?}");
    }

    async fn a_gate_fails_the_attempt_and_the_next_one_may_meet_it(t: TestDb) {
        let seed = t.seed().await;
        let text = "
name: gated
steps:
  - name: search
    title: Search
    function: search
    max_attempts: 2
    backoff: 1s
    gate: [{ field: sources, min_items: 2 }]
    output: { key: sources, type: json, field: sources }
";
        let found = |input: FunctionInput| async move { Ok(json!({ "sources": vec!["doe"; input.attempt as usize] })) };
        start(&seed, text, "gated").await;
        let run = drive(&seed.board, "gated", &Functions::new().with("search", found)).await.completed().expect("completed");
        assert_eq!(step_row(&seed.raw, "gated", "search").await.attempt, 2);
        assert_eq!(output_rows(&seed.raw, run.id).await, [("sources".to_owned(), "[\"doe\",\"doe\"]".to_owned())]);
        let failed = event_rows(&seed.raw, run.id).await.into_iter().find(|e| e.kind == "step_fail").expect("a failure");
        assert!(failed.reason.expect("why").starts_with("its gate is not met: sources"));

        let begin = StartRun { id: Some("never".to_owned()), ..StartRun::of("gated") };
        seed.must(&begin).await;
        let nothing = Functions::new().with("search", |_| async { Ok(json!({ "sources": [] })) });
        let end = drive(&seed.board, "never", &nothing).await;
        let Drive::Failed(run) = end else { panic!("{end:?}") };
        assert!(run.error_message.expect("why").contains("its gate is not met"));
        assert_eq!(output_rows(&seed.raw, run.id).await, []);
    }

    /// The retry of one step comes while the other is under way: here the other even waits for it.
    async fn a_retry_does_not_wait_for_the_others(t: TestDb) {
        let seed = t.seed().await;
        let text = "
name: two
steps:
  - { name: flaky, title: Flaky, function: flaky, backoff: 1s }
  - { name: long, title: Long, function: long }
";
        start(&seed, text, "two").await;
        let second = Arc::new(Notify::new());
        let seen = Arc::clone(&second);
        let functions = Functions::new()
            .with("flaky", move |input: FunctionInput| {
                let second = Arc::clone(&second);
                async move {
                    if input.attempt == 1 {
                        return Err(StepError::new("not yet"));
                    }
                    second.notify_one();
                    Ok(Value::Null)
                }
            })
            .with("long", move |_| {
                let seen = Arc::clone(&seen);
                async move {
                    tokio::time::timeout(Duration::from_secs(20), seen.notified()).await?;
                    Ok(Value::Null)
                }
            });
        drive(&seed.board, "two", &functions).await.completed().expect("completed");
        assert_eq!(step_row(&seed.raw, "two", "long").await.attempt, 1);
    }

    async fn a_step_of_a_killed_process_is_taken_up(t: TestDb) {
        let seed = t.seed().await;
        let mut text = String::from("name: chain\nsteps:\n  - { name: s1, title: S, function: work }\n");
        for n in 2..=4 {
            text += &format!("  - {{ name: s{n}, title: S, function: work, after: [s{}] }}\n", n - 1);
        }
        start(&seed, &text, "killed").await;
        let mut process = worker(t.dir()).args([t.url(), "killed"]).spawn();
        process.wait_for("stuck in s3");
        assert_eq!(process.kill().signal, Some(9));
        assert_eq!(run_row(&seed.raw, "killed").await.steps_completed, 2);
        lapse_run(&seed.raw, "killed").await;
        let calls = Calls::default();
        let counted = calls.clone();
        let functions = Functions::new().with("work", move |input: FunctionInput| {
            counted.add();
            async move { Ok(json!(input.step)) }
        });
        let run = drive(&seed.board, "killed", &functions).await.completed().expect("completed");
        assert_eq!((calls.count(), run.steps_completed), (2, 4));
        let ledger = event_rows(&seed.raw, run.id).await;
        assert_eq!(ledger.iter().filter(|event| event.kind == "step_interrupted").count(), 1);
        assert_gapless(&run, &ledger);
    }

    async fn what_it_cannot_do_is_left_to_others(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("writer").await;
        let text = "
name: mixed
steps:
  - { name: count, title: Count, function: count }
  - { name: write, title: \"Write {{ steps.count.output }} words\", delegate: {}, after: [count] }
  - name: print
    title: Print
    function: print
    after: [write]
    output: { key: printed, type: text }
";
        start(&seed, text, "mixed").await;
        let none = drive(&seed.board, "mixed", &Functions::new()).await;
        assert!(matches!(none, Drive::Waiting(_)), "{none:?}");
        assert_eq!(run_row(&seed.raw, "mixed").await.runner_id, None);
        let count = Functions::new().with("count", |_| async { Ok(json!(300)) });
        let waiting = drive(&seed.board, "mixed", &count).await;
        assert!(matches!(waiting, Drive::Waiting(_)), "{waiting:?}");
        let held = seed.claim(&agent).await;
        assert_eq!(held.item.title, "Write 300 words");
        let done = Complete { assignment: held.assignment, result: Some(json!("Once upon a time")), ..Complete::default() };
        seed.by(&agent, &done).await.expect("complete");
        // The function that is due now is not among these.
        let waiting = drive(&seed.board, "mixed", &count).await;
        assert!(matches!(waiting, Drive::Waiting(_)), "{waiting:?}");
        let print = count.with("print", |input: FunctionInput| async move { Ok(input.outputs["write"].clone()) });
        let run = drive(&seed.board, "mixed", &print).await.completed().expect("completed");
        let printed = output_rows(&seed.raw, run.id).await;
        assert_eq!(printed, [("printed".to_owned(), "Once upon a time".to_owned())]);
    }

    async fn a_panic_fails_the_attempt(t: TestDb) {
        let seed = t.seed().await;
        let text = "name: shaky\nsteps:\n  - { name: shaky, title: Shaky, function: shaky, max_attempts: 2, backoff: 1s }\n";
        start(&seed, text, "shaky").await;
        let functions = Functions::new().with("shaky", |input: FunctionInput| {
            assert!(input.attempt > 1, "part of the test");
            async { Ok(Value::Null) }
        });
        drive(&seed.board, "shaky", &functions).await.completed().expect("completed");
        assert_eq!(step_row(&seed.raw, "shaky", "shaky").await.attempt, 2);
    }

    /// Two are under way when it is paused; one of them ends at once, the other later.
    async fn what_is_under_way_when_it_is_paused_is_kept(t: TestDb) {
        let seed = t.seed().await;
        let text = "
name: pair
steps:
  - { name: short, title: Short, function: short }
  - { name: long, title: Long, function: long }
  - { name: last, title: Last, function: short, after: [short, long] }
";
        start(&seed, text, "pair").await;
        let (board, me) = (seed.board.clone(), seed.me);
        let functions = Functions::new()
            .with("short", move |input: FunctionInput| {
                let board = board.clone();
                async move {
                    if input.step == "short" {
                        board.run(me, &PauseRun { run: "pair".into(), reason: None }).await?;
                    }
                    Ok(json!("short"))
                }
            })
            .with("long", |_| async {
                tokio::time::sleep(Duration::from_millis(700)).await;
                Ok(json!("long"))
            });
        let end = drive(&seed.board, "pair", &functions).await;
        let Drive::Paused(run) = end else { panic!("{end:?}") };
        assert_eq!((run.steps_completed, run.runner_id), (2, None));
        assert_eq!(step_row(&seed.raw, "pair", "long").await.attempt, 1);
        assert_eq!(step_row(&seed.raw, "pair", "last").await.status, StepStatus::Pending);
        seed.must(&ResumeRun { run: "pair".into() }).await;
        let run = drive(&seed.board, "pair", &functions).await.completed().expect("completed");
        assert_eq!((run.status, run.steps_completed), (RunStatus::Completed, 3));
    }
}

child! {
    /// Drives a run of functions until it is stuck in the third. Arguments: URL, the run's id.
    async fn worker(args: Vec<String>) {
        let url = DatabaseUrl::parse(&args[0]).expect("a URL");
        let board = Callboard::open(&url, OpenOptions::default()).await.expect("open the board");
        let functions = Functions::new().with("work", |input: FunctionInput| async move {
            if input.step == "s3" {
                println!("stuck in s3");
                std::future::pending::<()>().await;
            }
            Ok(json!(input.step))
        });
        let run = Ref::from(args[1].as_str());
        let drive = board.drive_template(Actor::SYSTEM, &run, &functions, RunOptions::default()).await;
        panic!("it went on: {drive:?}");
    }
}
