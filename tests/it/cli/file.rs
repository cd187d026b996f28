//! `callboard file`.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::symlink;

use support::{TestDb, both};

use super::{add_items, data, init, json, refused, text};

const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

both! {
    async fn what_was_done_is_tracked_and_verified(t: TestDb) {
        init(&t);
        add_items(&t, &["the parser"]).await;
        let write = |path: &str, content: &str| std::fs::write(t.dir().join(path), content).expect("write");
        std::fs::create_dir(t.dir().join("src")).expect("make a folder");
        write("src/a", "abc");
        write("src/b", "b");
        let tracked = text(&t, ["file", "track", "create", "src/a", "src/b", "--item", "CB-1", "--rationale", "for tests"]);
        assert!(tracked.contains(ABC) && tracked.contains("2 operations of CB-1"), "{tracked}");
        // From a folder below, as a shell names it.
        let below = t.callboard(["file", "track", "read", "a", "--item", "CB-1", "--json"]).current_dir(&t.dir().join("src"));
        assert_eq!(data(below.run(), "tracked_files")["operations"][0]["path"], "src/a");
        std::fs::rename(t.dir().join("src/b"), t.dir().join("c")).expect("rename");
        let moved = json(&t, ["file", "track", "move", "src/b", "--to", "c", "--item", "CB-1"], "tracked_files");
        assert_eq!((&moved["operations"][0]["new_path"], &moved["superseded"]), (&"c".into(), &1.into()));
        assert!(text(&t, ["file", "verify", "CB-1"]).starts_with("2 verified, 2 superseded"));

        write("src/a", "xyz");
        std::fs::remove_file(t.dir().join("c")).expect("remove");
        let output = t.callboard(["file", "verify", "--all"]).run().code(11);
        for part in ["src/a: another content", ABC, "3 bytes", "c: missing", "0 verified, 1 partial, 1 failed"] {
            assert!(output.stdout.contains(part), "{part:?} is missing in\n{output}");
        }
        assert!(output.stderr.contains("2 files are not as the work on them left them"), "{output}");
        let machine = t.callboard(["file", "verify", "CB-1", "--json"]).run().code(11).json();
        assert_eq!((&machine["kind"], &machine["data"]["failed"]), (&"file_verification".into(), &1.into()));
        let listed = json(&t, ["file", "list", "CB-1", "--status", "failed,partial"], "files");
        assert_eq!(listed["rows"].as_array().map(Vec::len), Some(2));
        let listed = text(&t, ["file", "list", "--path", "src", "--operation", "create"]);
        assert!(listed.contains("src/a") && listed.contains("superseded"), "{listed}");
        let shown = text(&t, ["file", "show", "src/a"]);
        for part in ["for tests", "Expected now", "partial", "another content", "Other operations there"] {
            assert!(shown.contains(part), "{part:?} is missing in\n{shown}");
        }
        let id = tracked_id(&t);
        assert_eq!(json(&t, ["file", "show", &id], "file_details")["operation"]["id"], id.as_str());
        refused(&t, ["file", "show", "nowhere"], 13);
        refused(&t, ["file", "verify"], 2);
    }

    async fn changes_are_proposed_and_tracked(t: TestDb) {
        init(&t);
        add_items(&t, &["the parser"]).await;
        let folder = t.dir().join("project");
        std::fs::create_dir(&folder).expect("make a folder");
        text(&t, ["project", "edit", "demo", "--root", "project"]);
        text(&t, ["agent", "register", "coder"]);
        let id = text(&t, ["claim", "--agent", "coder"]).trim().to_owned();
        assert!(refused(&t, ["file", "scan"], 18).contains("since"));
        std::fs::write(folder.join("new"), "abc").expect("write");
        symlink("new", folder.join("link")).expect("link");
        let proposed = t.callboard(["file", "scan", "CB-1"]).run().ok();
        assert!(proposed.stdout.contains("create") && proposed.stdout.contains("left out: link"), "{proposed}");
        assert!(proposed.stderr.contains("--track"), "{proposed}");
        assert_eq!(json(&t, ["file", "list"], "files")["rows"].as_array().map(Vec::len), Some(0), "only proposed");
        let scan = || t.callboard(["file", "scan", "--track", "--json"]).env("CALLBOARD_ASSIGNMENT", &id);
        let tracked = data(scan().run(), "tracked_files");
        assert_eq!((&tracked["operations"][0]["path"], &tracked["operations"][0]["assignment_id"]), (&"new".into(), &id.as_str().into()));
        assert_eq!(tracked["operations"][0]["actor_type"], "agent");
        assert_eq!(data(scan().run(), "file_scan")["operations"].as_array().map(Vec::len), Some(0));
        let since = json(&t, ["file", "scan", "--since", "1h"], "file_scan");
        assert_eq!((&since["known"], &since["since_what"]), (&1.into(), &"the time that was given".into()));
        refused(&t, ["file", "scan", "--since", "1h", "--track"], 2);
        refused(&t, ["file", "scan", "--since", "yesterday"], 2);
    }

    /// Without git nobody knows what is ignored: the scan says what git said, and how to do without.
    async fn a_scan_ends_where_git_gives_no_answer(t: TestDb) {
        init(&t);
        add_items(&t, &["the parser"]).await;
        let folder = t.dir().join("project");
        std::fs::create_dir(&folder).expect("make a folder");
        text(&t, ["project", "edit", "demo", "--root", "project"]);
        let made = std::process::Command::new("git").args(["init", "-q"]).arg(&folder).status().expect("run git");
        assert!(made.success());
        std::fs::write(folder.join(".gitignore"), ".env").expect("write");
        std::fs::write(folder.join(".env"), "secret").expect("write");
        let scan = |args: &[&str]| {
            t.callboard(["file", "scan", "--since", "1h"]).args(args.iter().copied()).env("GIT_CONFIG_NOSYSTEM", "1")
        };
        let found = data(scan(&["--json"]).run(), "file_scan");
        assert_eq!((&found["operations"][0]["path"], &found["operations"][1]), (&".gitignore".into(), &serde_json::Value::Null));
        // As if the repository were somebody else's.
        let foreign = scan(&[]).env("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1").run().code(13);
        for part in ["fatal: detected dubious ownership", "safe.directory", "--no-git"] {
            assert!(foreign.stderr.contains(part), "{part}: {foreign}");
        }
        assert_eq!(foreign.stdout, "");
        let none = scan(&[]).env("PATH", t.dir()).run().code(13);
        assert!(none.stderr.contains("there is no program 'git'"), "{none}");
        let without = data(scan(&["--no-git", "--json"]).env("PATH", t.dir()).run(), "file_scan");
        assert_eq!((&without["operations"][0]["path"], &without["commit"]), (&".env".into(), &serde_json::Value::Null));
    }

    /// As a shell names them, wherever in the root that is; from elsewhere, from the root.
    async fn paths_are_as_seen_from_the_present_folder(t: TestDb) {
        init(&t);
        add_items(&t, &["the parser"]).await;
        std::fs::create_dir_all(t.dir().join("src/sub")).expect("make folders");
        for path in ["top", "src/a"] {
            std::fs::write(t.dir().join(path), path).expect("write");
            text(&t, ["file", "track", "create", path, "--item", "CB-1"]);
        }
        let from = |folder: &str, args: &[&str]| {
            t.callboard(args.iter().copied()).arg("--json").current_dir(&t.dir().join(folder)).run()
        };
        let full = t.dir().join("src/a");
        let full = full.to_str().expect("UTF-8");
        for (folder, path, shown) in [
            ("src", "a", "src/a"), ("src", "../top", "top"), ("src/sub", "../a", "src/a"), (".", "src/a", "src/a"), ("src", full, "src/a"),
        ] {
            let found = data(from(folder, &["file", "show", path]), "file_details");
            assert_eq!(found["operation"]["path"], shown, "{folder}: {path}");
            let found = data(from(folder, &["search", "parser", "--file", path]), "search");
            assert_eq!(found["hits"].as_array().map(Vec::len), Some(1), "{folder}: {path}");
        }
        let listed = |folder: &str, args: &[&str]| {
            let found = data(from(folder, &[&["file", "list"], args].concat()), "files");
            let rows = found["rows"].as_array().expect("rows").iter().map(|row| row["operation"]["path"].as_str().expect("a path").to_owned());
            rows.collect::<Vec<String>>()
        };
        assert_eq!(listed("src", &["--path", "."]), ["src/a"]);
        assert_eq!(listed("src", &["--path", ".."]), ["src/a", "top"]);
        assert_eq!(listed(".", &["--path", "src/"]), ["src/a"]);
        assert_eq!(listed("src", &["CB-1", "--path", "a"]), ["src/a"]);
        assert_eq!(listed("src", &["--path", "src"]), [""; 0]);
        for args in [["file", "show", "../../x"], ["file", "list", "--path=../../x"], ["search", "parser", "--file=../../x"]] {
            let output = from("src", &args).code(18);
            assert!(output.stderr.contains("lies outside the project's root"), "{output}");
        }
        // The innermost root, unless a project is named.
        text(&t, ["project", "add", "Inner", "--slug", "inner", "--prefix", "IN", "--root", "src"]);
        assert_eq!(listed("src", &["--path", "a"]), [""; 0]);
        assert_eq!(listed("src", &["--path", "a", "--project", "demo"]), ["src/a"]);
        // From elsewhere, and where the project has no root.
        text(&t, ["project", "edit", "inner", "--no-root"]);
        text(&t, ["project", "edit", "demo", "--root", "src/sub"]);
        assert_eq!(listed("src", &["--path", "src/a"]), ["src/a"]);
        text(&t, ["project", "edit", "demo", "--no-root"]);
        assert_eq!(listed("src", &["--path", "src/a"]), ["src/a"]);
        let found = data(from("src", &["file", "show", "src/a", "--project", "demo"]), "file_details");
        assert_eq!(found["operation"]["path"], "src/a");
    }

    async fn bad_paths_are_refused_with_the_way_out(t: TestDb) {
        init(&t);
        add_items(&t, &["the parser"]).await;
        let folder = t.dir().join("project");
        std::fs::create_dir_all(folder.join("sub")).expect("make a folder");
        text(&t, ["project", "edit", "demo", "--root", "project"]);
        std::fs::write(t.dir().join("secret"), "abc").expect("write");
        std::fs::write(folder.join("a"), "abc").expect("write");
        symlink("..", folder.join("up")).expect("link");
        symlink("a", folder.join("link")).expect("link");
        let made = std::process::Command::new("mkfifo").arg(folder.join("pipe")).status().expect("run mkfifo");
        assert!(made.success());
        let long = format!("project/{}", "x".repeat(5000));
        let name = format!("project/{}", "x".repeat(256));
        for (operation, path, exit, says, way_out) in [
            ("create", "secret", 18, "lies outside the project's root", "--root"),
            ("create", "project/../secret", 18, "lies outside", "--root"),
            ("read", "/etc/passwd", 18, "lies outside", "--root"),
            ("create", "project/up/secret", 18, "by a symbolic link", "--root"),
            ("create", "project/link", 18, "is a symbolic link", "its own path"),
            ("create", "project/sub", 18, "is a folder", "name the files in it"),
            ("create", "project/pipe", 18, "is a named pipe", "only regular files"),
            ("modify", "project/gone", 13, "does not exist", "check the path"),
            ("delete", "project/a", 14, "still exists", "after it was done"),
            ("create", long.as_str(), 18, "a path has at most 2048", "shorter"),
            ("create", name.as_str(), 18, "a name has at most 255", "check the path"),
        ] {
            let said = refused(&t, ["file", "track", operation, path, "--item", "CB-1"], exit);
            assert!(said.contains(says) && said.contains(way_out), "{operation} {path}: {said}");
        }
        let name = OsString::from_vec(b"project/caf\xe9".to_vec());
        let output = t.callboard(["file", "track", "create"]).arg(name).args(["--item", "CB-1"]).run().code(18);
        assert!(output.stderr.contains("is not UTF-8") && output.stderr.contains("rename the file"), "{output}");
        refused(&t, ["file", "track", "move", "project/a", "--item", "CB-1"], 18);
        refused(&t, ["file", "track", "move", "project/a", "secret", "--to", "project/b", "--item", "CB-1"], 2);
        refused(&t, ["file", "track", "create", "project/a"], 18);
        refused(&t, ["file", "track", "forget", "project/a", "--item", "CB-1"], 2);
        refused(&t, ["file", "track", "create", "project/a", "--item", "CB-9"], 13);
        std::fs::rename(&folder, t.dir().join("moved")).expect("move the root");
        let said = refused(&t, ["file", "track", "create", "moved/a", "--item", "CB-1"], 13);
        assert!(said.contains("is not there") && said.contains("project edit"), "{said}");
        text(&t, ["project", "edit", "demo", "--no-root"]);
        let said = refused(&t, ["file", "track", "create", "moved/a", "--item", "CB-1"], 18);
        assert!(said.contains("has no root folder") && said.contains("`callboard project edit demo --root FOLDER`"), "{said}");
        assert_eq!(json(&t, ["file", "list"], "files")["rows"].as_array().map(Vec::len), Some(0));
    }
}

/// The id of the newest operation.
fn tracked_id(t: &TestDb) -> String {
    json(t, ["file", "list", "--limit", "1"], "files")["rows"][0]["operation"]["id"].as_str().expect("an id").to_owned()
}
