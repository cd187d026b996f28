//! An attempt that takes longer than it may is dropped and counts as failed.

use std::time::Duration;

use callboard_service::entity::WorkflowStepStatus as StepStatus;
use callboard_service::workflow::{RunOptions, Step, StepError};
use sea_orm::{ConnectionTrait, Statement};
use support::{TestDb, both};

use super::common::{Calls, drive, event_rows, run_row, step_row};

/// Counts how often it is dropped before it was let go.
struct Dropped(Calls);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.add();
    }
}

fn quick_step() -> Step {
    Step::new("slow").attempts(3).backoff(Duration::from_millis(1)).timeout(Duration::from_millis(100))
}

both! {
    async fn its_closure_is_dropped_and_it_is_tried_again(t: TestDb) {
        let seed = t.seed().await;
        let (calls, dropped) = (Calls::default(), Calls::default());
        let (counted, guard) = (calls.clone(), dropped.clone());
        let end = drive(&seed.board, "slow", RunOptions::default(), |run| Box::pin(async move {
            run.step(quick_step(), || async {
                if counted.add() == 0 {
                    let _dropped = Dropped(guard.clone());
                    std::future::pending::<()>().await;
                }
                Ok::<_, StepError>("in time".to_owned())
            }).await?;
            Ok(())
        })).await.expect("drive");
        end.completed().expect("completed");
        assert_eq!((calls.count(), dropped.count()), (2, 1));
        let run = run_row(&seed.raw, "slow").await;
        let failed = event_rows(&seed.raw, run.id).await.into_iter().find(|e| e.kind == "step_fail").expect("a failure");
        assert_eq!(failed.reason.as_deref(), Some("timed out after 0.1 s"));
        let step = step_row(&seed.raw, "slow", "slow").await;
        assert_eq!((step.status, step.attempt), (StepStatus::Completed, 2));
    }

    async fn the_transaction_of_a_step_is_rolled_back(t: TestDb) {
        let seed = t.seed().await;
        seed.sql("CREATE TABLE app_effects (attempt integer NOT NULL)").await;
        let calls = Calls::default();
        let counted = calls.clone();
        let end = drive(&seed.board, "slow", RunOptions::default(), |run| Box::pin(async move {
            run.step_tx(quick_step(), |tx| {
                let attempt = counted.add() as i32 + 1;
                Box::pin(async move {
                    let conn = tx.connection();
                    let insert = format!("INSERT INTO app_effects (attempt) VALUES ({attempt})");
                    conn.execute_raw(Statement::from_string(conn.get_database_backend(), insert)).await?;
                    if attempt == 1 {
                        std::future::pending::<()>().await;
                    }
                    Ok(attempt)
                })
            }).await?;
            Ok(())
        })).await.expect("drive");
        end.completed().expect("completed");
        let rows = Statement::from_string(seed.raw.get_database_backend(), "SELECT attempt FROM app_effects");
        let rows = seed.raw.query_all_raw(rows).await.expect("read");
        let attempts: Vec<i32> = rows.iter().map(|row| row.try_get("", "attempt").expect("a number")).collect();
        assert_eq!((attempts, calls.count()), (vec![2], 2));
    }
}
