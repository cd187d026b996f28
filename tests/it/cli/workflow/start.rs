use callboard_service::entity::{work_items, workflow_runs};
use sea_orm::EntityTrait;
use serde_json::json as value;
use support::{TestDb, both};

use super::{TWO, add, start, with_two};
use crate::cli::{data, json, refused, text};

async fn runs(t: &TestDb) -> Vec<workflow_runs::Model> {
    workflow_runs::Entity::find().all(&t.raw().await).await.expect("read the runs")
}

both! {
    async fn says_what_was_started_and_what_to_type_next(t: TestDb) {
        with_two(&t);
        let started = t.callboard(["workflow", "start", "two", "--input", "topic=a=b"]).run().ok();
        let run = runs(&t).await.remove(0);
        let id = run.workflow_id.clone();
        assert!(id.starts_with("two-") && started.stdout.starts_with(&format!("{id}  running  two\n")), "{started}");
        assert!(started.stdout.contains("CB-1") && started.stdout.contains("First: a=b") && started.stdout.contains("0 of 2"), "{started}");
        for next in ["callboard claim --agent", "callboard complete --result JSON", &format!("callboard workflow show {id}")] {
            assert!(started.stderr.contains(next), "{next}: {started}");
        }
        assert_eq!(run.inputs, Some(value!({ "topic": "a=b", "depth": 3 })));
        assert_eq!(work_items::Entity::find().all(&t.raw().await).await.expect("items").len(), 1);
    }

    async fn inputs_come_from_pairs_json_and_files(t: TestDb) {
        with_two(&t);
        std::fs::write(t.dir().join("in.json"), r#"{"topic": "from a file", "depth": 1}"#).expect("write");
        let given = |id: &str, args: &[&str]| {
            let command = t.callboard(["workflow", "start", "two", "--id", id, "--json"]).args(args.iter().copied());
            data(command.stdin(r#"{"topic": "from stdin"}"#).run(), "started_run")["run"]["inputs"].clone()
        };
        assert_eq!(given("a", &["--inputs", r#"{"topic": "x", "depth": 7.5}"#]), value!({ "topic": "x", "depth": 7.5 }));
        assert_eq!(given("b", &["--inputs", "@in.json", "--input", "depth=2"]), value!({ "topic": "from a file", "depth": 2 }));
        assert_eq!(given("c", &["--inputs", "@-"]), value!({ "topic": "from stdin", "depth": 3 }));
        assert_eq!(given("d", &["--input", "topic=5"]), value!({ "topic": "5", "depth": 3 }), "a text stays one");
    }

    async fn wrong_inputs_start_nothing(t: TestDb) {
        with_two(&t);
        let said = refused(&t, ["workflow", "start", "two", "--input", "topc=x", "--input", "depth=deep", "--input", "topic"], 18);
        for expected in ["'topc': there is no such input; near to it: topic", "depth: must be a number, not 'deep'", "must be NAME=VALUE", "workflow template show two"] {
            assert!(said.contains(expected), "{expected}: {said}");
        }
        assert!(refused(&t, ["workflow", "start", "two"], 18).contains("topic: is missing (a text)"));
        let said = refused(&t, ["workflow", "start", "two", "--inputs", r#"{"topic": "x""#], 18);
        assert!(said.contains("inputs: must be JSON: ") && said.contains("line 1"), "{said}");
        assert!(refused(&t, ["workflow", "start", "two", "--inputs", "[1]"], 18).contains("must be a JSON object, not a list"));
        assert!(refused(&t, ["workflow", "start", "two", "--inputs", "@nowhere.json"], 13).contains("nowhere.json can't be read"));
        std::fs::write(t.dir().join("bytes"), b"{\"topic\":\n\"\xff\"}").expect("write");
        let said = refused(&t, ["workflow", "start", "two", "--inputs", "@bytes"], 18);
        assert!(said.contains("bytes can't be understood: ") && said.contains("line 2"), "{said}");
        std::fs::write(t.dir().join("list"), "[1]").expect("write");
        assert!(refused(&t, ["workflow", "start", "two", "--inputs", "@list"], 18).contains("must be a JSON object"));
        let said = refused(&t, ["workflow", "start", "twoo", "--input", "topic=x"], 13);
        assert!(said.contains("near to it: two"), "{said}");
        refused(&t, ["workflow", "start", "two", "--version", "2", "--input", "topic=x"], 13);
        refused(&t, ["workflow", "start", "two", "--version", "new", "--input", "topic=x"], 2);
        refused(&t, ["workflow", "start", "two", "--input", "topic=x", "--project", "nowhere"], 13);
        refused(&t, ["workflow", "start", "two", "--input", "topic=x", "--id", ""], 18);
        assert!(runs(&t).await.is_empty());
    }

    async fn an_id_stands_for_one_run(t: TestDb) {
        with_two(&t);
        assert_eq!(start(&t)["already"], false);
        let again = t.callboard(["workflow", "start", "two", "--id", "r1", "--input", "topic=shoes"]).run().ok();
        assert!(again.stderr.contains("nothing was changed") && again.stdout.contains("CB-1"), "{again}");
        assert_eq!(start(&t)["items"][0]["key"], "CB-1");
        let said = refused(&t, ["workflow", "start", "two", "--id", "r1", "--input", "topic=hats"], 14);
        assert!(said.contains("with another set of inputs") && said.contains("`callboard workflow show r1`"), "{said}");
        let said = refused(&t, ["workflow", "start", "timeline", "--id", "r1", "--inputs", r#"{"project":"x","start":"a","end":"b"}"#], 14);
        assert!(said.contains("run 'r1' is one of the workflow 'two' with another template"), "{said}");
        add(&t, &TWO.replace("counter", "teller"));
        let said = refused(&t, ["workflow", "start", "two", "--version", "2", "--id", "r1", "--input", "topic=shoes"], 14);
        assert!(said.contains("with another version"), "{said}");
        assert_eq!(runs(&t).await.len(), 1);
    }

    async fn a_dry_run_shows_the_items_and_makes_none(t: TestDb) {
        with_two(&t);
        let would = t.callboard(["workflow", "start", "two", "--id", "r1", "--input", "topic=shoes", "--dry-run"]).run().ok();
        assert!(would.stdout.contains("First: shoes") && would.stderr.contains("nothing was changed"), "{would}");
        assert!(runs(&t).await.is_empty());
        let document = t.callboard(["workflow", "start", "two", "--input", "topic=x", "--dry-run", "--json"]).run().ok().json();
        assert_eq!(document["dry_run"], true);
        assert_eq!(text(&t, ["workflow", "list"]), "No runs.\n");
    }

    async fn runs_are_listed_by_state_workflow_and_project(t: TestDb) {
        with_two(&t);
        text(&t, ["project", "add", "Web Shop"]);
        start(&t);
        text(&t, ["workflow", "start", "two", "--id", "r2", "--input", "topic=x", "--project", "web-shop"]);
        text(&t, ["workflow", "start", "research", "--id", "r3", "--input", "topic=x"]);
        text(&t, ["workflow", "pause", "r3"]);
        let listed = |args: &[&str]| {
            let output = t.callboard(["workflow", "list", "--json"]).args(args.iter().copied()).run();
            let page = data(output, "runs");
            page["rows"].as_array().expect("rows").iter().map(|row| row["run"]["workflow_id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(listed(&[]), ["r3", "r2", "r1"]);
        assert_eq!(listed(&["--status", "paused"]), ["r3"]);
        assert_eq!(listed(&["--status", "running", "--status", "paused", "--workflow", "two"]), ["r2", "r1"]);
        assert_eq!(listed(&["--project", "web-shop"]), ["r2"]);
        assert_eq!(listed(&["--interrupted"]), Vec::<String>::new());
        let said = t.callboard(["workflow", "list", "--limit", "2"]).run().ok();
        assert!(said.stdout.contains("r3") && said.stdout.contains("0/3") && said.stdout.contains("paused") && !said.stdout.contains("r1"), "{said}");
        let after = said.stderr.rsplit(' ').next().expect("an id").trim();
        assert_eq!(listed(&["--after", after]), ["r1"]);
        let rows = json(&t, ["workflow", "list", "--limit", "1"], "runs");
        assert!(rows["next"].is_string());
        refused(&t, ["workflow", "list", "--status", "done"], 2);
        refused(&t, ["workflow", "list", "--limit", "0"], 18);
        refused(&t, ["workflow", "list", "--project", "nowhere"], 13);
    }
}
