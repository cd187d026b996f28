//! Rows of the automation that contradict themselves or each other: each is found, and nothing else with it.

use support::{Kind, TestDb, both_empty};

use super::plant::{Planted, for_each, planted};
use super::planted::nobody;

/// A change of a table's rows, the change that undoes it, and the column, what is found there and what is expected.
fn case(table: &'static str, [damage, undo]: [&str; 2], [column, found, expected]: [&'static str; 3]) -> Planted {
    let [damage, undo] = [damage, undo].map(|change| format!("UPDATE {table} SET {change}"));
    planted(damage, undo, ["records", table, column, found, expected], 11)
}

fn reviews() -> Vec<Planted> {
    let reason = ["column reason", "null", "the reason of a rejection"];
    let blank = ["column reason", " ", "the reason of a rejection"];
    let [damage, undo] = of_another_item("reviews");
    vec![
        case("reviews", ["reason = NULL", "reason = 'not yet'"], reason),
        case("reviews", ["reason = '  '", "reason = 'not yet'"], blank),
        case("reviews", [&damage, &undo], OF_ITS_ITEM),
    ]
}

/// The assignment of another item, and that of its own again.
fn of_another_item(table: &str) -> [String; 2] {
    ["<>", "="].map(|is| {
        let same = format!("a.work_item_id {is} {table}.work_item_id");
        format!("assignment_id = (SELECT a.id FROM task_assignments AS a WHERE {same} LIMIT 1)")
    })
}

const OF_ITS_ITEM: [&str; 3] = ["column assignment_id", "", "an assignment of its item"];

fn artifacts() -> Vec<Planted> {
    let one = |version: u8, damage: &str, undo: &str, finding| {
        let [damage, undo] = [damage, undo].map(|change| format!("{change} WHERE version = {version}"));
        case("board_artifacts", [&damage, &undo], finding)
    };
    let content = |found| ["column content", found, "either a content or a path"];
    let size = |found| ["column size_bytes", found, "how many bytes its content has"];
    let before = ["column previous_version_id", "0193", "an older version of the same name and item"];
    let hash = |found| ["column content_hash", found, "64 digits of a SHA-256"];
    let [of_another, of_its] = of_another_item("board_artifacts");
    let renamed = "name = (SELECT o.name FROM board_artifacts AS o WHERE o.version = 1)";
    vec![
        one(1, "path = NULL", "path = 'x'", content("neither")),
        one(2, "path = 'x'", "path = NULL", content("both")),
        one(1, "size_bytes = -1", "size_bytes = 0", size("-1")),
        one(2, "size_bytes = size_bytes + 1", "size_bytes = size_bytes - 1", size("")),
        one(2, "name = 'other.md'", renamed, before),
        planted(
            "UPDATE board_artifacts SET version = 0 WHERE version = 2",
            "UPDATE board_artifacts SET version = 2 WHERE version = 0",
            ["records", "board_artifacts", "column previous_version_id", "0193", before[2]],
            11,
        ),
        one(1, "content_hash = upper(content_hash)", "content_hash = lower(content_hash)", hash("0F0F")),
        one(1, "content_hash = content_hash || '0'", "content_hash = substr(content_hash, 1, 64)", hash("0f0f")),
        one(2, &of_another, &of_its, OF_ITS_ITEM),
    ]
}

fn streams(kind: Kind) -> Vec<Planted> {
    let other = nobody(kind);
    vec![planted(
        format!(
            "INSERT INTO board_projects SELECT {other}, 'other', name, 'OT', 1, 1, NULL, status, NULL, created_at, \
             updated_at FROM board_projects; UPDATE work_streams SET project_id = {other}"
        ),
        format!(
            "UPDATE work_streams SET project_id = (SELECT id FROM board_projects WHERE slug = 'demo'); \
             DELETE FROM board_projects WHERE id = {other}"
        ),
        ["records", "work_stream_items", "column work_item_id", "", "an item of the stream's project"],
        11,
    )]
}

fn operations() -> Vec<Planted> {
    // It is one that failed, with all that a run writes down.
    let state = |damage: &str, found, expected| {
        let undo = "execution_status = 'failed', error = 'killed', started_at = created_at, \
                    lease_expires_at = created_at, completed_at = created_at";
        case("maintenance_operations", [damage, undo], ["column execution_status", found, expected])
    };
    let running = "a start and a lease, and no end";
    vec![
        state("execution_status = 'pending'", "pending, started_at, lease_expires_at", "nothing of a run"),
        state("execution_status = 'pending', started_at = NULL", "pending, lease_expires_at", "nothing of a run"),
        state("execution_status = 'running'", "running, started_at, lease_expires_at, completed_at", running),
        state(
            "execution_status = 'running', completed_at = NULL, lease_expires_at = NULL",
            "running, started_at, error",
            running,
        ),
        state(
            "execution_status = 'running', completed_at = NULL, started_at = NULL",
            "running, lease_expires_at",
            running,
        ),
        state("execution_status = 'completed'", ", error", "a start and an end, and no error"),
        state(
            "execution_status = 'completed', error = NULL, completed_at = NULL",
            "completed, started_at",
            "a start and an end, and no error",
        ),
        state("error = NULL", "failed, started_at, lease_expires_at, completed_at", "an end and an error"),
        state("completed_at = NULL", "failed, started_at, lease_expires_at, error", "an end and an error"),
        case(
            "maintenance_operations",
            ["target_id = NULL", "target_id = (SELECT id FROM work_items WHERE \"key\" = 'CB-1')"],
            ["column target_id", "null", "the item that it is about"],
        ),
    ]
}

