use support::{TestDb, both_empty};

use super::{init, json, refused, text};

both_empty! {
    async fn an_old_board_is_refused_with_the_hint_and_upgraded(t: TestDb) {
        t.migration(["up", "--to", "9"]).run().ok();
        let said = refused(&t, ["user", "list"], 14);
        assert!(said.contains("callboard upgrade"), "{said}");
        let pending = json(&t, ["upgrade", "--dry-run"], "upgrade");
        assert!(pending["migrations"].as_array().is_some_and(|m| m.len() > 1), "{pending}");
        refused(&t, ["user", "list"], 14);
        let done = json(&t, ["upgrade"], "upgrade");
        assert_eq!((&done["migrations"], &done["to"]), (&pending["migrations"], &pending["to"]));
        assert!(text(&t, ["upgrade"]).starts_with("Up to date: "));
        assert_eq!(text(&t, ["user", "list"]), "No users.\n");
    }

    async fn where_there_is_no_board_none_is_made(t: TestDb) {
        let said = refused(&t, ["upgrade"], 13);
        assert!(said.contains("callboard init"), "{said}");
        refused(&t, ["user", "list"], 13);
        refused(&t, ["upgrade", "--dry-run"], 13);
    }

    async fn a_newer_board_is_refused(t: TestDb) {
        use sea_orm::ConnectionTrait;
        init(&t);
        let newer = "INSERT INTO callboard_migrations (version, applied_at, duration_ms, product_version, checksum) \
                     SELECT 'm29990101_000001_later', applied_at, 1, '9.9.9', 'x' FROM callboard_migrations LIMIT 1";
        t.raw().await.execute_unprepared(newer).await.expect("add a newer version");
        for args in [["user", "list"], ["upgrade", "--dry-run"]] {
            let said = refused(&t, args, 7);
            assert!(said.contains("m29990101_000001_later"), "{said}");
        }
    }
}
