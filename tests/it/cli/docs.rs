use std::path::Path;

use support::cli::callboard;
use support::plain;

plain! {
    /// `CALLBOARD_BLESS=1` writes the file.
    fn the_reference_is_up_to_date() {
        let dir = support::scratch_dir();
        let written = callboard(dir.path()).arg("reference").run().ok().stdout;
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cli.md");
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

    fn completions_name_the_commands() {
        let dir = support::scratch_dir();
        for shell in ["bash", "zsh", "fish"] {
            let script = callboard(dir.path()).args(["completions", shell]).run().ok().stdout;
            assert!(script.contains("upgrade"), "{shell}: {script}");
        }
        callboard(dir.path()).args(["completions", "nosh"]).run().code(2);
    }
}
