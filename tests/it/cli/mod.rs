//! The callboard command line as a user runs it.

mod agent;
mod archive;
mod artifact;
mod assignment;
mod bad_input;
mod board;
mod continuity;
mod decision;
mod docs;
mod export;
mod fence;
mod file;
mod gate;
mod health;
mod import;
mod init;
mod item;
mod maintenance;
mod output;
mod prerequisite;
mod prerequisite_types;
mod process;
mod project;
mod quickstart;
mod review;
mod search;
mod secrets;
mod session;
mod setting;
mod sprint;
mod stream;
mod upgrade;
mod user;
mod workflow;

use serde_json::Value;
use support::TestDb;
use support::cli::Output;

/// Makes the board's user `ada` and its project `demo` (keys `CB-1`, ...) on the test's database.
#[track_caller]
fn init(t: &TestDb) -> Value {
    let args = ["init", "--user", "ada", "--project-name", "Demo", "--prefix", "CB", "--json"];
    data(t.callboard(args).run(), "init")
}

/// The data of a command that must succeed, after a look at the document around it.
#[track_caller]
fn data(output: Output, kind: &str) -> Value {
    let mut document = output.ok().json();
    assert_eq!(document["schema_version"], 1, "{document}");
    assert_eq!(document["kind"], kind, "{document}");
    document["data"].take()
}

/// Runs `callboard ARGS --json` and gives its data.
#[track_caller]
fn json<const N: usize>(t: &TestDb, args: [&str; N], kind: &str) -> Value {
    data(t.callboard(args).arg("--json").run(), kind)
}

/// Runs `callboard ARGS`, which must succeed, and gives what it printed to stdout.
#[track_caller]
fn text<const N: usize>(t: &TestDb, args: [&str; N]) -> String {
    t.callboard(args).run().ok().stdout
}

/// Runs a command that must be refused with this code, both ways: stdout is empty, and the JSON on stderr says the same
/// as the text. Gives the message and the hint.
#[track_caller]
fn refused<const N: usize>(t: &TestDb, args: [&str; N], exit: i32) -> String {
    let plain = t.callboard(args).run().code(exit);
    assert_eq!(plain.stdout, "", "{plain}");
    assert!(plain.stderr.starts_with("Error: ") || plain.stderr.starts_with("error: "), "{plain}");
    let machine = t.callboard(args).arg("--json").run().code(exit);
    assert_eq!(machine.stdout, "", "{machine}");
    let error: Value = serde_json::from_str(&machine.stderr).unwrap_or_else(|e| panic!("{e}\n{machine}"));
    assert_eq!((&error["kind"], &error["data"]["exit_code"]), (&"error".into(), &exit.into()), "{machine}");
    let message = error["data"]["message"].as_str().expect("a message");
    let message = callboard_service::rules::escape(message);
    assert!(exit == 2 || plain.stderr.contains(&message), "{plain}{machine}");
    plain.stderr
}

/// Adds items with these titles to the only project, and gives their keys.
async fn add_items(t: &TestDb, titles: &[&str]) -> Vec<String> {
    use callboard_service::Actor;
    use callboard_service::item::{AddItems, NewItem};
    let items = titles.iter().map(|title| NewItem::titled(*title)).collect();
    let added = t.board().await.run(Actor::SYSTEM, &AddItems { project: None, items }).await;
    added.expect("add the items").into_iter().map(|item| item.key).collect()
}
