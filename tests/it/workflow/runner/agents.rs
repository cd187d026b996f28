//! A run of four delegated steps, played by four agents, each a process of its own.

use std::time::Duration;

use callboard_service::assignment::{Claim, Complete};
use callboard_service::entity::{CapabilityLevel, WorkflowRunStatus as RunStatus, WorkflowStepStatus as StepStatus};
use callboard_service::workflow::template::AddTemplate;
use callboard_service::workflow::{ShowRun, StartRun};
use callboard_service::{Callboard, DatabaseUrl, OpenOptions, Ref};
use serde_json::json;
use support::{TestDb, both, child};

use super::common::{assert_gapless, event_rows, output_rows, run_row, step_rows};

const AGENTS: [&str; 4] = ["asker", "searcher", "reader", "writer"];

const TEMPLATE: &str = "
name: four
inputs:
  topic: { type: text }
steps:
  - name: ask
    title: \"Ask about {{ inputs.topic }}\"
    delegate: { requires: [asker] }
  - name: search
    title: \"Search: {{ steps.ask.output.text }}\"
    delegate: { requires: [searcher] }
    after: [ask]
  - name: read
    title: \"Read: {{ steps.ask.output.text }}\"
    delegate: { requires: [reader] }
    after: [ask]
  - name: write
    title: \"Write: {{ steps.search.output.text }} + {{ steps.read.output.text }}\"
    delegate: { requires: [writer] }
    after: [search, read]
    output: { key: draft, type: text, field: text }
";

child! {
    /// Claims and completes until the run has ended. Arguments: URL, the agent's slug, the run's id.
    async fn agent(args: Vec<String>) {
        let url = DatabaseUrl::parse(&args[0]).expect("a URL");
        let board = Callboard::open(&url, OpenOptions::default()).await.expect("open the board");
        let actor = board.actor(&format!("agent:{}", args[1])).await.expect("the agent");
        loop {
            let claim = Claim::one(Ref::from(args[1].as_str()));
            for claimed in board.run(actor, &claim).await.expect("claim").claimed {
                let result = json!({ "text": format!("<{}>", claimed.item.title) });
                let done = Complete { assignment: claimed.assignment, result: Some(result), ..Complete::default() };
                board.run(actor, &done).await.expect("complete");
                println!("{}", claimed.item.title);
            }
            let run = board.read(&ShowRun { run: Ref::from(args[2].as_str()) }).await.expect("show").run;
            if run.status != RunStatus::Running {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

both! {
    async fn four_processes_play_it_to_its_end(t: TestDb) {
        let seed = t.seed().await;
        let mut agents = Vec::new();
        for slug in AGENTS {
            agents.push(seed.agent_with(slug, &[(slug, CapabilityLevel::Basic)], None).await.id);
        }
        seed.must(&AddTemplate { text: TEMPLATE.to_owned() }).await;
        let mut start = StartRun { id: Some("four-1".to_owned()), ..StartRun::of("four") };
        start.inputs.insert("topic".to_owned(), json!("falls"));
        seed.must(&start).await;
        let processes: Vec<_> =
            AGENTS.iter().map(|slug| agent(t.dir()).args([t.url(), slug, "four-1"]).spawn()).collect();
        let played: Vec<String> =
            processes.into_iter().map(|p| p.wait(Duration::from_secs(60)).ok().stdout.trim().to_owned()).collect();
        assert_eq!(played, [
            "Ask about falls",
            "Search: <Ask about falls>",
            "Read: <Ask about falls>",
            "Write: <Search: <Ask about falls>> + <Read: <Ask about falls>>",
        ]);
        let run = run_row(&seed.raw, "four-1").await;
        assert_eq!((run.status, run.steps_completed, run.run_epoch), (RunStatus::Completed, 4, 0));
        let steps = step_rows(&seed.raw, run.id).await;
        assert!(steps.iter().all(|step| step.status == StepStatus::Completed && step.attempt == 1), "{steps:?}");
        let by: Vec<_> = steps.iter().map(|step| step.agent_id.expect("who did it")).collect();
        assert_eq!(by, agents);
        let draft = output_rows(&seed.raw, run.id).await;
        assert_eq!(draft, [("draft".to_owned(), format!("<{}>", played[3]))]);
        assert_gapless(&run, &event_rows(&seed.raw, run.id).await);
    }
}
