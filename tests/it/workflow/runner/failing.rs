//! What is under way when a run fails.

use std::time::Duration;

use callboard_service::Ref;
use callboard_service::entity::{WorkflowRunStatus as RunStatus, WorkflowStepStatus as StepStatus};
use callboard_service::workflow::template::AddTemplate;
use callboard_service::workflow::{Drive, Functions, RetryRun, RunOptions, ShowRun, StartRun, StepError};
use serde_json::json;
use support::{TestDb, both};

const TEMPLATE: &str = "name: pair
steps:
  - { name: quick, function: quick, max_attempts: 1 }
  - { name: slow, function: slow, max_attempts: 1 }
";

both! {
    /// Longer than the lease: the heartbeat must not take the failed run for a lost one.
    async fn a_function_that_runs_while_another_fails_the_run_is_kept(t: TestDb) {
        let seed = t.seed().await;
        seed.board.run(seed.me, &AddTemplate { text: TEMPLATE.to_owned() }).await.expect("add");
        let run = Ref::Id(seed.board.run(seed.me, &StartRun::of("pair")).await.expect("start").run.id);
        let functions = Functions::new()
            .with("quick", |input| async move {
                if input.attempt == 1 { Err(StepError::new("no").permanent()) } else { Ok(json!("late")) }
            })
            .with("slow", |_| async {
                tokio::time::sleep(Duration::from_millis(1500)).await;
                Ok(json!("kept"))
            });
        let options = || RunOptions { lease: Duration::from_secs(1), ..RunOptions::default() };
        let drive = seed.board.drive_template(seed.me, &run, &functions, options()).await.expect("drive");
        assert!(matches!(drive, Drive::Failed(_)), "{drive:?}");
        let shown = seed.board.read(&ShowRun { run: run.clone() }).await.expect("show");
        let slow = &shown.steps[1].step;
        assert_eq!((slow.status, slow.output.clone()), (StepStatus::Completed, Some(json!("kept"))));
        assert_eq!((shown.run.status, shown.run.steps_completed), (RunStatus::Failed, 1));
        seed.board.run(seed.me, &RetryRun { attempts: 1, ..RetryRun::of(run.clone()) }).await.expect("retry");
        let drive = seed.board.drive_template(seed.me, &run, &functions, options()).await.expect("drive again");
        assert!(matches!(drive, Drive::Completed { already: false, .. }), "{drive:?}");
    }
}
