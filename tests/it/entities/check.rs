//! What makes the generated directory, and what compares it.

use callboard_migration::entities::tree::Change;
use callboard_migration::entities::{Error, Files, check, tree};
use support::{TestDb, both_empty, plain};

use super::change::{committed, difference, folder};

fn files(pairs: &[(&str, &str)]) -> Files {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

both_empty! {
    /// Runs on each database, so that the one of the two that `check` compares with is also a given server.
    async fn both_databases_give_what_is_committed(t: TestDb) {
        let server = (t.kind() == support::Kind::Postgres).then(|| t.url().parse().expect("a URL"));
        let found = check::check(&folder(), server.as_ref()).await.expect("check");
        assert!(found.is_empty(), "{found:?}");
    }
}

plain! {
    fn saving_adds_changes_and_removes_and_then_has_nothing_to_do() {
        let dir = support::scratch_dir();
        let generated = committed();
        let mut old = generated.clone();
        old.insert("gone.rs".to_owned(), "//! @generated\n".to_owned());
        old.insert("mod.rs".to_owned(), "//! @generated, by an older one\n".to_owned());
        old.remove("sprints.rs");
        tree::save(dir.path(), &old).expect("save");
        let changes = tree::save(dir.path(), &generated).expect("save");
        let name = |name: &str| name.to_owned();
        let expected = [Change::Changed(name("mod.rs")), Change::Added(name("sprints.rs")), Change::Removed(name("gone.rs"))];
        assert_eq!(changes, expected);
        assert_eq!(tree::load(dir.path()).expect("load"), generated);
        assert_eq!(tree::save(dir.path(), &generated).expect("save"), []);
    }

    fn a_file_of_somebody_else_stops_everything() {
        let dir = support::scratch_dir();
        std::fs::write(dir.path().join("mine.rs"), "fn mine() {}\n").expect("write");
        match tree::save(dir.path(), &committed()) {
            Err(Error::NotGenerated { path }) => assert_eq!(path, dir.path().join("mine.rs")),
            other => panic!("{other:?}"),
        }
        assert_eq!(tree::load(dir.path()).expect("load"), files(&[("mine.rs", "fn mine() {}\n")]));
    }

    fn a_difference_names_both_sides() {
        let (old, new) = (files(&[("a.rs", "1\n"), ("b.rs", "same\n")]), files(&[("b.rs", "same\n"), ("c.rs", "2\n")]));
        let diff = difference(&old, &new).expect("a difference");
        let lines: Vec<&str> = diff.lines().map(str::trim_end).collect();
        let expected =
            ["--- old/a.rs", "+++ /dev/null", "@@ -1 +0,0 @@", "-1", "--- /dev/null", "+++ new/c.rs", "@@ -0,0 +1 @@", "+2"];
        assert_eq!(lines, expected);
        assert_eq!(difference(&old, &old), None);
    }
}
