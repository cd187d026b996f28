use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use support::cli::callboard;
use support::plain;

plain! {
    /// `CALLBOARD_BLESS=1` writes the file.
    fn the_reference_is_up_to_date() {
        let dir = support::scratch_dir();
        let written = callboard(dir.path()).arg("reference").run().ok().stdout;
        let path = root().join("docs/cli.md");
        if std::env::var_os("CALLBOARD_BLESS").is_some() {
            std::fs::write(&path, &written).expect("write docs/cli.md");
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(written == committed, "docs/cli.md is stale: CALLBOARD_BLESS=1 cargo test --workspace -- cli::docs");
    }

    fn every_command_has_examples() {
        let dir = support::scratch_dir();
        let reference = callboard(dir.path()).arg("reference").run().ok().stdout;
        let commands: Vec<&str> = reference.split("\n### ").skip(1).collect();
        assert!(commands.len() > 10, "{reference}");
        for command in commands {
            let (name, body) = command.split_once('\n').expect("a heading");
            let examples = body.split_once("Examples:\n\n```sh\n").unwrap_or_else(|| panic!("{name} has no examples")).1;
            assert!(examples.contains(name), "the examples of {name} show another command: {examples}");
        }
    }

    fn every_kind_of_document_is_described() {
        let described: BTreeSet<String> = kinds_described();
        let printed = kinds_printed(&root().join("cli/src"));
        assert!(printed.len() > 30, "{printed:?}");
        assert_eq!(printed, described, "docs/json.md against cli/src");
    }

    fn completions_name_the_commands() {
        let dir = support::scratch_dir();
        for shell in ["bash", "zsh", "fish"] {
            let script = callboard(dir.path()).args(["completions", shell]).run().ok().stdout;
            assert!(script.contains("upgrade"), "{shell}: {script}");
        }
        callboard(dir.path()).args(["completions", "nosh"]).run().code(2);
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace").to_owned()
}

/// The first column of the table in docs/json.md.
fn kinds_described() -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join("docs/json.md")).expect("read docs/json.md");
    text.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next().map(str::to_owned)).collect()
}

/// What the sources pass to `Printer::data`, as a kind.
fn kinds_printed(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("list the sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(kinds_printed(&path));
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("read a source");
        for call in text.split("out.data(").skip(1) {
            let kind = call.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
            found.insert(kind.unwrap_or_else(|| panic!("a kind that is no literal in {}", path.display())).to_owned());
        }
    }
    found
}
