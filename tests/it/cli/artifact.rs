//! `callboard artifact`.

use std::os::unix::fs::symlink;

use support::{TestDb, both};

use super::{add_items, data, init, json, refused, text};

both! {
    async fn what_is_added_is_shown_and_given_back(t: TestDb) {
        init(&t);
        add_items(&t, &["the parser"]).await;
        let write = |path: &str, content: &[u8]| std::fs::write(t.dir().join(path), content).expect("write");
        write("report.md", b"# Report\nall is well\n");
        let large = "line\n".repeat(20_000);
        write("large.log", large.as_bytes());
        let added = text(&t, ["artifact", "add", "CB-1", "report.md", "--type", "documentation"]);
        assert!(added.contains("report.md of CB-1, version 1, is added") && added.contains("text/markdown"), "{added}");
        let added = json(&t, ["artifact", "add", "CB-1", "large.log", "--name", "log", "--type", "test"], "added_artifact");
        let path = added["path"].as_str().expect("a path").to_owned();
        assert_eq!(std::fs::read_to_string(t.dir().join(&path)).expect("read"), large);
        let piped = t.callboard(["artifact", "add", "CB-1", "-", "--name", "report.md", "--type", "documentation", "--json"]);
        let piped = data(piped.stdin("# Report\nall is better\n").run(), "added_artifact");
        assert_eq!((&piped["version"], &piped["already"]), (&2.into(), &false.into()));
        let again = t.callboard(["artifact", "add", "CB-1", "-", "--name", "report.md", "--type", "documentation"]);
        assert!(again.stdin("# Report\nall is better\n").run().ok().stdout.contains("nothing was added"));

        let listed = text(&t, ["artifact", "list", "CB-1"]);
        assert!(listed.contains("report.md") && listed.contains("97.6 KiB") && listed.contains("user:ada"), "{listed}");
        let rows = json(&t, ["artifact", "list", "CB-1", "--versions"], "artifacts");
        assert_eq!(rows["rows"].as_array().map(Vec::len), Some(3));
        let more = t.callboard(["artifact", "list", "--limit", "1"]).run().ok();
        assert!(more.stderr.contains("--after"), "{more}");
        let shown = text(&t, ["artifact", "show", "CB-1", "report.md"]);
        for part in ["version 2", "Versions", "all is better", "the board"] {
            assert!(shown.contains(part), "{part:?} is missing in\n{shown}");
        }
        let shown = json(&t, ["artifact", "show", "CB-1", "log"], "artifact");
        assert_eq!((&shown["preview"]["kind"], &shown["preview"]["truncated"]), (&"text".into(), &true.into()));
        assert_eq!(text(&t, ["artifact", "get", "CB-1", "report.md", "--version", "1"]), "# Report\nall is well\n");
        text(&t, ["artifact", "get", "CB-1", "log", "--output", "again.log"]);
        assert_eq!(std::fs::read_to_string(t.dir().join("again.log")).expect("read"), large);
        assert!(refused(&t, ["artifact", "get", "CB-1", "log", "--output", "again.log"], 14).contains("--force"));
        write("again.log", b"x");
        let got = json(&t, ["artifact", "get", "CB-1", "log", "--output", "again.log", "--force"], "got_artifact");
        assert_eq!(got["size_bytes"], 100_000);
        assert_eq!(std::fs::read_to_string(t.dir().join("again.log")).expect("read"), large);
        let left = std::fs::read_dir(t.dir()).expect("list").filter(|entry| {
            entry.as_ref().expect("an entry").file_name().to_string_lossy().ends_with(".part")
        });
        assert_eq!(left.count(), 0);
        let item = text(&t, ["item", "show", "CB-1"]);
        assert!(item.contains("Artifacts") && item.contains("log"), "{item}");
        assert!(text(&t, ["recover", "CB-1"]).contains("`report.md`: documentation, version 2"));
    }

    async fn what_is_missing_or_altered_has_an_exit_code(t: TestDb) {
        init(&t);
        add_items(&t, &["the parser"]).await;
        std::fs::write(t.dir().join("a"), [0_u8; 1000]).expect("write");
        let added = json(&t, ["artifact", "add", "CB-1", "a"], "added_artifact");
        let path = t.dir().join(added["path"].as_str().expect("a path"));
        assert!(text(&t, ["artifact", "verify", "CB-1"]).starts_with("1 verified; 1000 B read"));
        std::fs::write(&path, [1_u8; 1000]).expect("alter");
        let found = t.callboard(["artifact", "verify", "--all"]).run().code(11);
        for part in ["altered", "a of CB-1, version 1", ".callboard/artifacts/", "0 verified, 1 altered"] {
            assert!(found.stdout.contains(part), "{part:?} is missing in\n{found}");
        }
        assert!(found.stderr.contains("1 artifact is not as it was added"), "{found}");
        let got = t.callboard(["artifact", "get", "CB-1", "a", "--output", "b"]).run().code(11);
        assert!(got.stderr.contains("holds another content") && !t.dir().join("b").exists(), "{got}");
        std::fs::remove_file(&path).expect("remove");
        assert!(refused(&t, ["artifact", "get", "CB-1", "a", "--output", "b"], 13).contains("is gone from the store"));
        let machine = t.callboard(["artifact", "verify", "CB-1", "--json"]).run().code(11).json();
        assert_eq!((&machine["kind"], &machine["data"]["missing"]), (&"artifact_verification".into(), &1.into()));
        text(&t, ["artifact", "add", "CB-1", "a"]);
        text(&t, ["artifact", "verify", "CB-1"]);
    }

    async fn nobodys_contents_are_collected(t: TestDb) {
        init(&t);
        add_items(&t, &["the parser"]).await;
        std::fs::write(t.dir().join("a"), [0_u8; 1000]).expect("write");
        let path = json(&t, ["artifact", "add", "CB-1", "a"], "added_artifact")["path"].as_str().expect("a path").to_owned();
        let hash = "0".repeat(64);
        let orphan = t.dir().join(".callboard/artifacts/00").join(&hash);
        std::fs::create_dir_all(orphan.parent().expect("a folder")).expect("make a folder");
        std::fs::write(&orphan, "nobody's").expect("write");
        let fresh = text(&t, ["artifact", "collect"]);
        assert!(fresh.contains("removed 0") && fresh.contains("2 stored just now and not judged"), "{fresh}");
        let old = std::time::SystemTime::now() - std::time::Duration::from_secs(7200);
        std::fs::File::options().write(true).open(&orphan).expect("open").set_modified(old).expect("make it older");
        let rehearsed = t.callboard(["artifact", "collect", "--dry-run", "--json"]).run().ok().json();
        assert_eq!((&rehearsed["dry_run"], &rehearsed["data"]["removed"]), (&true.into(), &1.into()));
        assert!(orphan.exists());
        let done = json(&t, ["artifact", "collect"], "collected_artifacts");
        assert_eq!(done, rehearsed["data"], "what was told is what was done");
        assert!(!orphan.exists() && t.dir().join(path).exists());
        refused(&t, ["artifact", "collect", "--grace", "1s"], 18);
    }

    async fn bad_input(t: TestDb) {
        init(&t);
        add_items(&t, &["the parser"]).await;
        refused(&t, ["artifact", "add", "CB-1"], 2);
        refused(&t, ["artifact", "add", "CB-1", "-"], 2);
        refused(&t, ["artifact", "add", "CB-1", "nowhere"], 13);
        refused(&t, ["artifact", "add", "CB-9", "/dev/null", "--name", "a"], 13);
        refused(&t, ["artifact", "add", "CB-1", "/dev/null", "--mime", "text"], 18);
        refused(&t, ["artifact", "verify"], 2);
        refused(&t, ["artifact", "show", "CB-1"], 18);
        assert!(refused(&t, ["artifact", "get", "CB-1", "x", "--output", "b"], 13).contains("artifact list"));
        std::fs::write(t.dir().join("a"), [0_u8; 1000]).expect("write");
        std::fs::create_dir_all(t.dir().join("elsewhere")).expect("make a folder");
        std::fs::create_dir_all(t.dir().join(".callboard")).expect("make a folder");
        symlink(t.dir().join("elsewhere"), t.dir().join(".callboard/artifacts")).expect("link");
        assert!(refused(&t, ["artifact", "add", "CB-1", "a"], 18).contains("symbolic link"));
        text(&t, ["artifact", "add", "CB-1", "/dev/null", "--name", "empty"]);
        t.callboard(["artifact", "get", "CB-1", "empty", "--json"]).run().code(2);
    }
}
