use callboard_service::entity::{board_decisions as decisions, decision_evolutions as evolutions};
use sea_orm::{EntityTrait, PaginatorTrait, QueryOrder};
use serde_json::{Value, json as value};
use support::{TestDb, both};

use super::{add_items, init, json, refused, text};

async fn rows(t: &TestDb) -> Vec<decisions::Model> {
    let all = decisions::Entity::find().order_by_asc(decisions::Column::Number);
    all.all(&t.raw().await).await.expect("read the decisions")
}

/// Captures a decision of that title in the short form.
fn add(t: &TestDb, title: &str) -> String {
    text(t, ["decision", "add", title, "Do it.", "It is better."])
}

/// The path of a folder in the test's directory.
fn folder(t: &TestDb, name: &str) -> String {
    t.dir().join(name).to_str().expect("a UTF-8 path").to_owned()
}

/// The files of a folder with what they hold, by name.
fn files(folder: &str) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder).expect("list the folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = entries
        .map(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).expect("a UTF-8 name").to_owned();
            (name, std::fs::read_to_string(&path).expect("read a file"))
        })
        .collect();
    files.sort();
    files
}

both! {
    async fn three_texts_capture_one(t: TestDb) {
        init(&t);
        assert_eq!(add(&t, "Use one writer"), "CB-D1  accepted  Use one writer\n");
        let said = t.callboard(["decision", "add", "Two", "-", "Why."]).stdin("Line 1\nLine 2\n").run().ok();
        assert_eq!(said.stdout, "CB-D2  accepted  Two\n");
        let stored = rows(&t).await;
        assert_eq!((stored[0].decision.as_str(), stored[0].rationale.as_str()), ("Do it.", "It is better."));
        assert_eq!(stored[1].decision, "Line 1\nLine 2");
        let made = json(&t, ["decision", "add", "Three", "x", "y", "--proposed"], "decision");
        assert_eq!((&made["key"], &made["status"], &made["number"]), (&value!("CB-D3"), &value!("proposed"), &value!(3)));
    }

    async fn every_field_has_its_option_and_is_shown(t: TestDb) {
        init(&t);
        add_items(&t, &["an item"]).await;
        text(&t, ["agent", "register", "coder"]);
        let args = [
            "decision", "add", "Keep keys apart", "Keys go elsewhere.", "They leak.", "--category", "security", "--impact", "high",
            "--problem", "the problem", "--context", "the context", "--approach", "the approach", "--alternative", "one",
            "--alternative", "two", "--trade-off", "slower", "--risk", "lost", "--mitigation", "copies", "--criterion", "none found",
            "--file", "./src/key.rs", "--component", "key store", "--implementation", "in-progress", "--outcome", "so far",
            "--lessons", "ask", "--review", "2020-01-01", "--item", "CB-1", "--agent", "coder",
        ];
        text(&t, args);
        let shown = json(&t, ["decision", "show", "1"], "decision_details");
        for (field, expected) in [
            ("key", value!("CB-D1")),
            ("title", value!("Keep keys apart")),
            ("decision", value!("Keys go elsewhere.")),
            ("rationale", value!("They leak.")),
            ("category", value!("security")),
            ("impact", value!("high")),
            ("problem", value!("the problem")),
            ("context", value!("the context")),
            ("implementation_approach", value!("the approach")),
            ("alternatives", value!(["one", "two"])),
            ("trade_offs", value!(["slower"])),
            ("risks", value!(["lost"])),
            ("mitigations", value!(["copies"])),
            ("success_criteria", value!(["none found"])),
            ("affected_files", value!(["src/key.rs"])),
            ("affected_components", value!(["key store"])),
            ("implementation_status", value!("in_progress")),
            ("outcome", value!("so far")),
            ("lessons", value!("ask")),
            ("review_at", value!("2020-01-01T23:59:59Z")),
            ("agent", value!("agent:coder")),
            ("by", value!("user:ada")),
            ("due", value!(true)),
        ] {
            assert_eq!(shown[field], expected, "{field}");
        }
        assert_eq!(shown["item"]["key"], "CB-1");
        let said = text(&t, ["decision", "show", "cb-d1"]);
        for part in ["CB-D1  Keep keys apart", "Status:", "high", "(due)", "CB-1  an item", "agent:coder", "- two", "Risks", "Lessons", "src/key.rs"] {
            assert!(said.contains(part), "{part}\n{said}");
        }
        assert!(text(&t, ["item", "history", "CB-1"]).contains("decision"));
    }

    async fn wrong_ones_are_refused(t: TestDb) {
        init(&t);
        refused(&t, ["decision", "add", "x", "y"], 2);
        refused(&t, ["decision", "add", "", "y", "z"], 18);
        refused(&t, ["decision", "add", "x", "y", "z", "--category", "taste"], 2);
        refused(&t, ["decision", "add", "x", "y", "z", "--item", "CB-9"], 13);
        let said = refused(&t, ["decision", "add", "x", "y", "z", "--file", "../x"], 18);
        assert!(said.contains("relative to the project's root"), "{said}");
        refused(&t, ["decision", "add", "x", "y", "z", "--review", "soon"], 2);
        let said = refused(&t, ["decision", "show", "1"], 13);
        assert!(said.contains("`callboard decision list`"), "{said}");
        refused(&t, ["decision", "show", "first"], 18);
        refused(&t, ["decision", "list", "--limit", "0"], 18);
        assert!(rows(&t).await.is_empty());
    }

    async fn they_are_listed_by_what_they_are(t: TestDb) {
        init(&t);
        add(&t, "plain");
        text(&t, ["decision", "add", "secret", "x", "y", "--category", "security", "--impact", "high", "--review", "2020-01-01"]);
        text(&t, ["decision", "add", "idea", "x", "y", "--proposed", "--component", "api"]);
        let keys = |page: Value| -> Vec<String> {
            page["rows"].as_array().expect("rows").iter().filter_map(|row| row["key"].as_str().map(str::to_owned)).collect()
        };
        assert_eq!(keys(json(&t, ["decision", "list"], "decisions")), ["CB-D3", "CB-D2", "CB-D1"]);
        assert_eq!(keys(json(&t, ["decision", "list", "--due"], "decisions")), ["CB-D2"]);
        assert_eq!(keys(json(&t, ["decision", "list", "--category", "security", "--impact", "high"], "decisions")), ["CB-D2"]);
        assert_eq!(keys(json(&t, ["decision", "list", "--status", "proposed"], "decisions")), ["CB-D3"]);
        assert_eq!(keys(json(&t, ["decision", "list", "--component", "api"], "decisions")), ["CB-D3"]);
        let said = text(&t, ["decision", "list", "--due"]);
        assert!(said.contains("2020-01-01, due") && said.contains("security") && !said.contains("plain"), "{said}");
        let page = json(&t, ["decision", "list", "--limit", "2"], "decisions");
        let next = page["next"].as_str().expect("where the next page starts").to_owned();
        assert_eq!(keys(json(&t, ["decision", "list", "--after", &next], "decisions")), ["CB-D1"]);
        assert_eq!(text(&t, ["decision", "list", "--impact", "low"]), "No decisions.\n");
    }

    async fn proposals_are_accepted_and_rejected(t: TestDb) {
        init(&t);
        for title in ["one", "two"] {
            text(&t, ["decision", "add", title, "x", "y", "--proposed"]);
        }
        assert_eq!(text(&t, ["decision", "accept", "1"]), "CB-D1  accepted  one\n");
        assert!(t.callboard(["decision", "accept", "1"]).run().ok().stderr.contains("nothing was changed"));
        let done = json(&t, ["decision", "reject", "2", "--reason", "too slow"], "decided_decision");
        assert_eq!((&done["status"], &done["outcome"], &done["already"]), (&value!("rejected"), &value!("too slow"), &value!(false)));
        let said = refused(&t, ["decision", "reject", "1"], 14);
        assert!(said.contains("CB-D1 is accepted: reject is not possible"), "{said}");
        assert!(said.contains("`callboard decision evolve CB-D1 reversed`"), "{said}");
    }

    async fn what_became_of_one_is_edited(t: TestDb) {
        init(&t);
        add(&t, "one");
        let args = ["decision", "edit", "1", "--implementation", "completed", "--outcome", "works", "--review", "2030-01-01", "--impact", "low"];
        let done = json(&t, args, "edited_decision");
        assert_eq!((&done["implementation_status"], &done["changed"]), (&value!("completed"), &value!(true)));
        text(&t, ["decision", "edit", "1", "--no-review", "--lessons", "measure"]);
        let stored = rows(&t).await.remove(0);
        assert_eq!((stored.outcome.as_deref(), stored.lessons.as_deref(), stored.review_at), (Some("works"), Some("measure"), None));
        assert!(t.callboard(["decision", "edit", "1", "--outcome", "works"]).run().ok().stderr.contains("nothing was changed"));
        refused(&t, ["decision", "edit", "1", "--outcome", "x", "--no-outcome"], 2);
        refused(&t, ["decision", "edit", "2", "--outcome", "x"], 13);
    }

    async fn one_evolves_and_its_chain_is_shown(t: TestDb) {
        init(&t);
        for title in ["one", "two"] {
            add(&t, title);
        }
        text(&t, ["decision", "add", "idea", "x", "y", "--proposed"]);
        let said = text(&t, ["decision", "evolve", "1", "superseded", "--by", "2", "--reason", "two is better"]);
        assert_eq!(said, "CB-D1  superseded  one\n  superseded by CB-D2  accepted  two\n");
        let again = t.callboard(["decision", "evolve", "1", "superseded", "--by", "2", "--reason", "again"]).run().ok();
        assert!(again.stderr.contains("nothing was changed"), "{again}");
        let args = ["decision", "evolve", "CB-D2", "refined", "--reason", "a limit", "--title", "four", "--decision", "x", "--rationale", "y", "--impact", "high"];
        let done = json(&t, args, "evolved_decision");
        assert_eq!((&done["new"]["key"], &done["new"]["impact"], &done["original"]["status"]), (&value!("CB-D4"), &value!("high"), &value!("accepted")));
        let said = text(&t, ["decision", "show", "4"]);
        let chain = said.split_once("Chain\n").expect("a chain").1;
        assert_eq!(chain, "  CB-D1  superseded  one\n    superseded by CB-D2: two is better (user:ada)\n  CB-D2  accepted  two\n    \
            refined by CB-D4: a limit (user:ada)\n  CB-D4  accepted  four  (this one)\n");
        assert!(refused(&t, ["decision", "evolve", "2", "refined", "--by", "2", "--reason", "x"], 18).contains("itself"));
        let said = refused(&t, ["decision", "evolve", "4", "refined", "--by", "1", "--reason", "x"], 14);
        assert!(said.contains("CB-D1 -> CB-D2 -> CB-D4") && said.contains("decision show"), "{said}");
        let said = refused(&t, ["decision", "evolve", "2", "reversed", "--by", "3", "--reason", "x"], 14);
        assert!(said.contains("`callboard decision accept CB-D3` first"), "{said}");
        refused(&t, ["decision", "evolve", "2", "reversed", "--reason", "x"], 2);
        refused(&t, ["decision", "evolve", "2", "reversed", "--reason", "x", "--title", "x"], 2);
        refused(&t, ["decision", "evolve", "2", "forgotten", "--by", "4", "--reason", "x"], 2);
        refused(&t, ["decision", "evolve", "2", "reversed", "--by", "9", "--reason", "x"], 13);
        text(&t, ["project", "add", "Web Shop"]);
        text(&t, ["decision", "add", "there", "x", "y", "--project", "web-shop"]);
        let other = json(&t, ["decision", "list", "--project", "web-shop"], "decisions")["rows"][0]["key"].clone();
        let said = refused(&t, ["decision", "evolve", "CB-D2", "reversed", "--by", other.as_str().expect("a key"), "--reason", "x"], 18);
        assert!(said.contains("must be of the same project, demo"), "{said}");
        assert_eq!(evolutions::Entity::find().count(&t.raw().await).await.expect("count"), 2);
    }

    async fn they_are_exported_into_a_folder(t: TestDb) {
        init(&t);
        add(&t, "Use one writer");
        add(&t, "Use two");
        let folder = folder(&t, "docs/adr");
        let would = t.callboard(["decision", "export", &folder, "--dry-run"]).run().ok();
        assert!(would.stderr.contains("nothing was changed") && !std::path::Path::new(&folder).exists(), "{would}");
        let done = json(&t, ["decision", "export", &folder], "decisions_export");
        assert_eq!((&done["written"], &done["files"][0]["change"]), (&value!(2), &value!("new")));
        let first = files(&folder);
        let names: Vec<&str> = first.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["0001-use-one-writer.md", "0002-use-two.md"]);
        assert!(text(&t, ["decision", "export", &folder]).contains("0 of 2 files written"));
        assert_eq!(files(&folder), first);

        text(&t, ["decision", "edit", "2", "--outcome", "works"]);
        let done = json(&t, ["decision", "export", &folder], "decisions_export");
        assert_eq!((&done["written"], &done["files"][0]["change"], &done["files"][1]["change"]), (&value!(1), &value!("unchanged"), &value!("changed")));
        assert!(files(&folder)[1].1.contains("## Outcome\n\nworks\n"));

        // What people wrote is not replaced unasked, and then nothing is.
        let path = |name: &str| format!("{folder}/{name}");
        let edited = files(&folder)[0].1.replace("It is better.", "It is much better.");
        std::fs::write(path("0001-use-one-writer.md"), &edited).expect("edit a file");
        text(&t, ["decision", "edit", "1", "--outcome", "x"]);
        text(&t, ["decision", "edit", "2", "--outcome", "y"]);
        let before = files(&folder);
        let said = refused(&t, ["decision", "export", &folder], 14);
        assert!(said.contains("0001-use-one-writer.md was edited since it was exported") && said.contains("--force"), "{said}");
        refused(&t, ["decision", "export", &folder, "--dry-run"], 14);
        assert_eq!(files(&folder), before);
        text(&t, ["decision", "export", &folder, "--force"]);
        std::fs::write(path("0002-use-two.md"), "# Mine\n").expect("write a file");
        assert!(refused(&t, ["decision", "export", &folder], 14).contains("0002-use-two.md exists already"));
        text(&t, ["decision", "export", &folder, "--force"]);
        assert!(files(&folder).iter().all(|(_, content)| content.starts_with("---\ncallboard: 1\n")));
        let file = path("0001-use-one-writer.md");
        t.callboard(["decision", "export", &file]).run().code(13);
        refused(&t, ["decision", "export", &folder, "--project", "nowhere"], 13);
    }

    /// What is in the way of a file is never waited for, and read only as far as an export could have written it.
    async fn an_export_reads_files_only(t: TestDb) {
        init(&t);
        add(&t, "one");
        let folder = folder(&t, "adr");
        text(&t, ["decision", "export", &folder]);
        let path = std::path::Path::new(&folder).join("0001-one.md");
        let exported = std::fs::read_to_string(&path).expect("read the file");
        // Line ends of Windows, as git checks it out there.
        std::fs::write(&path, exported.replace('\n', "\r\n")).expect("write the file");
        assert!(text(&t, ["decision", "export", &folder]).contains("0 of 1 files written"));
        text(&t, ["decision", "edit", "1", "--outcome", "works"]);
        assert!(text(&t, ["decision", "export", &folder]).contains("1 of 1 files written"));

        std::fs::File::create(&path).and_then(|file| file.set_len(5 << 30)).expect("make it long");
        assert!(refused(&t, ["decision", "export", &folder], 14).contains("0001-one.md exists already"));
        text(&t, ["decision", "export", &folder, "--force"]);
        assert!(std::fs::read_to_string(&path).expect("read the file").contains("## Outcome\n\nworks\n"));

        std::fs::remove_file(&path).expect("remove the file");
        let made = std::process::Command::new("mkfifo").arg(&path).status().expect("run mkfifo");
        assert!(made.success());
        for args in [["decision", "export", &folder].as_slice(), &["decision", "export", &folder, "--force"]] {
            let said = t.callboard(args.iter().copied()).run().code(13).stderr.clone();
            assert!(said.contains("0001-one.md can't be read: it is no regular file"), "{said}");
        }
    }

    async fn they_go_to_another_board_and_come_back(t: TestDb) {
        init(&t);
        for title in ["one", "two"] {
            add(&t, title);
        }
        text(&t, ["decision", "evolve", "1", "superseded", "--by", "2", "--reason", "better"]);
        let folder = folder(&t, "adr");
        text(&t, ["decision", "export", &folder]);
        let there = json(&t, ["decision", "import", &folder], "decisions_import");
        assert_eq!((&there["files"]["already_there"], &there["files"]["created"]), (&value!(2), &value!(0)));

        let scratch = support::scratch_dir();
        let other = |args: &[&str]| support::cli::callboard(scratch.path()).args(args.iter().copied());
        other(&["init", "--user", "ada", "--project-name", "Demo", "--prefix", "XX"]).run().ok();
        let would = other(&["decision", "import", &folder, "--dry-run"]).run().ok();
        assert!(would.stdout.contains("2 files became decisions") && would.stderr.contains("nothing was changed"), "{would}");
        assert_eq!(other(&["decision", "list"]).run().ok().stdout, "No decisions.\n");
        let told = other(&["decision", "import", &folder]).run().ok().stdout;
        for part in ["2 files became decisions of the project demo", "2 = 2 created + 0 already there", "XX-D1  0001-one.md  one"] {
            assert!(told.contains(part), "{part}\n{told}");
        }
        assert!(told.lines().any(|line| line.split_whitespace().eq(["Links:", "1"])), "{told}");
        assert_eq!(other(&["decision", "import", &folder, "--json"]).run().ok().json()["data"]["files"]["already_there"], 2);
        let back = scratch.path().join("back");
        other(&["decision", "export", back.to_str().expect("a path")]).run().ok();
        assert_eq!(files(back.to_str().expect("a path")), files(&folder), "the files are not what they were");
    }

    async fn bad_folders_are_refused_and_change_nothing(t: TestDb) {
        init(&t);
        let folder = folder(&t, "adr");
        assert!(refused(&t, ["decision", "import", &folder], 13).contains("adr can't be read"));
        std::fs::create_dir_all(t.dir().join("adr/folder.md")).expect("make folders");
        let good = "# 1. Good\n\n## Status\n\nAccepted\n\n## Decision\n\nx\n";
        let write = |name: &str, content: &[u8]| std::fs::write(t.dir().join("adr").join(name), content).expect("write a file");
        write("0001-good.md", good.as_bytes());
        write("notes.txt", b"no Markdown");
        write("0002-binary.md", b"# 2. Bad\n\xff");
        let said = refused(&t, ["decision", "import", &folder], 18);
        assert!(said.contains("0002-binary.md is not UTF-8; nothing was imported") && said.contains("mend the files"), "{said}");
        // As long as a disk, and empty: it is not read.
        let sparse = std::fs::File::create(t.dir().join("adr/0002-binary.md")).expect("make a file");
        sparse.set_len(5 << 30).expect("make it long");
        assert!(refused(&t, ["decision", "import", &folder], 18).contains("has 5368709120 bytes"));
        std::fs::remove_file(t.dir().join("adr/0002-binary.md")).expect("remove a file");
        std::os::unix::fs::symlink("/dev/zero", t.dir().join("adr/0002-zero.md")).expect("make a link");
        assert!(refused(&t, ["decision", "import", &folder], 18).contains("0002-zero.md is no regular file"));
        std::fs::remove_file(t.dir().join("adr/0002-zero.md")).expect("remove a link");
        assert!(rows(&t).await.is_empty());
        refused(&t, ["decision", "import", &folder, "--project", "nowhere"], 13);
        refused(&t, ["decision", "import", &folder, "--source", "Not A Word"], 18);
        let done = json(&t, ["decision", "import", &folder], "decisions_import");
        assert_eq!((&done["files"]["read"], &done["created"][0]["key"]), (&value!(1), &value!("CB-D1")));
        let again = text(&t, ["decision", "import", &folder]);
        assert!(again.contains("1 = 0 created + 1 already there"), "{again}");
        std::fs::write(t.dir().join("adr/0001-good.md"), good.replace("\nx\n", "\nz\n")).expect("change the file");
        let told = text(&t, ["decision", "import", &folder]);
        assert!(told.contains("Left alone") && told.contains("differs from CB-D1"), "{told}");
    }

    /// What a decision says cannot steer a terminal.
    async fn stored_text_is_shown_harmless(t: TestDb) {
        init(&t);
        let said = refused(&t, ["decision", "add", "a\u{1b}[31mb", "x", "y"], 18);
        assert!(!said.contains('\u{1b}'), "{said:?}");
        add(&t, "one");
        let raw = t.raw().await;
        let evil = "UPDATE board_decisions SET title = 'a\u{1b}[31mb', outcome = 'c\u{202e}d', risks = '[\"e\u{7f}f\"]'";
        sea_orm::ConnectionTrait::execute_unprepared(&raw, evil).await.expect("change the row");
        t.reindex().await;
        for args in [["decision", "show", "1"].as_slice(), &["decision", "list"]] {
            let said = t.callboard(args.iter().copied()).run().ok().stdout;
            assert!(said.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}')), "{said:?}");
        }
    }
}
