//! Data flows one way: cli -> service -> entity, and migration stands alone; the tokenizer is below all of them.

use std::collections::BTreeSet;
use std::fs;

use super::source::root;
use support::plain;

/// Which crates of ours each may use. `bench` and `tests` may use all of them, and nobody may use those.
const MAY_USE: &[(&str, &[&str])] = &[
    ("entity", &[]),
    ("search", &[]),
    ("migration", &["callboard-search"]),
    ("service", &["callboard-entity", "callboard-search"]),
    ("cli", &["callboard-service", "callboard-migration"]),
    ("bench", &["callboard-entity", "callboard-migration", "callboard-service"]),
    ("examples/embed", &["callboard-migration", "callboard-service"]),
    ("tests", &["callboard-embed", "callboard-entity", "callboard-migration", "callboard-search", "callboard-service"]),
];

plain! {
    fn crates_depend_one_way() {
        let found: Vec<String> = MAY_USE.iter().flat_map(|(krate, may)| wrong(krate, &manifest(krate), may)).collect();
        assert_eq!(found, Vec::<String>::new());
    }

    fn a_wrong_dependency_is_found_in_each_way_of_writing_it() {
        let may = ["callboard-entity"];
        let ways = [
            "[dependencies]\ncallboard-migration.workspace = true",
            "[dependencies]\nserde = \"1\"\ncallboard-migration = { path = \"../migration\" }",
            "[dependencies.callboard-migration]\npath = \"../migration\"",
            "[dev-dependencies]\n\"callboard-migration\" = \"1\"",
            "[build-dependencies]\ncallboard-migration = \"1\"",
            "[target.'cfg(unix)'.dependencies]\ncallboard-migration = \"1\"",
            "[dependencies]\nother = { package = \"callboard-migration\", path = \"../migration\" }",
        ];
        for way in ways {
            assert_eq!(wrong("x", way, &may), ["x depends on callboard-migration"], "{way}");
        }
        let right = "[package]\nname = \"callboard-x\"\n[dependencies]\ncallboard-entity.workspace = true # callboard-migration\n";
        assert_eq!(wrong("x", right, &may), Vec::<String>::new());
    }

    fn the_cli_does_not_link_the_entity_generator() {
        assert_eq!(line("cli", "callboard-migration"), "callboard-migration = { workspace = true }");
        let workspace = "callboard-migration = { path = \"migration\", default-features = false }";
        assert!(manifest(".").lines().any(|line| line == workspace));
    }

    fn every_crate_has_the_lints_of_the_workspace() {
        for (krate, _) in MAY_USE.iter().filter(|(krate, _)| *krate != "tests") {
            assert!(manifest(krate).contains("[lints]\nworkspace = true"), "{krate}");
        }
        let lints = manifest(".");
        for lint in ["unwrap_used", "expect_used", "panic", "todo", "dbg_macro", "unsafe_code"] {
            assert!(lints.contains(&format!("\n{lint} = \"deny\"\n")), "{lint}");
        }
    }
}

fn manifest(krate: &str) -> String {
    fs::read_to_string(root().join(krate).join("Cargo.toml")).expect("read a Cargo.toml")
}

fn line(krate: &str, dependency: &str) -> String {
    let manifest = manifest(krate);
    manifest.lines().find(|line| line.starts_with(dependency)).expect("the dependency").to_owned()
}

/// Crates of ours in any table of dependencies that are not among those allowed.
fn wrong(krate: &str, manifest: &str, may: &[&str]) -> Vec<String> {
    let mut found = BTreeSet::new();
    let mut inside = false;
    for line in manifest.lines().map(|line| line.split('#').next().unwrap_or_default().trim()) {
        if line.starts_with('[') {
            inside = line.contains("dependencies");
        }
        let names = line.split(|c: char| !(c.is_alphanumeric() || c == '-'));
        found.extend(names.filter(|name| inside && name.starts_with("callboard-")));
    }
    found.into_iter().filter(|name| !may.contains(name)).map(|name| format!("{krate} depends on {name}")).collect()
}