fn measurements_and_archives() -> Vec<Planted> {
    let archive = |change, finding| case("work_item_archives", change, finding);
    vec![
        case(
            "project_health_metrics",
            ["threshold = NULL", "threshold = 0.1"],
            ["column is_passing", "that it fails", "that it passes: it has no threshold"],
        ),
        archive(
            ["expires_at = created_at", "expires_at = '9999-12-31T23:59:59+00:00'"],
            ["column expires_at", "2026-", "a time after it was made"],
        ),
        archive(["row_count = 0", "row_count = 1"], ["column row_count", "0", "at least 1: the item"]),
        archive(
            ["content_sha256 = substr(content_sha256, 2)", "content_sha256 = 'f' || content_sha256"],
            ["column content_sha256", "0f0f", "64 digits of a SHA-256"],
        ),
    ]
}

/// Who did it is not there.
fn orphans(kind: Kind) -> Vec<Planted> {
    let nobody = nobody(kind);
    let by = |table: &'static str, who: &str, role: &str, part: &'static str, expected: &'static str| {
        let parent = if role == "user" { "board_users" } else { "agent_profiles" };
        let change = |to: &str| format!("UPDATE {table} SET {who}_type = '{role}', {who}_id = {to}");
        let [damage, undo] = [change(nobody), change(&format!("(SELECT id FROM {parent})"))];
        planted(damage, undo, ["orphans", table, part, "ffff", expected], 11)
    };
    let mut all = Vec::new();
    for (role, expected) in [("user", "a row of board_users"), ("agent", "a row of agent_profiles")] {
        all.push(by("reviews", "reviewer", role, "column reviewer_id", expected));
        for table in ["maintenance_operations", "work_item_archives"] {
            all.push(by(table, "actor", role, "column actor_id", expected));
        }
    }
    let artifact = |to: &str| format!("UPDATE board_artifacts SET actor_id = {to} WHERE version = 1");
    let [damage, undo] = [artifact(nobody), artifact("(SELECT id FROM board_users)")];
    all.push(planted(
        damage,
        undo,
        ["orphans", "board_artifacts", "column actor_id", "ffff", "a row of board_users"],
        11,
    ));
    all
}

/// An item waits for another one and for a gate; the gate counts where the item says so.
fn prerequisites() -> Vec<Planted> {
    let item = |change: &str| format!("UPDATE work_items SET {change} WHERE \"key\" = 'CB-2'");
    let gate =
        |change: &str| format!("UPDATE task_prerequisites SET {change} WHERE prerequisite_type = 'quality_gate'");
    let required = |yes: &str| format!("prerequisite_satisfaction_required = {yes}");
    let found = |found, expected| ["counters", "work_items", "column unmet_prerequisites", found, expected];
    vec![
        // From here on it counts both, and the row says so.
        planted(item(&required("TRUE")), item("unmet_prerequisites = 2"), found("1", "2"), 11),
        planted(gate("status = 'waived'"), gate("status = 'failed'"), found("2", "1"), 11),
        planted(gate("is_mandatory = FALSE"), gate("is_mandatory = TRUE"), found("2", "1"), 11),
        // And from here on only the other item again.
        planted(item(&required("FALSE")), item("unmet_prerequisites = 1"), found("2", "1"), 11),
        planted(item("unmet_prerequisites = 0"), item("unmet_prerequisites = 1"), found("0", "1"), 11),
    ]
}

both_empty! {
    async fn each_review(t: TestDb) {
        for_each(&t, reviews()).await;
    }

    async fn each_artifact(t: TestDb) {
        for_each(&t, artifacts()).await;
    }

    async fn each_work_stream(t: TestDb) {
        for_each(&t, streams(t.kind())).await;
    }

    async fn each_run_of_the_maintenance(t: TestDb) {
        for_each(&t, operations()).await;
    }

    async fn each_measurement_and_archive(t: TestDb) {
        for_each(&t, measurements_and_archives()).await;
    }

    async fn who_is_not_there(t: TestDb) {
        for_each(&t, orphans(t.kind())).await;
    }

    async fn what_an_item_waits_for(t: TestDb) {
        for_each(&t, prerequisites()).await;
    }
}
