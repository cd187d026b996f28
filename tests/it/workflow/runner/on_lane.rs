//! Steps on SQLite's write lane: each begins and ends there, and leaves what it leaves elsewhere.

use callboard_service::workflow::{Branch, Drive, RunOptions, Step, StepError};
use callboard_service::{Callboard, OpenOptions, Synchronous, WriteLane};
use sea_orm::DatabaseConnection;
use serde_json::json;
use std::time::Duration;
use support::{TestDb, on_sqlite};

use super::common::{Calls, drive, event_rows, run_row, step_rows};

/// How many verbs the run below has: each attempt begins and ends, and branches begin together.
const VERBS: u64 = 2 + 4 + 3 + 2;

/// Steps with an output, with a failure before it, at the same time, and with all that a failure keeps.
async fn every_way(board: &Callboard, id: &str) {
    let calls = Calls::default();
    let end = drive(board, id, RunOptions::default(), |run| {
        Box::pin(async move {
            let output = json!({ "ü": [1.5, null, "\u{1F600}"], "n": u64::MAX });
            assert_eq!(
                run.step(Step::new("one").input("a\nb"), || async { Ok::<_, StepError>(output.clone()) }).await?,
                output
            );
            let twice = Step::new("twice").backoff(Duration::ZERO).timeout(Duration::from_secs(60));
            let again = || async { if calls.add() == 0 { Err(StepError::new("no ink")) } else { Ok(7) } };
            assert_eq!(run.step(twice, again).await?, 7);
            let branch = |name: &'static str| Branch::new(name, move || async move { Ok(name.to_owned()) });
            assert_eq!(run.parallel(vec![branch("left"), branch("right")]).await?, ["left", "right"]);
            run.step(Step::new("last").attempts(1), || async { Err::<(), _>(StepError::new("broken").permanent()) })
                .await?;
            Ok(())
        })
    });
    let end = end.await.expect("drive");
    assert!(matches!(end, Drive::Failed(_)), "{end:?}");
}

/// What tells one run from another, but for ids and times.
async fn left(raw: &DatabaseConnection, id: &str) -> Vec<String> {
    let run = run_row(raw, id).await;
    let mut all = vec![format!("{:?} {} {} {:?}", run.status, run.steps_completed, run.revision, run.error_message)];
    all.extend(step_rows(raw, run.id).await.iter().map(|step| {
        let steps = (&step.name, step.step_number, step.status, step.attempt, &step.input_summary, &step.output);
        format!("{steps:?} {:?} {:?}", step.output_summary, step.error_context)
    }));
    let mut events: Vec<String> = event_rows(raw, run.id)
        .await
        .iter()
        .map(|event| {
            format!("{} {:?} {:?} {:?} {:?}", event.kind, event.from_status, event.to_status, event.reason, event.data)
        })
        .collect();
    // The branches end in any order.
    events.sort();
    all.extend(events);
    all.into_iter().map(|line| line.replace(id, "RUN")).collect()
}

on_sqlite! {
    why: "PostgreSQL has no write lane";
    async fn a_step_begins_and_ends_on_the_lane(t: TestDb) {
        let seed = t.seed().await;
        let without = t.board_with(OpenOptions { lane: WriteLane::off(), ..OpenOptions::default() }).await;
        every_way(&without, "elsewhere").await;
        let expected = left(&seed.raw, "elsewhere").await;
        assert!(expected.len() > 10, "{expected:#?}");
        for synchronous in [Synchronous::Full, Synchronous::Normal] {
            let board = t.board_with(OpenOptions { synchronous, ..OpenOptions::default() }).await;
            let id = format!("{synchronous:?}").to_lowercase();
            every_way(&board, &id).await;
            let counts = board.lane_counts().expect("it has a lane");
            assert_eq!((counts.verbs, counts.elsewhere), (VERBS, 0), "{counts:?}");
            assert_eq!(left(&seed.raw, &id).await, expected);
        }
    }
}
