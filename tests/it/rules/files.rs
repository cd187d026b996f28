//! Files are short, and every test file is a module.

use std::fs;
use std::path::{Path, PathBuf};

use super::source::{Source, root, sources};
use support::plain;

const MAX_LINES: usize = 400;
const CRATES: &[&str] = &[
    "bench/peers",
    "bench/src",
    "cli/src",
    "entity/src",
    "examples/embed/src",
    "migration/src",
    "search/src",
    "service/src",
    "tests/it",
    "tests/support",
];

plain! {
    fn no_file_has_more_than_400_lines() {
        assert_eq!(too_long(&sources(CRATES)), Vec::<String>::new());
    }

    fn a_file_of_401_lines_is_found_unless_it_is_generated() {
        let long = "\n".repeat(MAX_LINES + 1);
        let files = [
            Source::new("a.rs", &long),
            Source::new("b.rs", &"\n".repeat(MAX_LINES)),
            Source::new("entity/src/generated/c.rs", &long),
        ];
        assert_eq!(too_long(&files), ["a.rs has 401 lines"]);
    }

    fn every_member_is_looked_at() {
        let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("read Cargo.toml");
        let members = manifest.lines().find_map(|line| line.strip_prefix("members = ")).expect("a list of members");
        let members: Vec<String> = serde_json::from_str(members).expect("a list of texts");
        let unseen: Vec<_> = members.iter().filter(|m| !CRATES.iter().any(|c| c.starts_with(&format!("{m}/")))).collect();
        assert!(unseen.is_empty(), "{unseen:?}");
    }

    /// As tests of the service's documentation; whatever rustdoc takes for Rust and does not compile is left out there.
    fn the_rust_of_the_readme_is_compiled() {
        let read = |file: &str| fs::read_to_string(root().join(file)).expect("read a file");
        let readme = read("README.md");
        let fences: Vec<&str> = readme.lines().filter_map(|line| line.strip_prefix("```")).collect();
        assert!(fences.contains(&"rust,no_run"), "{fences:?}");
        assert!(fences.iter().all(|fence| ["rust,no_run", "sh", ""].contains(fence)), "{fences:?}");
        let included = "#[cfg(doctest)]\n#[doc = include_str!(\"../../README.md\")]\n";
        assert!(read("service/src/lib.rs").contains(included));
        let page = read("examples/embed/README.md");
        let fences: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("```")).collect();
        assert_eq!(fences.iter().filter(|fence| **fence == "rust,no_run").count(), 4);
        assert!(fences.iter().all(|fence| ["rust,no_run", "sh", ""].contains(fence)), "{fences:?}");
        let front = "#![doc = include_str!(\"../../examples/embed/README.md\")]\n";
        let lib = read("service/src/lib.rs");
        assert!(lib.starts_with(front) && lib.contains("#![deny(missing_docs, rustdoc::broken_intra_doc_links"));
        assert!(read("test.sh").contains("\ncargo test --workspace --locked --doc "));
    }

    fn no_test_file_is_forgotten() {
        assert_eq!(forgotten(&root().join("tests/it")), Vec::<PathBuf>::new());
    }

    fn a_forgotten_test_file_is_found() {
        let dir = support::scratch_dir();
        fs::create_dir(dir.path().join("area")).expect("make a directory");
        let write = |file: &str, text: &str| fs::write(dir.path().join(file), text).expect("write a file");
        write("main.rs", "mod area;\n");
        write("area/mod.rs", "mod listed;\n");
        write("area/listed.rs", "");
        assert_eq!(forgotten(dir.path()), Vec::<PathBuf>::new());
        write("area/lost.rs", "");
        write("lost_too.rs", "");
        assert_eq!(forgotten(dir.path()), [dir.path().join("area/lost.rs"), dir.path().join("lost_too.rs")]);
    }
}

fn too_long(sources: &[Source]) -> Vec<String> {
    let written = sources.iter().filter(|source| !source.path.starts_with("entity/src/generated/"));
    let lines = written.map(|source| (&source.path, source.text.lines().count()));
    lines.filter(|(_, lines)| *lines > MAX_LINES).map(|(path, lines)| format!("{path} has {lines} lines")).collect()
}

/// The test files that no `mod` line names; they would never run.
fn forgotten(dir: &Path) -> Vec<PathBuf> {
    let list = ["main.rs", "mod.rs"].map(|name| fs::read_to_string(dir.join(name)).unwrap_or_default()).concat();
    // A name that is a keyword is written raw (`mod r#move`).
    let is_mod = |line: &str, name: &str| {
        line.trim_start_matches("pub ").replacen("mod r#", "mod ", 1) == format!("mod {name};")
    };
    let listed = |name: &str| list.lines().any(|line| is_mod(line, name));
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("list the tests").map(|entry| entry.expect("a directory entry").path()) {
        let name = entry.file_stem().and_then(|name| name.to_str()).expect("a UTF-8 name");
        let is_code = entry.extension().is_some_and(|extension| extension == "rs");
        // A folder may also hold data, which no `mod` line names.
        let is_area = entry.is_dir() && entry.join("mod.rs").exists();
        if is_area {
            found.extend(forgotten(&entry));
        }
        if (is_area || is_code) && !["main", "mod"].contains(&name) && !listed(name) {
            found.push(entry);
        }
    }
    found.sort();
    found
}
