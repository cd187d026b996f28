use callboard_service::entity::WorkflowRunStatus as Status;
use callboard_service::project::AddProject;
use callboard_service::workflow::{ListRuns, StartRun};
use callboard_service::{ErrorKind, Ref};
use support::flow::delegated;
use support::{Seed, TestDb, both};

async fn listed(seed: &Seed, list: ListRuns) -> Vec<String> {
    let page = seed.board.read(&list).await.expect("list");
    page.rows.into_iter().map(|listed| listed.run.workflow_id).collect()
}

async fn start(seed: &Seed, template: &str, id: &str, project: Option<&str>) {
    let start = StartRun { id: Some(id.to_owned()), project: project.map(Ref::from), ..StartRun::of(template) };
    seed.must(&start).await;
}

both! {
    async fn the_newest_first_by_status_workflow_and_project(t: TestDb) {
        let seed = t.seed().await;
        let other = AddProject { slug: "other".to_owned(), name: "Other".to_owned(), key_prefix: "OT".to_owned(), ..AddProject::default() };
        seed.must(&other).await;
        seed.template(&delegated("one", &[("a", &[])])).await;
        seed.template(&delegated("two", &[("a", &[])])).await;
        for (template, id, project) in [("one", "r1", None), ("two", "r2", Some("other")), ("one", "r3", Some("demo")), ("two", "r4", None)] {
            start(&seed, template, id, project.or(Some("demo"))).await;
        }
        let paused = seed.board.read(&ListRuns::default()).await.expect("list").rows[1].run.id;
        seed.put_run(paused, Status::Paused).await;
        assert_eq!(listed(&seed, ListRuns::default()).await, ["r4", "r3", "r2", "r1"]);
        let of = |status: &[Status]| ListRuns { status: status.to_vec(), ..ListRuns::default() };
        assert_eq!(listed(&seed, of(&[Status::Paused])).await, ["r3"]);
        assert_eq!(listed(&seed, of(&[Status::Running])).await, ["r4", "r2", "r1"]);
        assert_eq!(listed(&seed, of(&[Status::Paused, Status::Running])).await.len(), 4);
        assert_eq!(listed(&seed, of(&[Status::Failed])).await, Vec::<String>::new());
        let workflow = |name: &str| ListRuns { workflow: Some(name.to_owned()), ..ListRuns::default() };
        assert_eq!(listed(&seed, workflow("two")).await, ["r4", "r2"]);
        assert_eq!(listed(&seed, workflow("three")).await, Vec::<String>::new());
        let project = |name: &str| ListRuns { project: Some(Ref::from(name)), ..ListRuns::default() };
        assert_eq!(listed(&seed, project("other")).await, ["r2"]);
        let both = ListRuns { status: vec![Status::Running], ..ListRuns { workflow: Some("one".to_owned()), ..project("demo") } };
        assert_eq!(listed(&seed, both).await, ["r1"]);
        let error = seed.board.read(&project("othr")).await.expect_err("no such project");
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::NotFound, "there is no project 'othr'; near to it: other"));
    }

    /// Runs that come in between shift nothing: a page goes on after the last row of the one before.
    async fn pages_go_on_where_the_last_one_ended(t: TestDb) {
        let seed = t.seed().await;
        seed.template(&delegated("one", &[("a", &[])])).await;
        for n in 0..5 {
            start(&seed, "one", &format!("r{n}"), None).await;
        }
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = seed.board.read(&ListRuns { after, limit: Some(2), ..ListRuns::default() }).await.expect("list");
            assert!(page.rows.len() <= 2);
            seen.extend(page.rows.iter().map(|listed| listed.run.workflow_id.clone()));
            start(&seed, "one", &format!("new-{}", seen.len()), None).await;
            let Some(next) = page.next else { break };
            assert_eq!(Some(next), page.rows.last().map(|listed| listed.run.id));
            after = Some(next);
        }
        assert_eq!(seen, ["r4", "r3", "r2", "r1", "r0"]);
        for limit in [0, 501] {
            let error = seed.board.read(&ListRuns { limit: Some(limit), ..ListRuns::default() }).await.expect_err("the limit");
            assert_eq!((error.kind(), error.to_string()), (ErrorKind::Invalid, format!("limit: must be 1 to 500, not '{limit}'")));
        }
    }

    /// Only a running run that somebody drives can be interrupted, and only once its lease is over.
    async fn interrupted_ones_are_those_whose_lease_ran_out(t: TestDb) {
        let seed = t.seed().await;
        for (id, status, runner, lease) in [
            ("dead", Status::Running, true, -1), ("alive", Status::Running, true, 3600), ("free", Status::Running, false, -1),
            ("failed", Status::Failed, true, -1),
        ] {
            let run = seed.pending_run("work", id).await;
            seed.put_run(run.id, status).await;
            seed.lease(run.id, runner.then_some("host:1"), lease).await;
        }
        let found = seed.board.read(&ListRuns { interrupted: true, ..ListRuns::default() }).await.expect("list").rows;
        assert_eq!(found.iter().map(|l| (l.run.workflow_id.as_str(), l.interrupted)).collect::<Vec<_>>(), [("dead", true)]);
        let all = seed.board.read(&ListRuns::default()).await.expect("list").rows;
        let interrupted: Vec<_> = all.iter().filter(|l| l.interrupted).map(|l| l.run.workflow_id.as_str()).collect();
        assert_eq!((all.len(), interrupted), (4, vec!["dead"]));
    }

    async fn the_number_of_statements_is_fixed(t: TestDb) {
        let seed = t.seed().await;
        seed.template(&delegated("one", &[("a", &[])])).await;
        start(&seed, "one", "r", None).await;
        let few = t.statements(&seed.board, &ListRuns::default()).await;
        for n in 0..20 {
            start(&seed, "one", &format!("r{n}"), None).await;
        }
        let many = t.statements(&seed.board, &ListRuns::default()).await;
        assert!(few == many && many <= 2, "{few} and {many}");
    }
}
