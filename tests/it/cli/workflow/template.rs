use callboard_service::entity::workflow_templates;
use callboard_service::workflow::template::{SHIPPED, parse};
use sea_orm::{EntityTrait, QueryOrder};
use support::cli::callboard;
use support::{TestDb, both};

use super::{TWO, add, with_two};
use crate::cli::{init, json, refused, text};

async fn stored(t: &TestDb) -> Vec<(String, i64)> {
    let query = workflow_templates::Entity::find().order_by_asc(workflow_templates::Column::Version);
    let rows = query.all(&t.raw().await).await.expect("read the templates");
    rows.into_iter().map(|row| (row.name, row.version)).collect()
}

both! {
    async fn is_added_once_for_each_text(t: TestDb) {
        with_two(&t);
        std::fs::write(t.dir().join("two.yaml"), TWO).expect("write the template");
        let again = t.callboard(["workflow", "template", "add", "two.yaml"]).run().ok();
        assert_eq!(again.stdout, "two version 1\n");
        assert!(again.stderr.contains("nothing was added") && again.stderr.contains("workflow start two --input topic=..."), "{again}");
        assert!(!again.stderr.contains("depth="), "an input with a default may be left out: {again}");
        std::fs::write(t.dir().join("two.yaml"), TWO.replace("A number and", "A number, then")).expect("write");
        let would = t.callboard(["workflow", "template", "add", "two.yaml", "--dry-run"]).run().ok();
        assert_eq!(would.stdout, "two version 2\n");
        assert_eq!(stored(&t).await, [("two".to_owned(), 1)]);
        let added = json(&t, ["workflow", "template", "add", "two.yaml"], "workflow_template");
        assert_eq!((&added["template"]["version"], &added["already"]), (&2.into(), &false.into()));
        assert_eq!(stored(&t).await, [("two".to_owned(), 1), ("two".to_owned(), 2)]);
    }

    async fn a_wrong_one_is_refused_with_file_line_and_reason_of_each_problem(t: TestDb) {
        init(&t);
        let wrong = "name: wrong\nsteps:\n  - name: one\n    function: f\n    after: [tow]\n  - name: two\n    delegat: {}\n";
        std::fs::write(t.dir().join("wrong.yaml"), wrong).expect("write the template");
        let said = refused(&t, ["workflow", "template", "add", "wrong.yaml"], 18);
        let lines: Vec<&str> = said.lines().collect();
        assert!(lines[0].contains("template 'wrong' is not valid: 3 problems; nothing was added"), "{said}");
        assert_eq!(lines[1], "wrong.yaml:5: step 'one': after: there is no step 'tow'; possible: two");
        assert!(lines[2..4].iter().all(|line| line.starts_with("wrong.yaml:6: ") || line.starts_with("wrong.yaml:7: ")), "{said}");
        let output = t.callboard(["workflow", "template", "add", "wrong.yaml", "--json"]).run().code(18);
        let error: serde_json::Value = serde_json::from_str(&output.stderr).expect("a document");
        assert_eq!(error["data"]["details"][0], lines[1]);
        let cycle = "name: ring\nsteps:\n  - { name: a, function: f, after: [b] }\n  - { name: b, function: f, after: [a] }\n";
        let output = t.callboard(["workflow", "template", "add", "-"]).stdin(cycle).run().code(18);
        assert!(output.stderr.contains("<stdin>:") && output.stderr.contains("a -> b -> a"), "{output}");
        for (bytes, reason) in [(&b"name: x\n\xff"[..], "<stdin>:2: is not UTF-8"), (b"", "<stdin>:1: is empty"), (b"{\"name\": }", "<stdin>:1: ")] {
            let output = t.callboard(["workflow", "template", "add", "-"]).stdin(bytes).run().code(18);
            assert!(output.stderr.contains(reason), "{output}");
        }
        assert!(refused(&t, ["workflow", "template", "add", "nowhere.yaml"], 13).contains("nowhere.yaml can't be read"));
        assert_eq!(stored(&t).await, []);
    }

    async fn those_that_come_with_callboard_are_listed_and_shown(t: TestDb) {
        with_two(&t);
        let listed = json(&t, ["workflow", "template", "list"], "workflow_templates");
        let names: Vec<&str> = listed.as_array().expect("a list").iter().map(|row| row["name"].as_str().expect("a name")).collect();
        assert_eq!(names, ["parallel_search", "research", "timeline", "two", "validated_research"]);
        let said = text(&t, ["workflow", "template", "list"]);
        assert!(said.contains("built in") && said.contains("depth, topic") && said.contains("A number and a text"), "{said}");
        for (name, text_of) in SHIPPED {
            let shown = t.callboard(["workflow", "template", "show", name]).run().ok();
            assert!(shown.stdout.trim_end() == text_of.trim_end() && shown.stderr.contains("comes with Callboard"), "{shown}");
        }
    }

    /// What is shown of a stored one says the same, also of one that uses everything.
    async fn a_stored_one_is_shown_as_a_text_that_can_be_added(t: TestDb) {
        init(&t);
        let everything = "name: all
description: \"a\\tb\\r\\n c\"
inputs:
  \"on\": { type: boolean, default: true, description: 'yes: \"no\"' }
  any: { type: json, default: { a: [1, null, \"x: y\"], \"b c\": 1.5 } }
steps:
  - name: \"1\"
    function: f
    max_attempts: 3
    timeout: 90m
    backoff: 0s
    gate: [{ min_items: 1, contains: \"a # b\" }, { field: a.0, one_of: [1, two, true, \"true\"], required: true }]
    output: { key: k }
  - name: last
    title: \"{{ inputs.on }}: 'x' \\\\\"
    description: \"one\\n\\n  two\\n\\n\"
    delegate:
      requires: [\"rust:expert\", docs, tool/git]
      agent: \"- a\"
      type: bug
      priority: 0
      acceptance_criteria: [\"yes\", \"it: works\"]
    after: [\"1\"]
    max_attempts: 100
    gate: [{ max_items: 3, max_characters: 5, min_characters: 1, at_least: -1.5, at_most: 1e3, ends_with: \"?\" }]
    output: { key: c, type: citation_list, field: a.b }
";
        for text_of in SHIPPED.iter().map(|(_, text)| *text).chain([everything, TWO]) {
            let name = add(&t, text_of)["template"]["name"].as_str().expect("a name").to_owned();
            let shown = text(&t, ["workflow", "template", "show", &name]);
            assert_eq!(parse(&shown).expect(&shown), parse(text_of).expect(text_of), "{shown}");
            assert_eq!(add(&t, &shown)["already"], true);
        }
    }

    async fn an_older_version_is_shown_by_its_number(t: TestDb) {
        with_two(&t);
        add(&t, &TWO.replace("counter", "teller"));
        let shown = t.callboard(["workflow", "template", "show", "two"]).run().ok();
        assert!(shown.stdout.contains("agent: teller") && shown.stderr.contains("two version 2; there are 2, 1"), "{shown}");
        assert!(text(&t, ["workflow", "template", "show", "two", "--version", "1"]).contains("agent: counter"));
        let shown = json(&t, ["workflow", "template", "show", "two", "--version", "1"], "workflow_template_details");
        assert_eq!((&shown["version"], &shown["definition"]["steps"][0]["name"]), (&1.into(), &"first".into()));
        assert!(refused(&t, ["workflow", "template", "show", "two", "--version", "3"], 13).contains("two version 3"));
        let said = refused(&t, ["workflow", "template", "show", "reserch"], 13);
        assert!(said.contains("near to it: research") && said.contains("`callboard workflow template list`"), "{said}");
    }
}

support::plain! {
    fn the_commands_are_found_by_their_names() {
        let dir = support::scratch_dir();
        let help = callboard(dir.path()).args(["workflow", "--help"]).run().ok().stdout;
        let commands = ["template", "start", "list", "show", "resume", "pause", "cancel", "retry", "outputs", "context", "logs"];
        for command in commands {
            assert!(help.contains(&format!("\n  {command} ")), "{command}: {help}");
        }
    }
}
