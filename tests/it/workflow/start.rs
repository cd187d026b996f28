use callboard_service::entity::{WorkflowRunStatus as RunStatus, WorkflowStepStatus as StepStatus, workflow_templates};
use callboard_service::workflow::{NewRun, RunOptions, StartRun};
use callboard_service::{Actor, Conflict, Error, ErrorKind, Ref};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Map, Value, json};
use support::flow::delegated;
use support::{TestDb, both};

/// A step of an agent, one of a function, and one of an agent that waits for both.
const MIXED: &str = "name: mixed
inputs:
  topic: { type: text }
  depth: { type: number, default: 3 }
steps:
  - name: search
    title: \"Search {{ inputs.topic }} to depth {{ inputs.depth }}\"
    description: Look around
    delegate: { requires: [\"search:expert\"], agent: searcher, type: spike, priority: 1, acceptance_criteria: [three sources] }
    gate: [{ field: n, at_least: 2 }]
    timeout: 2h
    max_attempts: 2
  - name: count
    function: counting
  - name: merge
    delegate: {}
    after: [search, count]
";

fn mixed(inputs: Value) -> StartRun {
    StartRun { id: Some("mixed-1".to_owned()), inputs: object(inputs), ..StartRun::of("mixed") }
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

both! {
    async fn the_steps_are_recorded_and_the_free_ones_handed_out(t: TestDb) {
        let seed = t.seed().await;
        seed.template(MIXED).await;
        let started = seed.must(&mixed(json!({ "topic": "falls" }))).await;
        assert!(!started.already);
        let run = seed.run_row(started.run.id).await;
        assert_eq!(run, started.run);
        assert_eq!((run.workflow_name.as_str(), run.workflow_id.as_str(), run.status), ("mixed", "mixed-1", RunStatus::Running));
        assert_eq!((run.total_steps, run.steps_completed, run.project_id), (Some(3), 0, Some(seed.project.id)));
        assert_eq!(run.inputs, Some(json!({ "topic": "falls", "depth": 3 })), "with the default");
        assert!(run.started_at.is_some() && run.completed_at.is_none() && run.runner_id.is_none());
        let template = workflow_templates::Entity::find_by_id(run.template_id.expect("a template")).one(&seed.raw).await;
        assert_eq!(template.expect("read").expect("the template").version, 1);

        assert_eq!(seed.standing(run.id).await, ["search:waiting", "count:pending", "merge:pending"]);
        let [search, count, merge] = &seed.steps(run.id).await[..] else { panic!("not three steps") };
        assert_eq!((search.agent_name.as_str(), search.attempt, search.max_attempts), ("searcher", 1, 2));
        assert_eq!((count.agent_name.as_str(), count.max_attempts, count.attempt), ("counting", 3, 0));
        assert_eq!((merge.step_number, merge.work_item_id, merge.max_attempts), (3, None, 1));
        let (begun, until) = (search.started_at.expect("begun"), search.deadline_at.expect("a time-out"));
        assert!((until - begun - chrono::TimeDelta::hours(2)).num_seconds().abs() <= 5, "{begun} to {until}");
        assert_eq!(search.input_summary.as_deref(), Some("Search falls to depth 3"));

        let item = seed.item_of(run.id, "search").await;
        assert_eq!((item.title.as_str(), item.description.as_deref()), ("Search falls to depth 3", Some("Look around")));
        assert_eq!((item.r#type.as_str(), item.priority, item.requirement_key.as_str()), ("spike", 1, "search:expert"));
        assert_eq!(item.acceptance_criteria, Some(json!([{ "text": "three sources", "done": false }])));
        let about = &item.metadata.expect("metadata")["workflow"];
        assert_eq!((&about["run"], &about["workflow"], &about["step"]), (&json!("mixed-1"), &json!("mixed"), &json!("search")));
        assert_eq!(about["gate"][0]["field"], "n", "the agent sees what its result must be like");
        assert_eq!(
            seed.run_kinds(run.id).await,
            ["created", "step_added search", "step_added count", "step_added merge", "start", "step_start search", "step_wait search"]
        );
        assert!(seed.run_events(run.id).await.iter().all(|event| event.actor_id == Some(seed.user.id)));
    }

    async fn the_same_start_again_is_a_repeat(t: TestDb) {
        let seed = t.seed().await;
        seed.template(MIXED).await;
        let started = seed.must(&mixed(json!({ "topic": "falls" }))).await;
        let before = seed.snapshot().await;
        // The default written out is the same set of inputs.
        for inputs in [json!({ "topic": "falls" }), json!({ "topic": "falls", "depth": 3 })] {
            let again = seed.must(&mixed(inputs)).await;
            assert_eq!((again.already, &again.run), (true, &started.run));
        }
        let version = StartRun { version: Some(1), ..mixed(json!({ "topic": "falls" })) };
        assert!(seed.must(&version).await.already);
        seed.assert_unchanged(&before, "a repeated start").await;
    }

    /// Without an id each start is a run of its own.
    async fn a_run_without_an_id_gets_one(t: TestDb) {
        let seed = t.seed().await;
        seed.template(&delegated("one", &[("a", &[])])).await;
        let (first, second) = (seed.must(&StartRun::of("one")).await.run, seed.must(&StartRun::of("one")).await.run);
        assert_ne!(first.workflow_id, second.workflow_id);
        assert!(first.workflow_id.starts_with("one-") && first.workflow_id.len() == "one-".len() + 12, "{}", first.workflow_id);
    }

    /// What a newer version says does not change a run that was started before.
    async fn a_run_keeps_the_version_that_it_was_started_with(t: TestDb) {
        let seed = t.seed().await;
        let first = seed.flow(&delegated("one", &[("a", &[])])).await;
        seed.template(&delegated("one", &[("a", &[]), ("b", &[])])).await;
        let start = |id: &str, version| StartRun { id: Some(id.to_owned()), version, ..StartRun::of("one") };
        assert!(seed.must(&start("one", None)).await.already, "the id stands for the run of version 1");
        assert_eq!(seed.must(&start("two", None)).await.run.total_steps, Some(2));
        assert_eq!(seed.must(&start("three", Some(1))).await.run.total_steps, Some(1));
        assert_eq!(seed.steps(first.id).await.len(), 1);
    }

    async fn another_run_under_the_id_is_refused(t: TestDb) {
        let seed = t.seed().await;
        seed.template(MIXED).await;
        seed.template(&delegated("one", &[("a", &[])])).await;
        seed.must(&mixed(json!({ "topic": "falls" }))).await;
        let new = NewRun::new("mixed", "by-code");
        seed.board.drive(seed.me, &new, RunOptions::default(), |_| Box::pin(async { Ok(()) })).await.expect("drive").completed().expect("done");
        seed.template(&MIXED.replace("Look around", "Look closely")).await;
        let other = |template: &str, id: &str, inputs: Value, version| StartRun {
            id: Some(id.to_owned()), inputs: object(inputs), version, ..StartRun::of(template)
        };
        for (start, what) in [
            (other("one", "mixed-1", json!({}), None), "template"),
            (other("mixed", "mixed-1", json!({ "topic": "stairs" }), None), "set of inputs"),
            (other("mixed", "mixed-1", json!({ "topic": "falls", "depth": 4 }), None), "set of inputs"),
            (other("mixed", "mixed-1", json!({ "topic": "falls" }), Some(2)), "version"),
            (other("mixed", "by-code", json!({ "topic": "falls" }), None), "template"),
        ] {
            let error = seed.must_refuse(&start).await;
            assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
            let Error::Conflict(Conflict::OtherRun { what: differs, workflow, .. }) = &error else { panic!("{error}") };
            assert_eq!((differs.as_str(), workflow.as_str()), (what, "mixed"), "{error}");
        }
        // The other way round: code does not take the run of a template.
        let new = NewRun::new("mixed", "mixed-1");
        let error = seed.board.drive(seed.me, &new, RunOptions::default(), |_| Box::pin(async { Ok(()) })).await.expect_err("a template's");
        assert!(matches!(error, Error::Conflict(Conflict::OtherRun { .. })), "{error}");
    }

    async fn bad_starts_are_refused_by_name(t: TestDb) {
        let seed = t.seed().await;
        seed.template(MIXED).await;
        let told = async |start: StartRun| {
            let error = seed.must_refuse(&start).await;
            (error.kind(), error.to_string())
        };
        let (not_found, invalid) = (ErrorKind::NotFound, ErrorKind::Invalid);
        assert_eq!(told(StartRun::of("mixd")).await, (not_found, "there is no workflow template 'mixd'; near to it: mixed".to_owned()));
        let near = "there is no workflow template 'reserch'; near to it: research".to_owned();
        assert_eq!(told(StartRun::of("reserch")).await, (not_found, near));
        let version = StartRun { version: Some(7), ..mixed(json!({ "topic": "x" })) };
        assert_eq!(told(version).await, (not_found, "there is no workflow template 'mixed version 7'".to_owned()));
        let missing = "the inputs of 'mixed' are not valid: 'topik': there is no such input; near to it: topic; topic: is missing (a text)";
        let (kind, text) = told(mixed(json!({ "topik": "x" }))).await;
        assert_eq!(kind, invalid);
        assert_eq!(text.replace(" (near to it: topic)", "; near to it: topic"), missing);
        let (kind, text) = told(mixed(json!({ "topic": 1, "depth": "deep" }))).await;
        assert_eq!((kind, text.matches("must be").count()), (invalid, 2), "{text}");
        for id in ["", " ", "a\nb", &"x".repeat(201), "0193a0c4-0000-7000-8000-000000000001"] {
            let (kind, text) = told(StartRun { id: Some(id.to_owned()), ..mixed(json!({ "topic": "x" })) }).await;
            assert!(kind == invalid && text.starts_with("workflow id: "), "{text}");
        }
        let project = StartRun { project: Some(Ref::from("dmo")), ..mixed(json!({ "topic": "x" })) };
        assert_eq!(told(project).await, (not_found, "there is no project 'dmo'; near to it: demo".to_owned()));
        let large = mixed(json!({ "topic": "x".repeat(1024 * 1024) }));
        assert_eq!(told(large).await.0, invalid);
    }

    /// A function needs no project, an item does.
    async fn only_delegated_steps_need_a_project(t: TestDb) {
        let board = t.board().await;
        let add = async |text: &str| {
            let add = callboard_service::workflow::template::AddTemplate { text: text.to_owned() };
            board.run(Actor::SYSTEM, &add).await.expect("add");
        };
        add("name: code\nsteps:\n  - name: a\n    function: work\n").await;
        add(&delegated("agents", &[("a", &[])])).await;
        let run = board.run(Actor::SYSTEM, &StartRun::of("code")).await.expect("start").run;
        assert_eq!((run.project_id, run.status), (None, RunStatus::Running));
        let refused = board.run(Actor::SYSTEM, &StartRun::of("agents")).await.expect_err("no project");
        let told = (refused.kind(), refused.to_string());
        assert_eq!(told, (ErrorKind::Invalid, "project: is needed: the board has no active project".to_owned()));
    }

    /// One that comes with Callboard is added by its first run, and shared by the next.
    async fn a_shipped_template_is_added_once(t: TestDb) {
        let seed = t.seed().await;
        let inputs = object(json!({ "topic": "falls" }));
        for _ in 0..2 {
            let run = seed.must(&StartRun { inputs: inputs.clone(), ..StartRun::of("research") }).await.run;
            assert_eq!(seed.step(run.id, "question").await.status, StepStatus::Waiting);
        }
        assert_eq!(workflow_templates::Entity::find().count(&seed.raw).await.expect("count"), 1);
    }
}
