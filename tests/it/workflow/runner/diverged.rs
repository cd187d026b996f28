//! A replay that asks for something else than was recorded is refused, says where, and changes nothing.

use callboard_service::entity::WorkflowRunStatus as RunStatus;
use callboard_service::workflow::{Branch, Drive, Run, RunOptions, StepError};
use callboard_service::{BoxFuture, Error};
use serde_json::json;
use support::{Seed, TestDb, both};

use super::common::{Calls, drive, kinds, lapse_run, output_rows, run_row, step_rows, until};

/// What was recorded is `first`, `left` and `right` at once, the output `found`, `optional` left out, and `last` begun.
async fn recorded(run: &mut Run) -> Result<(), StepError> {
    one(run, "first").await?;
    two(run, "left", "right").await?;
    run.output("found", "3").await?;
    run.skip("optional").await?;
    Ok(())
}

async fn one(run: &mut Run, name: &'static str) -> Result<(), StepError> {
    run.step(name, || async { Ok::<_, StepError>(name.len()) }).await?;
    Ok(())
}

async fn two(run: &mut Run, left: &'static str, right: &'static str) -> Result<(), StepError> {
    let branch = |name: &'static str| Branch::new(name, move || async move { Ok(name.len()) });
    run.parallel(vec![branch(left), branch(right)]).await?;
    Ok(())
}

/// A run that was interrupted in its step `last`.
async fn interrupted(seed: &Seed, id: &'static str) {
    let (board, calls) = (seed.board.clone(), Calls::default());
    let begun = calls.clone();
    let runner = tokio::spawn(async move {
        drive(&board, id, RunOptions::default(), |run| {
            Box::pin(async move {
                recorded(run).await?;
                run.step("last", || async {
                    begun.add();
                    std::future::pending::<Result<usize, StepError>>().await
                })
                .await?;
                Ok(())
            })
        })
        .await
    });
    until("the last step runs", || async { calls.count() == 1 }).await;
    runner.abort();
    let _ = runner.await;
    lapse_run(&seed.raw, id).await;
}

type Workflow = for<'r> fn(&'r mut Run) -> BoxFuture<'r, Result<(), StepError>>;

/// Drives the run by other code: it must be refused at that step, and nothing be changed but who had it.
async fn refused(seed: &Seed, id: &str, code: Workflow) -> Error {
    let rows = || async {
        let run = run_row(&seed.raw, id).await;
        let stable = (run.status, run.steps_completed, run.total_steps, run.error_message.clone());
        (stable, format!("{:?}", step_rows(&seed.raw, run.id).await), output_rows(&seed.raw, run.id).await)
    };
    let (before, ledger) = (rows().await, kinds(&seed.raw, id).await);
    let error = drive(&seed.board, id, RunOptions::default(), code).await.expect_err("it diverges");
    assert_eq!(rows().await, before, "{error}");
    let more = &kinds(&seed.raw, id).await[ledger.len()..];
    assert_eq!(more, ["taken", "released"], "{error}");
    assert_eq!(run_row(&seed.raw, id).await.status, RunStatus::Running, "{error}");
    error
}

#[track_caller]
fn assert_diverged(error: &Error, number: i64, was: &str, now: Option<&str>) {
    let Error::WorkflowDiverged { run, at, recorded, asked } = error else { panic!("{error}") };
    assert_eq!((run.as_str(), *at, recorded.as_str(), asked.as_deref()), ("changed", number, was, now));
}

both! {
    async fn each_way_is_refused_and_the_recorded_code_still_ends_the_run(t: TestDb) {
        let seed = t.seed().await;
        interrupted(&seed, "changed").await;

        let error = refused(&seed, "changed", |run| Box::pin(async { one(run, "other").await })).await;
        assert_diverged(&error, 1, "first", Some("other"));
        assert_eq!(error.to_string(), "run 'changed' diverged at step 1: 'first' was recorded, and 'other' is asked for");

        // One more in between.
        let error = refused(&seed, "changed", |run| Box::pin(async {
            one(run, "first").await?;
            one(run, "new").await
        })).await;
        assert_diverged(&error, 2, "left", Some("new"));

        // The same twice: the name is that of step 1, and its second occurrence was never recorded.
        let error = refused(&seed, "changed", |run| Box::pin(async {
            one(run, "first").await?;
            one(run, "first").await
        })).await;
        assert_diverged(&error, 2, "left", Some("first"));

        let error = refused(&seed, "changed", |run| Box::pin(async {
            one(run, "first").await?;
            two(run, "right", "left").await
        })).await;
        assert_diverged(&error, 2, "left", Some("right"));

        // Fewer steps: it would end before what was recorded.
        let error = refused(&seed, "changed", |run| Box::pin(async {
            one(run, "first").await?;
            two(run, "left", "right").await
        })).await;
        assert_diverged(&error, 4, "optional", None);
        assert!(error.to_string().ends_with("and the end is asked for"), "{error}");

        // What was left out is run.
        let error = refused(&seed, "changed", |run| Box::pin(async {
            one(run, "first").await?;
            two(run, "left", "right").await?;
            one(run, "optional").await
        })).await;
        assert_diverged(&error, 4, "optional (left out or delegated)", Some("optional"));

        // What was run is left out.
        let error = refused(&seed, "changed", |run| Box::pin(async {
            run.skip("first").await?;
            Ok(())
        })).await;
        assert_diverged(&error, 1, "first (completed)", Some("first (left out)"));

        let error = refused(&seed, "changed", |run| Box::pin(async {
            one(run, "first").await?;
            two(run, "left", "right").await?;
            run.output("found", "4").await?;
            Ok(())
        })).await;
        assert!(matches!(&error, Error::OutputDiverged { run, key } if run == "changed" && key == "found"), "{error}");

        let end = drive(&seed.board, "changed", RunOptions::default(), |run| Box::pin(async {
            recorded(run).await?;
            one(run, "last").await?;
            // More than was recorded is how a run goes on.
            one(run, "after").await
        })).await.expect("drive");
        let run = end.completed().expect("completed");
        assert_eq!((run.steps_completed, run.total_steps), (5, Some(6)));
        let outputs: Vec<_> = step_rows(&seed.raw, run.id).await.into_iter().map(|step| step.output).collect();
        assert_eq!(outputs, [Some(json!(5)), Some(json!(4)), Some(json!(5)), None, Some(json!(4)), Some(json!(5))]);
    }

    async fn an_output_that_is_read_as_another_type_is_refused(t: TestDb) {
        let seed = t.seed().await;
        interrupted(&seed, "typed").await;
        let end = drive(&seed.board, "typed", RunOptions::default(), |run| Box::pin(async {
            run.step("first", || async { Ok::<_, StepError>("a text".to_owned()) }).await?;
            Ok(())
        })).await.expect("drive");
        let Drive::Failed(run) = end else { panic!("{end:?}") };
        assert!(run.error_message.expect("why").contains("output of step 'first'"));
    }
}
