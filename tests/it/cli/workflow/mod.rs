//! Workflows on the command line.

mod context;
mod end;
mod quit;
mod start;
mod template;
mod timeline;

use serde_json::Value;
use support::TestDb;

use super::{data, init, json, text};

/// A template of two steps: a number of at least 2, then a text.
const TWO: &str = "name: two
description: A number and a text
inputs:
  topic: { type: text }
  depth: { type: number, default: 3 }
steps:
  - name: first
    title: \"First: {{ inputs.topic }}\"
    delegate: { agent: counter }
    gate: [{ field: n, at_least: 2 }]
    output: { key: n, type: json, field: n }
  - name: second
    title: \"Second {{ steps.first.output.n }}\"
    delegate: {}
    after: [first]
    output: { key: report, type: text }
";

/// The board with the template `two` and the agent `coder`.
#[track_caller]
fn with_two(t: &TestDb) {
    init(t);
    text(t, ["agent", "register", "coder"]);
    add(t, TWO);
}

#[track_caller]
fn add(t: &TestDb, template: &str) -> Value {
    data(t.callboard(["workflow", "template", "add", "-", "--json"]).stdin(template).run(), "workflow_template")
}

/// Starts the run `r1` of `two`.
#[track_caller]
fn start(t: &TestDb) -> Value {
    json(t, ["workflow", "start", "two", "--id", "r1", "--input", "topic=shoes"], "started_run")
}

/// The next item, claimed by the agent: its key and the assignment.
#[track_caller]
fn claim(t: &TestDb) -> (String, String) {
    let claimed = json(t, ["claim", "--agent", "coder"], "claim")["claimed"][0].take();
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("nothing was claimed: {claimed}")).to_owned();
    (text(&claimed["item"]["key"]), text(&claimed["assignment"]))
}

/// Claims the next item and completes it with a result.
#[track_caller]
fn hand_in(t: &TestDb, result: &str) -> String {
    let (key, assignment) = claim(t);
    text(t, ["complete", "--assignment", &assignment, "--result", result]);
    key
}

#[track_caller]
fn details(t: &TestDb) -> Value {
    json(t, ["workflow", "show", "r1"], "run_details")
}
