use support::{TestDb, both_empty};

use super::{init, json, refused, text};
use crate::migration::common::{everything, number, sql};
use crate::migration::data::value::V;

const AT: &str = "'2026-01-01 00:00:00+00:00'";

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

    async fn rows_are_backed_up_first_unless_told_not_to(t: TestDb) {
        t.migration(["up", "--to", "12"]).run().ok();
        let id = V::Id(1).sql(t.kind());
        let user = format!("INSERT INTO board_users (id, name, created_at, updated_at) VALUES ({id}, 'a', {AT}, {AT})");
        sql(&t.raw().await, &user).await;
        let state = t.dir().join("state");
        let done = t.callboard(["upgrade", "--json"]).env("XDG_STATE_HOME", &state).run().ok();
        let done: serde_json::Value = serde_json::from_str(&done.stdout).expect("JSON");
        let backup = done["data"]["backup"].as_str().unwrap_or_else(|| panic!("no backup in {done}"));
        t.migration(["down", "--to", "12", "--no-backup", "--yes-lose-data"]).run().ok();
        sql(&t.raw().await, "DELETE FROM board_users").await;
        t.migration(["restore", backup, "--yes"]).env("XDG_STATE_HOME", &state).run().ok();
        assert_eq!(number(&t.raw().await, "SELECT count(*) FROM board_users").await, 1);
        let done = json(&t, ["upgrade", "--no-backup"], "upgrade");
        assert!(done["migrations"].as_array().is_some_and(|m| m.len() > 1) && done["backup"].is_null(), "{done}");
    }

    /// It says how the board was left, as `migration up` does.
    async fn a_failed_one_says_how_it_left_the_board(t: TestDb) {
        t.migration(["up", "--to", "12"]).run().ok();
        let db = t.raw().await;
        let id = |n: u32| V::Id(n).sql(t.kind());
        sql(&db, &format!(
            "INSERT INTO board_projects (id, slug, name, key_prefix, next_item_number, next_decision_number, status, \
             created_at, updated_at) VALUES ({}, 'p', 'P', 'P', 2, 1, 'active', {AT}, {AT})", id(1))).await;
        sql(&db, &format!(
            "INSERT INTO work_items (id, project_id, key, type, title, status, priority, revision, requirement_key, \
             created_at, updated_at) VALUES ({}, {}, 'P-1', 'task', 'T', 'todo', 2, 0, 'rust', {AT}, {AT})",
            id(2), id(1))).await;
        let before = everything(&t).await;
        let said = refused(&t, ["upgrade", "--no-backup"], 8);
        assert!(said.contains("'rust' has no level") && said.contains("Nothing was changed."), "{said}");
        assert_eq!(everything(&t).await, before);
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
