//! What panics fails its attempt, and never the process.

use std::time::Duration;

use callboard_service::entity::{WorkflowRunStatus as RunStatus, WorkflowStepStatus as StepStatus};
use callboard_service::workflow::{Branch, Drive, Run, RunOptions, Step, StepError};
use callboard_service::{BoxFuture, Tx};
use sea_orm::{ConnectionTrait, Statement};
use support::{Seed, TestDb, both};

use super::common::{Calls, drive, run_row, step_row};

fn once() -> Step {
    Step::new("shaky").attempts(1)
}

/// The run fails with the panic's text, which its step keeps.
async fn assert_failed(seed: &Seed, id: &str, end: Drive) {
    let Drive::Failed(run) = end else { panic!("{id}: {end:?}") };
    assert!(run.error_message.expect("a message").ends_with("panicked: part of the test"), "{id}");
    let step = step_row(&seed.raw, id, "shaky").await;
    assert_eq!((step.status, step.attempt), (StepStatus::Failed, 1), "{id}");
    let context = step.error_context.expect("why");
    assert_eq!(context["message"], "panicked: part of the test", "{id}");
    assert_eq!(context["context"]["panic"], true, "{id}");
}

fn before_the_first_await() -> std::future::Ready<Result<(), StepError>> {
    panic!("part of the test")
}

fn in_a_transaction<'t>(_tx: &'t Tx) -> BoxFuture<'t, Result<(), StepError>> {
    panic!("part of the test")
}

fn of_the_workflow<'r>(_run: &'r mut Run) -> BoxFuture<'r, Result<(), StepError>> {
    panic!("part of the test")
}

both! {
    async fn a_panicking_closure_fails_its_attempt(t: TestDb) {
        let seed = t.seed().await;
        let end = drive(&seed.board, "after", RunOptions::default(), |run| Box::pin(async {
            run.step(once(), || async {
                tokio::time::sleep(Duration::from_millis(1)).await;
                if true {
                    panic!("part of the {}", "test");
                }
                Ok::<(), StepError>(())
            }).await?;
            Ok(())
        })).await.expect("drive");
        assert_failed(&seed, "after", end).await;

        let end = drive(&seed.board, "before", RunOptions::default(), |run| Box::pin(async {
            run.step(once(), before_the_first_await).await?;
            Ok(())
        })).await.expect("drive");
        assert_failed(&seed, "before", end).await;

        let end = drive(&seed.board, "parallel", RunOptions::default(), |run| Box::pin(async {
            run.parallel(vec![
                Branch::new(once(), before_the_first_await),
                Branch::new("calm", || async {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    Ok(())
                }),
            ]).await?;
            Ok(())
        })).await.expect("drive");
        assert_failed(&seed, "parallel", end).await;
        assert_eq!(step_row(&seed.raw, "parallel", "calm").await.status, StepStatus::Completed, "the others are let end");
    }

    async fn it_is_tried_again_as_after_any_failure(t: TestDb) {
        let seed = t.seed().await;
        let calls = Calls::default();
        let counted = calls.clone();
        let end = drive(&seed.board, "again", RunOptions::default(), |run| Box::pin(async move {
            run.step(Step::new("shaky").backoff(Duration::from_millis(1)), || async {
                assert!(counted.add() > 0, "part of the test");
                Ok::<(), StepError>(())
            }).await?;
            Ok(())
        })).await.expect("drive");
        assert_eq!((end.run().status, calls.count()), (RunStatus::Completed, 2));
    }

    async fn a_panic_in_a_transaction_rolls_it_back(t: TestDb) {
        let seed = t.seed().await;
        seed.sql("CREATE TABLE app_effects (n integer NOT NULL)").await;
        let end = drive(&seed.board, "within", RunOptions::default(), |run| Box::pin(async {
            run.step_tx(once(), |tx| Box::pin(async move {
                let conn = tx.connection();
                let insert = "INSERT INTO app_effects (n) VALUES (1)";
                conn.execute_raw(Statement::from_string(conn.get_database_backend(), insert)).await?;
                if true {
                    panic!("part of the test");
                }
                Ok(())
            })).await?;
            Ok(())
        })).await.expect("drive");
        assert_failed(&seed, "within", end).await;
        let rows = Statement::from_string(seed.raw.get_database_backend(), "SELECT n FROM app_effects");
        assert!(seed.raw.query_all_raw(rows).await.expect("read").is_empty());

        let end = drive(&seed.board, "outside", RunOptions::default(), |run| Box::pin(async {
            run.step_tx(once(), in_a_transaction).await?;
            Ok(())
        })).await.expect("drive");
        assert_failed(&seed, "outside", end).await;
        // The board is as usable as before.
        seed.item().await;
    }

    async fn a_workflow_that_panics_fails_its_run(t: TestDb) {
        let seed = t.seed().await;
        let end = drive(&seed.board, "begins", RunOptions::default(), of_the_workflow).await.expect("drive");
        assert!(matches!(end, Drive::Failed(_)), "{end:?}");
        let end = drive(&seed.board, "goes-on", RunOptions::default(), |run| Box::pin(async move {
            run.step("calm", || async { Ok::<(), StepError>(()) }).await?;
            if true {
                panic!("part of the test");
            }
            Ok(())
        })).await.expect("drive");
        assert!(matches!(end, Drive::Failed(_)), "{end:?}");
        for id in ["begins", "goes-on"] {
            let run = run_row(&seed.raw, id).await;
            assert_eq!((run.status, run.runner_id), (RunStatus::Failed, None));
            assert_eq!(run.error_message.as_deref(), Some("panicked: part of the test"));
        }
    }
}
