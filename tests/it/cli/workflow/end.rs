use callboard_service::entity::{workflow_outputs, workflow_runs};
use sea_orm::EntityTrait;
use support::{TestDb, both};

use super::{claim, details, hand_in, start, with_two};
use crate::cli::{json, refused, text};

async fn run(t: &TestDb) -> workflow_runs::Model {
    workflow_runs::Entity::find().one(&t.raw().await).await.expect("read the run").expect("the run is there")
}

both! {
    async fn agents_play_a_run_by_the_command_line_alone(t: TestDb) {
        with_two(&t);
        start(&t);
        let (key, assignment) = claim(&t);
        let said = refused(&t, ["complete", "--assignment", &assignment, "--result", r#"{"n": 1}"#], 17);
        assert!(said.contains("n: must be a number of at least 2, is 1") && said.contains(&format!("`callboard item show {key}`")), "{said}");
        assert!(said.contains("the assignment is still open"), "{said}");
        let args = ["assignment", "complete-and-claim", "--assignment", &assignment, "--agent", "coder", "--result", r#"{"n": 2}"#];
        let next = json(&t, args, "completed_and_claimed")["next"]["claimed"][0].take();
        assert_eq!(next["item"]["title"], "Second 2");
        let second = next["assignment"].as_str().expect("an id").to_owned();
        text(&t, ["assignment", "complete", "--assignment", &second, "--result", r#""Report\n\n\tone\n""#]);
        let stored = run(&t).await;
        assert_eq!((stored.status.as_str(), stored.steps_completed), ("completed", 2));
        assert_eq!(workflow_outputs::Entity::find().all(&t.raw().await).await.expect("outputs").len(), 2);
    }

    /// More than a command line can hold, and more than a result may have.
    async fn a_large_result_comes_from_a_file(t: TestDb) {
        with_two(&t);
        start(&t);
        let (_, assignment) = claim(&t);
        let file = |size: usize| format!("{{\"n\": 2, \"text\": \"{}\"}}", "x".repeat(size));
        std::fs::write(t.dir().join("huge.json"), file(50 << 20)).expect("write");
        let said = refused(&t, ["complete", "--assignment", &assignment, "--result", "@huge.json"], 18);
        assert!(said.contains("result: must") && said.len() < 1000, "{said}");
        std::fs::write(t.dir().join("half.json"), "{\"n\": 2,").expect("write");
        assert!(refused(&t, ["complete", "--assignment", &assignment, "--result", "@half.json"], 18).contains("half.json"));
        assert!(refused(&t, ["complete", "--assignment", &assignment, "--result", "@nowhere.json"], 13).contains("nowhere.json"));
        assert!(refused(&t, ["complete", "--assignment", &assignment, "--result", "{n: 2}"], 2).contains("is no JSON"));
        assert_eq!(details(&t)["steps"][0]["step"]["status"], "waiting");
        t.callboard(["complete", "--assignment", &assignment, "--result", "@-"]).stdin(file(500_000)).run().ok();
        let (_, assignment) = claim(&t);
        std::fs::write(t.dir().join("report.json"), format!("\"{}\"", "y".repeat(300_000))).expect("write");
        let args = ["assignment", "complete-and-claim", "--agent", "coder", "--assignment", &assignment, "--result", "@report.json"];
        t.callboard(args).run().ok();
        assert_eq!(text(&t, ["workflow", "outputs", "r1", "report"]), "y".repeat(300_000) + "\n");
    }

    async fn an_output_alone_is_printed_bare(t: TestDb) {
        with_two(&t);
        start(&t);
        assert_eq!(text(&t, ["workflow", "outputs", "r1"]), "No outputs.\n");
        hand_in(&t, r#"{"n": 2}"#);
        assert_eq!(text(&t, ["workflow", "outputs", "r1", "n"]), "2\n");
        // A run that failed keeps what it gave.
        text(&t, ["item", "cancel", "CB-2"]);
        assert_eq!(run(&t).await.status.as_str(), "failed");
        assert_eq!(text(&t, ["workflow", "outputs", "r1", "n"]), "2\n");
        text(&t, ["workflow", "retry", "r1"]);
        hand_in(&t, r#""\u001b[31mone\n\n\ttwo""#);
        assert_eq!(text(&t, ["workflow", "outputs", "r1", "report"]), "\\u{1b}[31mone\n\n\ttwo\n");
        let all = json(&t, ["workflow", "outputs", "r1"], "run_outputs");
        assert_eq!((&all[0]["key"], &all[1]["value"], &all[1]["step"]), (&"n".into(), &"\u{1b}[31mone\n\n\ttwo".into(), &"second".into()));
        let said = text(&t, ["workflow", "outputs", "r1"]);
        assert!(said.contains("report") && said.contains("text") && said.lines().count() == 3, "{said}");
        assert_eq!(json(&t, ["workflow", "outputs", "r1", "n"], "run_outputs").as_array().map(Vec::len), Some(1));
        let said = refused(&t, ["workflow", "outputs", "r1", "reprot"], 13);
        assert!(said.contains("near to it: report") && said.contains("workflow outputs RUN"), "{said}");
        refused(&t, ["workflow", "outputs", "r2"], 13);
    }

    async fn a_failed_run_is_retried_and_goes_on(t: TestDb) {
        with_two(&t);
        start(&t);
        let said = refused(&t, ["workflow", "retry", "r1"], 14);
        assert!(said.contains("r1 is running") && said.contains("`callboard workflow pause r1`") && said.contains("`callboard workflow cancel r1`"), "{said}");
        text(&t, ["item", "cancel", "CB-1", "--reason", "no shoes"]);
        let said = refused(&t, ["workflow", "resume", "r1"], 14);
        assert!(said.contains("first used up its attempts") && said.contains("`callboard workflow retry r1`"), "{said}");
        let said = refused(&t, ["workflow", "retry", "r1", "--step", "frist"], 13);
        assert!(said.contains("near to it: first") && said.contains("workflow show RUN"), "{said}");
        refused(&t, ["workflow", "retry", "r1", "--attempts", "0"], 18);
        let retried = t.callboard(["workflow", "retry", "r1", "--step", "first", "--attempts", "2"]).run().ok();
        assert!(retried.stdout.starts_with("r1  running  two\n") && retried.stdout.contains("CB-1") && retried.stderr.contains("callboard claim"), "{retried}");
        assert_eq!((&details(&t)["steps"][0]["step"]["max_attempts"], run(&t).await.status.as_str()), (&3.into(), "running"));
        hand_in(&t, r#"{"n": 2}"#);
        hand_in(&t, r#""done""#);
        assert_eq!(run(&t).await.status.as_str(), "completed");
        let said = refused(&t, ["workflow", "resume", "r1"], 14);
        assert!(said.contains("r1 is completed") && said.contains("`callboard workflow logs r1`"), "{said}");
        refused(&t, ["workflow", "retry", "r2"], 13);
    }
}
