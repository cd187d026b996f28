use callboard_service::assignment::Fail;
use callboard_service::entity::{WorkflowOutputType as Type, WorkflowRunStatus as Status};
use callboard_service::workflow::{NewRun, Output, RunOptions, RunOutputs, StoredOutput};
use callboard_service::{ErrorKind, Ref};
use serde_json::json;
use support::{Seed, TestDb, both};

const FLOW: &str = "name: flow
steps:
  - { name: a, delegate: {}, output: { key: draft, type: text, field: text } }
  - { name: b, delegate: {}, output: { key: sources, type: citation_list, field: list }, after: [a] }
  - { name: c, delegate: {}, output: { key: whole }, after: [b] }
  - { name: d, delegate: {}, after: [c] }
";

async fn outputs(seed: &Seed, key: Option<&str>) -> Result<Vec<StoredOutput>, callboard_service::Error> {
    seed.board.read(&RunOutputs { run: Ref::from("flow"), key: key.map(str::to_owned) }).await
}

both! {
    /// Stored with the step's completion, in that order; they stay when a later step fails.
    async fn in_the_order_in_which_they_were_stored(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let run = seed.flow(FLOW).await;
        assert_eq!(outputs(&seed, None).await.expect("outputs"), []);
        seed.play(&agent, run.id, "a", json!({ "text": "\u{e9}\n" })).await;
        seed.play(&agent, run.id, "b", json!({ "list": ["one", { "title": "two" }] })).await;
        seed.play(&agent, run.id, "c", json!({ "n": 1.5 })).await;
        let held = seed.claim_step(&agent, run.id, "d").await;
        seed.by(&agent, &Fail { assignment: held, reason: "no".to_owned(), permanent: true }).await.expect("fail");
        assert_eq!(seed.run_row(run.id).await.status, Status::Failed);
        let found = outputs(&seed, None).await.expect("outputs");
        let seen: Vec<_> = found.iter().map(|o| (o.key.as_str(), o.r#type, o.value.as_str(), o.step.as_deref())).collect();
        assert_eq!(seen, [
            ("draft", Type::Text, "\u{e9}\n", Some("a")),
            ("sources", Type::CitationList, "[\"one\",{\"title\":\"two\"}]", Some("b")),
            ("whole", Type::Json, "{\"n\":1.5}", Some("c")),
        ]);
        let one = outputs(&seed, Some("sources")).await.expect("one output");
        assert_eq!(one, &found[1..2]);
        let error = outputs(&seed, Some("source")).await.expect_err("no such key");
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::NotFound, "there is no output 'source'; near to it: sources"));
    }

    async fn code_stores_its_own(t: TestDb) {
        let seed = t.seed().await;
        let new = NewRun::new("work", "flow");
        let drive = seed.board.drive(seed.me, &new, RunOptions::default(), |run| Box::pin(async move {
            run.output("text", "plain").await?;
            run.output("json", json!({ "n": 1 })).await?;
            run.output("list", Output::citations(["Doe 2024"])).await?;
            Ok(())
        }));
        drive.await.expect("drive").completed().expect("completed");
        let found = outputs(&seed, None).await.expect("outputs");
        let seen: Vec<_> = found.iter().map(|o| (o.key.as_str(), o.r#type, o.value.as_str(), o.step.clone())).collect();
        assert_eq!(seen, [
            ("text", Type::Text, "plain", None),
            ("json", Type::Json, "{\"n\":1}", None),
            ("list", Type::CitationList, "[\"Doe 2024\"]", None),
        ]);
    }

    async fn a_missing_run_has_near_names(t: TestDb) {
        let seed = t.seed().await;
        seed.flow(FLOW).await;
        let error = seed.board.read(&RunOutputs { run: Ref::from("fow"), key: None }).await.expect_err("no such run");
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::NotFound, "there is no workflow run 'fow'; near to it: flow"));
    }
}
