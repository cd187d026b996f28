//! Steps of code that an agent does: the code waits for the agent's item, in its process or without one.

use std::time::Duration;

use callboard_service::assignment::Complete;
use callboard_service::entity::{
    WorkItemStatus, WorkflowOutputType, WorkflowStepStatus as StepStatus, agent_profiles, work_items,
};
use callboard_service::item::CancelItem;
use callboard_service::workflow::template::{Check, OutputSpec, Rule};
use callboard_service::workflow::{Drive, Handover, NewRun, RunOptions, Step, StepError};
use callboard_service::{Callboard, Error};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use support::{Seed, TestDb, both};

use super::common::{Calls, assert_gapless, event_rows, output_rows, quick, run_row, step_row, until};

/// One step of code, one of an agent, and one of code that uses what the agent gave.
async fn article(board: Callboard, options: RunOptions, calls: Calls) -> Result<Drive, Error> {
    let new = NewRun::new("article", "article-1").project("demo");
    board
        .drive(callboard_service::Actor::SYSTEM, &new, options, |run| {
            Box::pin(async move {
                let topic = run
                    .step("choose", || async {
                        calls.add();
                        Ok::<_, StepError>("falls".to_owned())
                    })
                    .await?;
                let handover = Handover {
                    gate: vec![Check { field: Some("text".to_owned()), rule: Rule::MinCharacters(5) }],
                    output: Some(OutputSpec {
                        key: "text".to_owned(),
                        r#type: WorkflowOutputType::Text,
                        field: Some("text".to_owned()),
                    }),
                    ..Handover::titled(format!("Write about {topic}"))
                };
                let written: Value = run.delegate(Step::new("write").attempts(1), &handover).await?;
                run.step("count", || async {
                    calls.add();
                    Ok::<_, StepError>(written["text"].as_str().map_or(0, str::len))
                })
                .await?;
                Ok(())
            })
        })
        .await
}

/// The agent claims the item, hands in what is too short, and then something better.
async fn play(seed: &Seed, agent: &agent_profiles::Model) {
    let held = seed.claim(agent).await;
    assert_eq!(held.item.title, "Write about falls");
    let hand_in = |text: &str| Complete {
        assignment: held.assignment,
        result: Some(json!({ "text": text })),
        ..Complete::default()
    };
    let refused = seed.by(agent, &hand_in("no")).await.expect_err("the gate");
    assert!(matches!(refused, Error::GateNotMet { .. }), "{refused}");
    seed.by(agent, &hand_in("They fall.")).await.expect("complete");
}

async fn assert_done(seed: &Seed, agent: &agent_profiles::Model, calls: &Calls) {
    let run = run_row(&seed.raw, "article-1").await;
    assert_eq!((run.steps_completed, run.total_steps, run.runner_id.clone()), (3, Some(3), None));
    assert_eq!(output_rows(&seed.raw, run.id).await, [("text".to_owned(), "They fall.".to_owned())]);
    let write = step_row(&seed.raw, "article-1", "write").await;
    assert_eq!((write.status, write.agent_id), (StepStatus::Completed, Some(agent.id)));
    assert_eq!(step_row(&seed.raw, "article-1", "count").await.output, Some(json!(10)));
    assert_eq!(calls.count(), 2, "each closure ran once");
    assert_gapless(&run, &event_rows(&seed.raw, run.id).await);
}

both! {
    async fn without_waiting_the_drive_ends_and_is_called_again(t: TestDb) {
        let seed = t.seed().await;
        let (agent, calls) = (seed.agent("writer").await, Calls::default());
        let options = || RunOptions { wait: false, ..quick() };
        // The second call finds it as the first one left it: no second item.
        for _ in 0..2 {
            let end = article(seed.board.clone(), options(), calls.clone()).await.expect("drive");
            let Drive::Waiting(run) = end else { panic!("{end:?}") };
            assert_eq!((run.runner_id, run.lease_expires_at), (None, None));
            assert_eq!(step_row(&seed.raw, "article-1", "write").await.status, StepStatus::Waiting);
            assert_eq!(work_items::Entity::find().all(&seed.raw).await.expect("items").len(), 1);
        }
        play(&seed, &agent).await;
        let end = article(seed.board.clone(), options(), calls.clone()).await.expect("drive");
        end.completed().expect("completed");
        assert_done(&seed, &agent, &calls).await;
    }

    async fn with_waiting_the_process_goes_on_by_itself_and_holds_no_lease_meanwhile(t: TestDb) {
        let seed = t.seed().await;
        let (agent, calls) = (seed.agent("writer").await, Calls::default());
        let drive = tokio::spawn(article(seed.board.clone(), quick(), calls.clone()));
        until("the item is there", || async {
            !work_items::Entity::find().all(&seed.raw).await.expect("items").is_empty()
        }).await;
        until("the lease is given back", || async { run_row(&seed.raw, "article-1").await.runner_id.is_none() }).await;
        // Longer than a lease.
        tokio::time::sleep(Duration::from_millis(1200)).await;
        assert_eq!(run_row(&seed.raw, "article-1").await.lease_expires_at, None);
        play(&seed, &agent).await;
        let end = tokio::time::timeout(Duration::from_secs(10), drive).await.expect("it goes on").expect("it ends");
        end.expect("drive").completed().expect("completed");
        assert_done(&seed, &agent, &calls).await;
    }

    async fn a_cancelled_item_fails_the_step(t: TestDb) {
        let seed = t.seed().await;
        let calls = Calls::default();
        let options = || RunOptions { wait: false, ..quick() };
        let end = article(seed.board.clone(), options(), calls.clone()).await.expect("drive");
        assert!(matches!(end, Drive::Waiting(_)), "{end:?}");
        let item = work_items::Entity::find().one(&seed.raw).await.expect("items").expect("an item");
        seed.must(&CancelItem { reason: Some("not wanted".to_owned()), ..CancelItem::new(item.id) }).await;
        assert_eq!(seed.row(item.id).await.status, WorkItemStatus::Cancelled);
        let end = article(seed.board.clone(), options(), calls.clone()).await.expect("drive");
        let Drive::Failed(run) = end else { panic!("{end:?}") };
        assert_eq!(
            run.error_message.as_deref(),
            Some("step 'write' of run 'article-1' failed after 1 attempts: CB-1 was cancelled: not wanted")
        );
        assert_eq!(calls.count(), 1);
    }

    async fn a_run_without_a_project_cannot_delegate(t: TestDb) {
        let seed = t.seed().await;
        let end = super::common::drive(&seed.board, "nowhere", quick(), |run| Box::pin(async {
            run.delegate::<Value>("write", &Handover::titled("Write")).await?;
            Ok(())
        })).await.expect("drive");
        let Drive::Failed(run) = end else { panic!("{end:?}") };
        assert!(run.error_message.expect("why").starts_with("project: is needed"));
        assert!(work_items::Entity::find().all(&seed.raw).await.expect("items").is_empty());
    }
}
