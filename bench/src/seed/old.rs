//! A tracker's board as it was before agents came, for SQLite.

/// The statements that fill a database at version 9: an item and its ledger row each.
pub fn old_board(size: usize) -> [String; 4] {
    let at = "'2026-01-01T00:00:00.000000+00:00'";
    let series = format!("WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {size})");
    let id = |of: &str| format!("unhex('019aa00000007000{of}' || printf('%012x', n))");
    let (project, user) = ("unhex('019aa000000070008200000000000001')", "unhex('019aa000000070008300000000000001')");
    let (item, event) = (id("8000"), id("a000"));
    let text = "Why it is needed, what it touches, and how it is shown to work. ".repeat(5);
    let after = "{\"after\":{\"status\":\"todo\",\"assignee_type\":null,\"assignee_id\":null,\"archived_at\":null}}";
    [
        format!("INSERT INTO board_users (id, name, created_at, updated_at) VALUES ({user}, 'kim', {at}, {at})"),
        format!(
            "INSERT INTO board_projects (id, slug, name, key_prefix, next_item_number, next_decision_number, status, \
             created_at, updated_at) \
             VALUES ({project}, 'bench', 'Bench', 'BE', {size} + 1, 1, 'active', {at}, {at})"
        ),
        format!(
            "INSERT INTO work_items (id, project_id, key, type, title, description, status, priority, revision, \
             created_at, updated_at) {series} SELECT {item}, {project}, 'BE-' || n, 'task', \
             'Item ' || n || ': what is to be done', '{text}', 'todo', n % 5, 0, {at}, {at} FROM series"
        ),
        format!(
            "INSERT INTO work_item_events (id, work_item_id, revision, kind, to_status, actor_type, actor_id, data, \
             created_at) {series} SELECT {event}, {item}, 0, 'created', 'todo', 'user', {user}, '{after}', {at} FROM series"
        ),
    ]
}
