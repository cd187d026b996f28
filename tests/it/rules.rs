//! Conventions as tests. Each check is a pure function that is also run on a sample which breaks the rule.

use std::path::{Path, PathBuf};

use support::plain;

plain! {
    fn no_forgotten_test_files() {
        assert_eq!(forgotten(&root().join("tests/it")), Vec::<PathBuf>::new());
    }

    fn no_forgotten_test_files_finds_one() {
        let dir = support::scratch_dir();
        std::fs::create_dir(dir.path().join("area")).expect("make a directory");
        let write = |file: &str, text: &str| std::fs::write(dir.path().join(file), text).expect("write a file");
        write("main.rs", "mod area;\n");
        write("area/mod.rs", "mod listed;\n");
        write("area/listed.rs", "");
        assert_eq!(forgotten(dir.path()), Vec::<PathBuf>::new());
        write("area/lost.rs", "");
        write("lost_too.rs", "");
        assert_eq!(forgotten(dir.path()), [dir.path().join("area/lost.rs"), dir.path().join("lost_too.rs")]);
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace").to_owned()
}

/// The test files that no `mod` line names; they would never run.
fn forgotten(dir: &Path) -> Vec<PathBuf> {
    let list = ["main.rs", "mod.rs"].map(|name| std::fs::read_to_string(dir.join(name)).unwrap_or_default()).concat();
    let listed = |name: &str| list.lines().any(|line| line == format!("mod {name};"));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).expect("list the tests").map(|entry| entry.expect("a directory entry").path()) {
        let name = entry.file_stem().and_then(|name| name.to_str()).expect("a UTF-8 name");
        if entry.is_dir() {
            found.extend(forgotten(&entry));
        }
        let counts = entry.is_dir() || entry.extension().is_some_and(|extension| extension == "rs");
        if counts && !["main", "mod"].contains(&name) && !listed(name) {
            found.push(entry);
        }
    }
    found.sort();
    found
}
