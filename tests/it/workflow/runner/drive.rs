//! Driving a run whose steps are code, from its beginning to its end and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use callboard_service::entity::{
    WorkflowRunStatus as RunStatus, WorkflowStepStatus as StepStatus, workflow_outputs, workflow_steps,
};
use callboard_service::workflow::{Branch, Drive, NewRun, RunOptions, Step, StepError};
use sea_orm::{EntityTrait, QueryOrder};
use support::{TestDb, both};

both! {
    async fn a_run_stores_each_output_with_its_completion_and_is_not_run_again(t: TestDb) {
        let seed = t.seed().await;
        let calls = Arc::new(AtomicUsize::new(0));
        let drive = || {
            let calls = Arc::clone(&calls);
            let (board, me) = (seed.board.clone(), seed.me);
            async move {
                board.drive(me, &NewRun::new("count", "count-1"), RunOptions::default(), |run| Box::pin(async move {
                    let calls = &*calls;
                    let one = run.step("one", || async {
                        calls.fetch_add(1, Ordering::Relaxed);
                        Ok::<i64, StepError>(1)
                    }).await?;
                    let both = run.parallel(vec![
                        Branch::new("two", || async { Ok(one + 1) }),
                        Branch::new(Step::new("three").agent("adder"), || async { Ok(one + 2) }),
                    ]).await?;
                    run.skip("never").await?;
                    let sum = run.step_tx("sum", |tx| {
                        let both = both.clone();
                        Box::pin(async move {
                            let _ = tx.connection();
                            Ok(both.iter().sum::<i64>())
                        })
                    }).await?;
                    run.output("sum", sum.to_string()).await?;
                    Ok(())
                })).await
            }
        };
        let Drive::Completed { run, already: false } = drive().await.expect("drive") else { panic!("not completed") };
        assert_eq!((run.status, run.steps_completed, run.total_steps), (RunStatus::Completed, 4, Some(5)));
        let steps = workflow_steps::Entity::find().order_by_asc(workflow_steps::Column::StepNumber).all(&seed.raw).await.expect("steps");
        let seen: Vec<_> = steps.iter().map(|s| (s.name.as_str(), s.status, s.output.clone().map(|o| o.to_string()))).collect();
        assert_eq!(seen, [
            ("one", StepStatus::Completed, Some("1".to_owned())),
            ("two", StepStatus::Completed, Some("2".to_owned())),
            ("three", StepStatus::Completed, Some("3".to_owned())),
            ("never", StepStatus::Skipped, None),
            ("sum", StepStatus::Completed, Some("5".to_owned())),
        ]);
        let outputs = workflow_outputs::Entity::find().all(&seed.raw).await.expect("outputs");
        assert_eq!(outputs.len(), 1);
        assert_eq!(outputs[0].output_value, "5");
        let again = drive().await.expect("drive again");
        assert!(matches!(again, Drive::Completed { already: true, .. }));
        assert_eq!(calls.load(Ordering::Relaxed), 1);
    }
}
