use callboard_service::entity::{WorkflowRunStatus as RunStatus, WorkflowStepStatus as StepStatus};
use callboard_service::workflow::{ShowRun, StartRun};
use callboard_service::{ErrorKind, Ref};
use serde_json::json;
use support::flow::delegated;
use support::{TestDb, both};

both! {
    async fn the_run_its_steps_and_how_far_it_is(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let text = "name: three\nsteps:\n  - name: a\n    delegate: { agent: searcher }\n    output: { key: found, field: n }\n  - name: b\n    delegate: {}\n  - name: c\n    delegate: {}\n    after: [a, b]\n";
        let run = seed.flow(text).await;
        let shown = seed.board.read(&ShowRun { run: Ref::from("three") }).await.expect("show");
        assert_eq!(shown.run, seed.run_row(run.id).await);
        assert_eq!((shown.project.as_deref(), shown.template.clone()), (Some("demo"), Some(("three".to_owned(), 1))));
        assert_eq!((shown.progress.completed, shown.progress.total, shown.progress.eta_seconds), (0, Some(3), None));
        assert!(!shown.interrupted && shown.outputs.is_empty());
        seed.play(&agent, run.id, "a", json!({ "n": 3 })).await;

        let shown = seed.board.read(&ShowRun { run: Ref::Id(run.id) }).await.expect("show");
        assert_eq!(shown.steps.iter().map(|s| s.step.clone()).collect::<Vec<_>>(), seed.steps(run.id).await);
        let after: Vec<Vec<String>> = shown.steps.iter().map(|s| s.after.clone()).collect();
        assert_eq!(after, [vec![], vec![], vec!["a".to_owned(), "b".to_owned()]]);
        let keys: Vec<Option<String>> = shown.steps.iter().map(|s| s.item.clone()).collect();
        let (a, b) = (seed.item_of(run.id, "a").await, seed.item_of(run.id, "b").await);
        assert_eq!(keys, [Some(a.key), Some(b.key), None]);
        assert_eq!(shown.outputs, ["found"]);
        let first = &shown.steps[0].step;
        assert_eq!((first.status, first.agent_id, first.agent_name.as_str()), (StepStatus::Completed, Some(agent.id), "searcher"));
        assert_eq!((first.output.clone(), first.output_summary.as_deref()), (Some(json!({ "n": 3 })), Some("{\"n\":3}")));
        let took = first.execution_time_seconds.expect("how long it took");
        assert!(took > 0.0 && first.completed_at > first.started_at);
        // Two steps are left, one after the other, each as long as the first took; the one under way is a part through.
        let eta = shown.progress.eta_seconds.expect("known now");
        assert!(eta >= took && eta <= 2.0 * took, "{eta} of {took}");

        seed.play(&agent, run.id, "b", json!({})).await;
        seed.play(&agent, run.id, "c", json!({})).await;
        let shown = seed.board.read(&ShowRun { run: Ref::Id(run.id) }).await.expect("show");
        assert_eq!((shown.run.status, shown.progress.completed, shown.progress.eta_seconds), (RunStatus::Completed, 3, None));
    }

    async fn an_interrupted_run_says_so(t: TestDb) {
        let seed = t.seed().await;
        let run = seed.pending_run("work", "work-1").await;
        seed.put_run(run.id, RunStatus::Running).await;
        for (lease, interrupted) in [(-1, true), (600, false)] {
            seed.lease(run.id, Some("host:1"), lease).await;
            let shown = seed.board.read(&ShowRun { run: Ref::Id(run.id) }).await.expect("show");
            assert_eq!((shown.interrupted, shown.template, shown.steps.len()), (interrupted, None, 0));
        }
    }

    async fn a_missing_run_has_near_names(t: TestDb) {
        let seed = t.seed().await;
        seed.template(&delegated("one", &[("a", &[])])).await;
        for id in ["report-2026-11-20", "report-2026-11-21", "other"] {
            seed.must(&StartRun { id: Some(id.to_owned()), ..StartRun::of("one") }).await;
        }
        let error = seed.board.read(&ShowRun { run: Ref::from("report-2026-11-22") }).await.expect_err("no such run");
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let text = "there is no workflow run 'report-2026-11-22'; near to it: report-2026-11-20, report-2026-11-21";
        assert_eq!(error.to_string(), text);
        let error = seed.board.read(&ShowRun { run: Ref::Id(uuid::Uuid::nil()) }).await.expect_err("no such id");
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    /// As few for one step as for sixty, whatever they wait for, and with outputs, items and earlier runs.
    async fn the_number_of_statements_is_fixed(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let small = seed.flow(&delegated("small", &[("a", &[])])).await;
        let names: Vec<String> = (0..60).map(|n| format!("s{n}")).collect();
        let first = [names[0].as_str()];
        let steps: Vec<(&str, &[&str])> = names.iter().enumerate().map(|(n, name)| (name.as_str(), if n == 0 { &[] as &[&str] } else { &first })).collect();
        let large = seed.flow(&delegated("large", &steps)).await;
        seed.play(&agent, large.id, "s0", json!({})).await;
        let few = t.statements(&seed.board, &ShowRun { run: Ref::Id(small.id) }).await;
        let many = t.statements(&seed.board, &ShowRun { run: Ref::Id(large.id) }).await;
        assert!(few == many && many <= 11, "{few} and {many}");
    }
}
