//! A verb has one name in three places: the service, the command line and the tests.

use std::collections::BTreeSet;

use super::source::{Source, root, sources};
use support::plain;

/// Files that a verb does not need, each with the reason.
const NOT_NEEDED: &[(&str, &str)] = &[];

plain! {
    fn a_verb_has_one_name_in_three_places() {
        assert_eq!(missing(), Vec::<String>::new());
    }

    fn exceptions_are_real_and_have_reasons() {
        for (path, reason) in NOT_NEEDED {
            assert!(!reason.is_empty() && !root().join(path).exists(), "{path} is no exception");
        }
    }

    fn a_verb_without_its_command_or_test_is_found() {
        let verb = "pub struct Pause;\nimpl Verb for Pause {}";
        let service = [
            Source::new("service/src/assignment/pause.rs", verb),
            Source::new("service/src/assignment/list.rs", "pub struct List;\nimpl Query for List {}"),
            Source::new("service/src/assignment/rows.rs", "struct Rows;\nimpl Query for Rows {}"),
            Source::new("service/src/assignment/mod.rs", verb),
            Source::new("service/src/db/retry.rs", verb),
            Source::new("service/src/workflow/template/add.rs", "pub struct Add;\nimpl Verb for Add {}"),
            Source::new("service/src/workflow/template/mod.rs", verb),
            Source::new("service/src/workflow/runner/begin.rs", "pub(super) struct Begin;\nimpl Verb for Begin {}"),
        ];
        let verbs = verbs(&service);
        assert_eq!(verbs, set(&["assignment/list", "assignment/pause", "workflow/template/add"]));
        let command = "#[derive(clap::Args)]\npub struct Args {}\npub async fn run(args: Args) {}";
        let commands = commands(&[
            Source::new("cli/src/commands/assignment/list.rs", command),
            Source::new("cli/src/commands/assignment/undo.rs", command),
            Source::new("cli/src/commands/assignment/view.rs", "pub fn value() {}"),
            Source::new("cli/src/commands/assignment/mod.rs", command),
            Source::new("cli/src/commands/init.rs", command),
            Source::new("cli/src/commands/workflow/template/drop.rs", command),
        ]);
        assert_eq!(commands, set(&["assignment/list", "assignment/undo", "workflow/template/drop"]));
        let tests = set(&["assignment/pause", "assignment/race", "workflow/template/add"]);
        assert_eq!(
            compare(&verbs, &commands, &tests),
            [
                "cli/src/commands/assignment/pause.rs",
                "cli/src/commands/workflow/template/add.rs",
                "service/src/assignment/undo.rs",
                "service/src/workflow/template/drop.rs",
                "tests/it/assignment/list.rs",
                "tests/it/assignment/undo.rs",
                "tests/it/workflow/template/drop.rs",
            ]
        );
    }
}

fn missing() -> Vec<String> {
    let verbs = verbs(&sources(&["service/src"]));
    assert!(verbs.len() > 20, "the service's verbs are no longer found: {verbs:?}");
    let mut missing = compare(&verbs, &commands(&sources(&["cli/src/commands"])), &tests(&sources(&["tests/it"])));
    missing.retain(|path| !NOT_NEEDED.iter().any(|(not_needed, _)| not_needed == path));
    missing
}

/// What the three places lack of each other, as paths. A test file may also be about something else than one verb.
fn compare(verbs: &BTreeSet<String>, commands: &BTreeSet<String>, tests: &BTreeSet<String>) -> Vec<String> {
    let named: BTreeSet<&String> = verbs.union(commands).collect();
    let lacks = |place: &BTreeSet<String>, folder: &str| {
        let without = named.iter().filter(|verb| !place.contains(**verb));
        without.map(|verb| format!("{folder}/{verb}.rs")).collect::<Vec<_>>()
    };
    let mut missing =
        [lacks(commands, "cli/src/commands"), lacks(verbs, "service/src"), lacks(tests, "tests/it")].concat();
    missing.sort();
    missing
}

/// `area/verb` or `area/part/verb` of each file that has a public type which is a verb, a query or a maintenance.
fn verbs(service: &[Source]) -> BTreeSet<String> {
    let files = service.iter().filter(|source| {
        let public = |name: &str| source.text.contains(&format!("pub struct {name}"));
        let implemented = |line: &str| {
            let traits = ["impl Verb for ", "impl Query for ", "impl Maintenance for "];
            let name = traits.iter().find_map(|implemented| line.strip_prefix(implemented))?;
            name.split(|c: char| !c.is_alphanumeric()).next().map(str::to_owned)
        };
        source.text.lines().filter_map(implemented).any(|name| public(&name))
    });
    let paths = files.filter_map(|source| source.path.strip_prefix("service/src/")?.strip_suffix(".rs"));
    paths.filter(|path| is_verb_path(path) && !path.starts_with("db/")).map(str::to_owned).collect()
}

/// The same of each file that parses arguments and runs them; the others are helpers.
fn commands(cli: &[Source]) -> BTreeSet<String> {
    let files = cli.iter().filter(|source| source.text.contains("pub struct Args") && source.text.contains("fn run("));
    let paths = files.filter_map(|source| source.path.strip_prefix("cli/src/commands/")?.strip_suffix(".rs"));
    paths.filter(|path| is_verb_path(path)).map(str::to_owned).collect()
}

/// `area/file` or `area/part/file` of each test file.
fn tests(tests: &[Source]) -> BTreeSet<String> {
    let paths = tests.iter().filter_map(|source| source.path.strip_prefix("tests/it/")?.strip_suffix(".rs"));
    paths.filter(|path| is_verb_path(path)).map(str::to_owned).collect()
}

fn is_verb_path(path: &str) -> bool {
    (1..=2).contains(&path.matches('/').count()) && !path.ends_with("/mod")
}

fn set(paths: &[&str]) -> BTreeSet<String> {
    paths.iter().map(|path| (*path).to_owned()).collect()
}
