use std::time::Duration;

use callboard_service::Actor;
use callboard_service::entity::{work_items, workflow_runs};
use callboard_service::workflow::{NewRun, RunOptions, StepError};
use sea_orm::{ConnectionTrait, EntityTrait};
use support::{TestDb, both};

use super::{claim, hand_in, start, with_two};
use crate::cli::{init, json, refused, text};

async fn status(t: &TestDb) -> String {
    let run = workflow_runs::Entity::find().one(&t.raw().await).await.expect("read the run");
    run.expect("the run is there").status.as_str().to_owned()
}

both! {
    async fn a_paused_run_hands_nothing_out_until_it_is_resumed(t: TestDb) {
        with_two(&t);
        start(&t);
        let paused = t.callboard(["workflow", "pause", "r1", "--reason", "lunch"]).run().ok();
        assert!(paused.stdout == "r1  paused  two\n" && paused.stderr.contains("`callboard workflow resume r1`"), "{paused}");
        assert!(t.callboard(["workflow", "pause", "r1"]).run().ok().stderr.contains("nothing was changed"));
        assert_eq!(json(&t, ["workflow", "pause", "r1"], "moved_run")["already"], true);
        assert!(text(&t, ["workflow", "logs", "r1"]).contains("lunch"));
        hand_in(&t, r#"{"n": 2}"#);
        assert_eq!(text(&t, ["ready"]).matches("CB-").count(), 0, "the second step waits");
        let resumed = t.callboard(["workflow", "resume", "r1"]).run().ok();
        assert!(resumed.stdout.starts_with("r1  running  two\n") && resumed.stdout.contains("CB-2") && resumed.stdout.contains("Second 2"), "{resumed}");
        assert!(t.callboard(["workflow", "resume", "r1"]).run().ok().stderr.contains("It was running before"));
        assert_eq!(json(&t, ["workflow", "resume", "r1"], "resumed_run")["items"][0]["key"], "CB-2");
        hand_in(&t, r#""done""#);
        let said = refused(&t, ["workflow", "pause", "r1"], 14);
        assert!(said.contains("r1 is completed: pause is not possible"), "{said}");
        refused(&t, ["workflow", "pause", "r2"], 13);
        refused(&t, ["workflow", "resume", "r2"], 13);
    }

    async fn a_cancelled_run_cancels_its_items(t: TestDb) {
        with_two(&t);
        start(&t);
        let (key, assignment) = claim(&t);
        let would = t.callboard(["workflow", "cancel", "r1", "--reason", "enough", "--dry-run"]).run().ok();
        assert!(would.stderr.contains("nothing was changed") && status(&t).await == "running", "{would}");
        let done = text(&t, ["workflow", "cancel", "r1", "--reason", "enough"]);
        assert_eq!((done.as_str(), would.stdout.as_str()), ("r1  cancelled  two\nSteps:          first, second\nItems:          CB-1\n", &*done));
        let item = work_items::Entity::find().one(&t.raw().await).await.expect("read the item").expect("the item is there");
        assert_eq!((item.key, item.status.as_str(), status(&t).await.as_str()), (key, "cancelled", "cancelled"));
        refused(&t, ["complete", "--assignment", &assignment, "--result", "2"], 15);
        let again = json(&t, ["workflow", "cancel", "r1"], "cancelled_run");
        assert_eq!((&again["already"], &again["items"]), (&true.into(), &serde_json::json!([])));
        let said = refused(&t, ["workflow", "resume", "r1"], 14);
        assert!(said.contains("r1 is cancelled"), "{said}");
        refused(&t, ["workflow", "cancel", "r2"], 13);
    }

    /// A run of code goes on by its program only: no command pretends to.
    async fn an_interrupted_run_of_code_is_listed_and_says_what_it_needs(t: TestDb) {
        init(&t);
        let board = t.board().await;
        let new = NewRun::new("count", "count-1");
        let hang = board.drive(Actor::SYSTEM, &new, RunOptions::default(), |run| {
            Box::pin(async move {
                run.step("one", || async { Ok::<i64, StepError>(1) }).await?;
                run.step("two", || async { std::future::pending::<Result<i64, StepError>>().await }).await?;
                Ok(())
            })
        });
        // Dropped while it is at its second step.
        assert!(tokio::time::timeout(Duration::from_secs(3), hang).await.is_err());
        let past = "UPDATE workflow_runs SET runner_id = 'gone', lease_expires_at = started_at";
        t.raw().await.execute_unprepared(past).await.expect("let the lease run out");
        let listed = json(&t, ["workflow", "list", "--interrupted"], "runs");
        assert_eq!((&listed["rows"][0]["interrupted"], &listed["rows"][0]["run"]["workflow_id"]), (&true.into(), &"count-1".into()));
        assert!(text(&t, ["workflow", "list"]).contains("interrupted"));
        let shown = t.callboard(["workflow", "show", "count-1"]).run().ok();
        assert!(shown.stdout.contains("gone gives no sign of life") && shown.stdout.contains("count (code)"), "{shown}");
        assert!(shown.stderr.contains("any process that drives it again"), "{shown}");
        let resumed = t.callboard(["workflow", "resume", "count-1"]).run().ok();
        assert!(resumed.stderr.contains("its program drives it again") && resumed.stderr.contains("count-1"), "{resumed}");
        assert_eq!(json(&t, ["workflow", "resume", "count-1"], "resumed_run")["by_code"], true);
        let shown = json(&t, ["workflow", "show", "count-1"], "run_details");
        assert_eq!((&shown["steps"][0]["step"]["output"], &shown["progress"]["completed"]), (&1.into(), &1.into()));
    }
}
