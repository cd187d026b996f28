//! `migration entities generate` and `migration entities check`, as they are typed.

use std::path::PathBuf;

use callboard_migration::entities::tree;
use support::{TestDb, both, both_empty};

use super::change::{committed, folder, run};

/// A copy of the committed entities.
fn copy(t: &TestDb) -> PathBuf {
    let copy = t.dir().join("generated");
    tree::save(&copy, &committed()).expect("copy the entities");
    copy
}

both! {
    async fn a_live_schema_is_compared(t: TestDb) {
        let check = || t.migration(["entities", "check", "--database-url", t.url(), "--committed"]).arg(folder());
        assert_eq!(check().run().ok().stdout, "");
        let db = t.raw().await;
        run(&db, "ALTER TABLE sprints DROP COLUMN goal").await;
        let found = check().run().code(3);
        assert!(found.stdout.contains("-    pub goal: Option<String>"), "{}", found.stdout);
        assert!(found.stderr.contains("the live schema is not the one"), "{}", found.stderr);
        let json = check().arg("--json").run().code(3).json();
        assert!(json["differences"][0]["diff"].as_str().expect("a diff").contains("pub goal"), "{json}");
    }

    async fn a_live_schema_is_generated(t: TestDb) {
        let output = copy(&t);
        let db = t.raw().await;
        run(&db, "ALTER TABLE sprints ADD COLUMN colour text").await;
        let generate = |more: &[&str]| {
            t.migration(["entities", "generate", "--database-url", t.url(), "--output"]).arg(&output).args(more).run().ok()
        };
        assert_eq!(generate(&["--dry-run"]).stdout, "changed sprints.rs\n");
        assert_eq!(tree::load(&output).expect("load"), committed(), "a dry run writes nothing");
        assert_eq!(generate(&[]).stdout, "changed sprints.rs\n");
        assert!(tree::load(&output).expect("load")["sprints.rs"].contains("pub colour: Option<String>"));
        assert_eq!(generate(&[]).stdout, "");
    }
}

both_empty! {
    async fn a_database_without_a_board_is_refused(t: TestDb) {
        let output = copy(&t);
        let refused = t.migration(["entities", "generate", "--database-url", t.url(), "--output"]).arg(&output).run();
        let refused = refused.code(13);
        assert!(refused.stderr.contains("there is no database"), "{}", refused.stderr);
        assert_eq!(tree::load(&output).expect("load"), committed(), "nothing was removed");
    }

    async fn generated_from_the_migrations_whatever_database_is_near(t: TestDb) {
        let output = t.dir().join("generated");
        t.migration(["entities", "generate", "--output"]).arg(&output).run().ok();
        assert_eq!(tree::load(&output).expect("load"), committed());
    }

    async fn a_changed_file_is_found_and_written_anew(t: TestDb) {
        let output = copy(&t);
        let path = output.join("sprints.rs");
        let text = committed()["sprints.rs"].replace("pub title: String", "pub title: Option<String>");
        std::fs::write(&path, text).expect("write");
        let server = if t.kind() == support::Kind::Postgres { t.url() } else { "" };
        let check = || {
            t.migration(["entities", "check", "--committed"]).arg(&output).env("CALLBOARD_TEST_POSTGRES_URL", server).run()
        };
        let found = check().code(3);
        assert!(found.stdout.contains("-    pub title: Option<String>"), "{}", found.stdout);
        assert!(found.stdout.contains("+    pub title: String"), "{}", found.stdout);
        t.migration(["entities", "generate", "--output"]).arg(&output).run().ok();
        assert_eq!(check().ok().stdout, "");
    }

    async fn the_wrong_folder_is_refused(t: TestDb) {
        for verb in ["generate", "check"] {
            let refused = t.migration(["entities", verb]).run().code(13);
            assert!(refused.stderr.contains("the folder entity/src does not exist"), "{}", refused.stderr);
        }
        assert!(!t.dir().join("entity").exists());
    }
}
