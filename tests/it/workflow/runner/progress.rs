//! How far a run is, and how long it may still take.

use callboard_service::entity::{WorkflowStepStatus as StepStatus, workflow_steps as steps};
use callboard_service::workflow::template::AddTemplate;
use callboard_service::workflow::{NewRun, Progress, RunOptions, ShowRun, StartRun, StepError};
use callboard_service::{Actor, Ref};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use support::{Seed, TestDb, both};
use uuid::Uuid;

use super::common::run_row;

async fn progress(seed: &Seed, run: Uuid) -> Progress {
    seed.board.read(&ShowRun { run: Ref::Id(run) }).await.expect("show").progress
}

/// Says that the steps of that name took so long.
async fn took(seed: &Seed, name: &str, seconds: f64) {
    let long = steps::ActiveModel { execution_time_seconds: Set(Some(seconds)), ..Default::default() };
    let of = steps::Entity::update_many().set(long).filter(steps::Column::Name.eq(name));
    let of = of.filter(steps::Column::Status.eq(StepStatus::Completed));
    of.exec(&seed.raw).await.expect("set the time");
}

both! {
    /// The code said that there are four steps: two are still to come, each as long as the usual one.
    async fn of_a_run_of_code_under_way_and_at_its_end(t: TestDb) {
        let seed = t.seed().await;
        let (look, test) = (seed.clone(), seed.board.clone());
        let end = test.drive(Actor::SYSTEM, &NewRun::new("test", "four").steps(4), RunOptions::default(), |run| Box::pin(async move {
            run.step("one", || async { Ok::<_, StepError>(()) }).await?;
            run.step("two", || async { Ok::<_, StepError>(()) }).await?;
            took(&look, "one", 10.0).await;
            took(&look, "two", 20.0).await;
            let now = progress(&look, run.row().id).await;
            assert_eq!((now.completed, now.total, now.eta_seconds), (2, Some(4), Some(30.0)));
            run.step("three", || async { Ok::<_, StepError>(()) }).await?;
            took(&look, "three", 30.0).await;
            let now = progress(&look, run.row().id).await;
            assert_eq!((now.completed, now.total, now.eta_seconds), (3, Some(4), Some(20.0)));
            run.step("four", || async { Ok::<_, StepError>(()) }).await?;
            Ok(())
        })).await.expect("drive");
        let run = end.completed().expect("completed");
        let end = progress(&seed, run.id).await;
        assert_eq!((end.completed, end.total, end.eta_seconds), (4, Some(4), None));
    }

    async fn nothing_is_said_where_nothing_is_known(t: TestDb) {
        let seed = t.seed().await;
        let look = seed.clone();
        let end = seed.board.clone().drive(Actor::SYSTEM, &NewRun::new("test", "open"), RunOptions::default(), |run| Box::pin(async move {
            run.step("one", || async { Ok::<_, StepError>(()) }).await?;
            let now = progress(&look, run.row().id).await;
            assert_eq!((now.completed, now.total, now.eta_seconds), (1, None, None));
            Ok(())
        })).await.expect("drive");
        assert_eq!(end.run().total_steps, Some(1));
        assert_eq!(run_row(&seed.raw, "open").await.steps_completed, 1);
    }

    /// Along the longest chain: what goes on at the same time counts once.
    async fn of_a_template_along_its_longest_chain_as_long_as_in_earlier_runs(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("all").await;
        let step = |name: &str, after: &str| format!("  - name: {name}\n    title: {name}\n    delegate: {{}}\n    after: [{after}]\n");
        let text = format!(
            "name: diamond\nsteps:\n{}{}{}{}",
            step("top", ""), step("left", "top"), step("right", "top"), step("bottom", "left, right")
        );
        seed.must(&AddTemplate { text }).await;
        let start = StartRun { project: Some("demo".into()), ..StartRun::of("diamond") };
        let first = seed.must(&start).await.run;
        assert_eq!(progress(&seed, first.id).await.eta_seconds, None, "no run has ended a step");
        for _ in 0..4 {
            let held = seed.claim(&agent).await;
            let done = callboard_service::assignment::Complete { assignment: held.assignment, ..Default::default() };
            seed.by(&agent, &done).await.expect("complete");
        }
        for (name, seconds) in [("top", 100.0), ("left", 500.0), ("right", 900.0), ("bottom", 200.0)] {
            took(&seed, name, seconds).await;
        }
        assert_eq!(progress(&seed, first.id).await.eta_seconds, None, "it is done");
        let second = seed.must(&start).await.run;
        let now = progress(&seed, second.id).await;
        let eta = now.eta_seconds.expect("known from the first run");
        assert_eq!((now.completed, now.total), (0, Some(4)));
        // Its first step waits already: what has passed of it is no longer to come.
        assert!((1150.0..=1200.0).contains(&eta), "{eta}");
        let held = seed.claim(&agent).await;
        let done = callboard_service::assignment::Complete { assignment: held.assignment, ..Default::default() };
        seed.by(&agent, &done).await.expect("complete");
        let now = progress(&seed, second.id).await;
        let eta = now.eta_seconds.expect("known from the first run");
        assert_eq!(now.completed, 1);
        assert!((1050.0..=1100.0).contains(&eta), "{eta}");
    }
}
