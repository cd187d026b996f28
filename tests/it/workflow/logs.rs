use callboard_service::workflow::{NewRun, PauseRun, RunLogs, RunOptions, StepError};
use callboard_service::{ErrorKind, Ref};
use serde_json::json;
use support::flow::delegated;
use support::{TestDb, both};

both! {
    async fn everything_that_happened_and_who_did_it(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let run = seed.flow(&delegated("flow", &[("a", &[])])).await;
        seed.must(&PauseRun { run: Ref::from("flow"), reason: Some("lunch".to_owned()) }).await;
        seed.play(&agent, run.id, "a", json!({})).await;
        let page = seed.board.read(&RunLogs::of("flow")).await.expect("logs");
        assert_eq!(page.next, None);
        let key = seed.item_of(run.id, "a").await.key;
        let waits = format!("{key} is to be done");
        let seen: Vec<_> = page.events.iter().map(|e| {
            (e.revision, e.kind.as_str(), e.step.as_deref(), e.actor.as_str(), e.reason.as_deref())
        }).collect();
        assert_eq!(seen, [
            (1, "created", None, "user:kim", None),
            (2, "step_added", Some("a"), "user:kim", None),
            (3, "start", None, "user:kim", None),
            (4, "step_start", Some("a"), "user:kim", None),
            (5, "step_wait", Some("a"), "user:kim", Some(waits.as_str())),
            (6, "pause", None, "user:kim", Some("lunch")),
            (7, "step_complete", Some("a"), "agent:coder", None),
        ]);
        let moved: Vec<_> = page.events.iter().map(|e| (e.from_status.as_deref(), e.to_status.as_deref())).collect();
        assert_eq!(&moved[5..], [(Some("running"), Some("paused")), (Some("waiting"), Some("completed"))]);
        assert_eq!(page.events[6].data, Some(json!({ "attempt": 1 })));
        assert!(page.events.iter().all(|e| e.runner.is_none() && e.epoch == 0));
    }

    async fn who_drove_it_is_told(t: TestDb) {
        let seed = t.seed().await;
        let options = RunOptions { runner: Some("host:7".to_owned()), ..RunOptions::default() };
        let new = NewRun::new("work", "work-1");
        let drive = seed.board.drive(seed.me, &new, options, |run| Box::pin(async move {
            Ok(run.step("one", || async { Ok::<(), StepError>(()) }).await?)
        }));
        drive.await.expect("drive").completed().expect("completed");
        let page = seed.board.read(&RunLogs::of("work-1")).await.expect("logs");
        let seen: Vec<_> = page.events.iter().map(|e| (e.kind.as_str(), e.runner.as_deref(), e.epoch)).collect();
        let driven = |kind| (kind, Some("host:7"), 1);
        assert_eq!(&seen[..2], [("created", None, 0), ("start", None, 0)]);
        assert_eq!(&seen[2..6], ["taken", "step_added", "step_start", "step_complete"].map(driven));
        assert_eq!((seen[6].0, seen.len()), ("complete", 7));
    }

    async fn pages_go_on_where_the_last_one_ended(t: TestDb) {
        let seed = t.seed().await;
        seed.flow(&delegated("flow", &[("a", &[]), ("b", &[])])).await;
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = seed.board.read(&RunLogs { after, limit: 3, ..RunLogs::of("flow") }).await.expect("logs");
            assert!(page.events.len() <= 3);
            seen.extend(page.events.iter().map(|e| e.revision));
            let Some(next) = page.next else { break };
            after = Some(next);
        }
        assert_eq!(seen, (1..=8).collect::<Vec<i64>>());
        let all = seed.board.read(&RunLogs { limit: 8, ..RunLogs::of("flow") }).await.expect("logs");
        assert_eq!((all.events.len(), all.next), (8, None));
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        seed.flow(&delegated("flow", &[("a", &[])])).await;
        let error = seed.board.read(&RunLogs::of("flaw")).await.expect_err("no such run");
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::NotFound, "there is no workflow run 'flaw'; near to it: flow"));
        for limit in [0, 1001] {
            let error = seed.board.read(&RunLogs { limit, ..RunLogs::of("flow") }).await.expect_err("the limit");
            assert_eq!((error.kind(), error.to_string()), (ErrorKind::Invalid, format!("limit: must be 1 to 1000, not '{limit}'")));
        }
    }

    async fn the_number_of_statements_is_fixed(t: TestDb) {
        let seed = t.seed().await;
        seed.flow(&delegated("few", &[("a", &[])])).await;
        let names: Vec<String> = (0..40).map(|n| format!("s{n}")).collect();
        let steps: Vec<(&str, &[&str])> = names.iter().map(|name| (name.as_str(), &[] as &[&str])).collect();
        seed.flow(&delegated("many", &steps)).await;
        let (few, many) = (t.statements(&seed.board, &RunLogs::of("few")).await, t.statements(&seed.board, &RunLogs::of("many")).await);
        assert!(few == many && many <= 5, "{few} and {many}");
    }
}
