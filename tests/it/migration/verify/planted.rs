//! Each kind of damage is found by exactly its check, named, and gone from the report when it is undone.

use callboard_migration::history;
use support::{Kind, TestDb, both_empty};

use super::super::common::sql;
use super::damage::edited;
use super::look;
use super::plant::{Planted, for_each, planted};

both_empty! {
    async fn the_schema(t: TestDb) {
        for_each(&t, drift(t.kind())).await;
    }

    async fn the_history(t: TestDb) {
        let keep = |number: &str| {
            format!("CREATE TABLE kept AS SELECT * FROM callboard_migrations WHERE version LIKE '%\\_{number}\\_%' ESCAPE '\\'")
        };
        for_each(&t, vec![
            planted(
                "UPDATE callboard_migrations SET checksum = 'beef' || checksum WHERE version LIKE '%create_sprints'",
                "UPDATE callboard_migrations SET checksum = substr(checksum, 5) WHERE version LIKE '%create_sprints'",
                ["history", "callboard_migrations", "column checksum", "beef", ""],
                5,
            ),
            planted(
                format!("{}; DELETE FROM callboard_migrations WHERE version IN (SELECT version FROM kept)", keep("000003")),
                "INSERT INTO callboard_migrations SELECT * FROM kept; DROP TABLE kept",
                ["history", "callboard_migrations", "row", "missing", "applied, as a newer one is"],
                4,
            ),
        ]).await;
        // Both kinds at once have no code of their own.
        let raw = t.raw().await;
        sql(&raw, "UPDATE callboard_migrations SET checksum = 'x' WHERE version LIKE '%create_sprints'").await;
        sql(&raw, "ALTER TABLE sprints ADD COLUMN extra text").await;
        assert_eq!(look(&t).await.exit_code(), 11);
        let status = t.migration(["status", "--json"]).run().ok().json();
        let ok: Vec<&serde_json::Value> = status["applied"].as_array().expect("rows").iter().map(|r| &r["checksum_ok"]).collect();
        assert_eq!(ok.iter().filter(|ok| **ok == &serde_json::Value::Bool(false)).count(), 1, "{status}");
        assert_eq!((ok.len(), ok[2]), (history().len(), &serde_json::Value::Bool(false)));
        let text = t.migration(["status"]).run().ok().stdout;
        assert_eq!((text.matches("checksum DIFFERS").count(), text.matches("checksum ok").count()), (1, ok.len() - 1), "{text}");
    }

    async fn pages_indexes_and_values(t: TestDb) {
        for_each(&t, integrity(t.kind())).await;
    }

    async fn references_with_a_key(t: TestDb) {
        let off = |change: &str| match t.kind() {
            Kind::Sqlite => format!("PRAGMA foreign_keys = OFF; {change}; PRAGMA foreign_keys = ON"),
            Kind::Postgres => {
                format!("SET session_replication_role = replica; {change}; SET session_replication_role = DEFAULT")
            }
        };
        let nobody = nobody(t.kind());
        for_each(&t, vec![
            planted(
                off(&format!("UPDATE work_items SET parent_id = {nobody} WHERE \"key\" = 'CB-1'")),
                "UPDATE work_items SET parent_id = NULL",
                ["foreign_keys", "work_items", "column parent_id", "ffff", "a row of work_items"],
                11,
            ),
            planted(
                off(&format!("UPDATE sprint_items SET sprint_id = {nobody} WHERE position = 1")),
                off("UPDATE sprint_items SET sprint_id = (SELECT id FROM sprints) WHERE position = 1"),
                ["foreign_keys", "sprint_items", "column sprint_id", "ffff", "a row of sprints"],
                11,
            ),
        ]).await;
    }

    async fn references_without_a_key(t: TestDb) {
        for_each(&t, orphans(t.kind())).await;
    }

    async fn counters(t: TestDb) {
        let one = |column: &'static str, table: &'static str, which: &str, finding: [&'static str; 2]| {
            let change = |sign: &str| format!("UPDATE {table} SET {column} = {column} {sign} 1 WHERE {which}");
            let part = match column {
                "unmet_prerequisites" => "column unmet_prerequisites",
                "revision" => "column revision",
                _ => "column steps_completed",
            };
            planted(change("+"), change("-"), ["counters", table, part, finding[0], finding[1]], 11)
        };
        let second = "\"key\" = 'CB-2'";
        let report = "workflow_id = 'report'";
        for_each(&t, vec![
            one("unmet_prerequisites", "work_items", second, ["2", "1"]),
            one("revision", "work_items", second, ["", ""]),
            one("steps_completed", "workflow_runs", report, ["2", "1"]),
            one("revision", "workflow_runs", report, ["", " ledger rows"]),
            planted(
                "UPDATE work_items SET requirement_key = 'rust:basic' WHERE \"key\" = 'CB-2'",
                "UPDATE work_items SET requirement_key = 'rust:basic,sql:basic' WHERE \"key\" = 'CB-2'",
                ["counters", "work_items", "column requirement_key", "'rust:basic'", "'rust:basic,sql:basic'"],
                11,
            ),
            planted(
                "UPDATE board_projects SET next_item_number = 2",
                "UPDATE board_projects SET next_item_number = 1000",
                ["counters", "board_projects", "column next_item_number", "2", "at least "],
                11,
            ),
            planted(
                "UPDATE board_projects SET next_decision_number = 1",
                "UPDATE board_projects SET next_decision_number = 3",
                ["counters", "board_projects", "column next_decision_number", "1", "above 1"],
                11,
            ),
        ]).await;
    }
}

pub fn nobody(kind: Kind) -> &'static str {
    match kind {
        Kind::Sqlite => "x'ffffffffffffffffffffffffffffffff'",
        Kind::Postgres => "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
    }
}

fn drift(kind: Kind) -> Vec<Planted> {
    let kind_of = match kind {
        Kind::Sqlite => callboard_migration::target::Kind::Sqlite,
        Kind::Postgres => callboard_migration::target::Kind::Postgres,
    };
    let committed = |text: &str| -> String {
        let history = history();
        let mut lines = history.iter().flat_map(|step| step.sql(kind_of).lines());
        lines.find(|line| line.contains(text)).unwrap_or_else(|| panic!("{text}")).to_owned()
    };
    let mut all = vec![
        planted(
            "ALTER TABLE sprints DROP COLUMN goal",
            "ALTER TABLE sprints ADD COLUMN goal text NULL",
            ["drift", "sprints", "column goal", "nothing", ""],
            4,
        ),
        planted(
            "ALTER TABLE sprints ADD COLUMN extra text",
            "ALTER TABLE sprints DROP COLUMN extra",
            ["drift", "sprints", "column extra", "", "nothing"],
            4,
        ),
        planted(
            "DROP INDEX ix_sprint_items_work_item_id",
            committed("\"ix_sprint_items_work_item_id\""),
            ["drift", "sprint_items", "index ix_sprint_items_work_item_id", "nothing", "CREATE INDEX"],
            4,
        ),
        planted(
            "DROP INDEX ix_work_items_available_at; CREATE INDEX ix_work_items_available_at ON work_items (available_at)",
            format!("DROP INDEX ix_work_items_available_at; {}", committed("ix_work_items_available_at")),
            ["drift", "work_items", "index ix_work_items_available_at", "(available_at)", "available_at IS NOT NULL"],
            4,
        ),
        planted(
            "CREATE INDEX ix_sprints_title ON sprints (title)",
            "DROP INDEX ix_sprints_title",
            ["drift", "sprints", "index ix_sprints_title", "CREATE INDEX", "nothing"],
            4,
        ),
        planted(
            "DROP TABLE workflow_context",
            ["CREATE TABLE \"workflow_context\"", "ix_workflow_context_expires_at"].map(committed).concat(),
            ["drift", "workflow_context", "table", "nothing", "the table"],
            4,
        ),
        // With a CHECK, whose columns are gone too.
        planted(
            "DROP TABLE agent_capabilities",
            ["CREATE TABLE \"agent_capabilities\"", "\"ix_agent_capabilities_capability\""].map(committed).concat(),
            ["drift", "agent_capabilities", "table", "nothing", "the table"],
            4,
        ),
    ];
    let changed: [(&str, [&'static str; 4], [String; 2]); 4] = match kind {
        Kind::Sqlite => {
            let edit = |table: &str, from: &str, to: &str| <[String; 2]>::from(edited(table, from, to));
            [
                (
                    "sprints",
                    ["column title", "varchar(99)", "TEXT", ""],
                    edit("sprints", "\"title\" text", "\"title\" varchar(99)"),
                ),
                (
                    "sprints",
                    ["column code", "TEXT", "TEXT not null", ""],
                    edit("sprints", "\"code\" text NOT NULL", "\"code\" text     NULL"),
                ),
                ("work_items", ["column max_attempts", "5", "3", ""], edit("work_items", "DEFAULT 3", "DEFAULT 5")),
                (
                    "sprints",
                    ["check ck_sprints_status", "'late'", "'on_hold'", ""],
                    edit("sprints", "'on_hold'", "'on_hold', 'late'"),
                ),
            ]
        }
        Kind::Postgres => {
            let alter =
                |table: &str, to: &str, back: &str| [to, back].map(|what| format!("ALTER TABLE {table} {what}"));
            let check = |list: &str| {
                format!(
                    "DROP CONSTRAINT ck_sprints_status, ADD CONSTRAINT ck_sprints_status CHECK (status IN ({list}))"
                )
            };
            let list = "'planning', 'active', 'completed', 'on_hold'";
            [
                (
                    "sprints",
                    ["column title", "character varying(99)", "text", ""],
                    alter("sprints", "ALTER title TYPE varchar(99)", "ALTER title TYPE text"),
                ),
                (
                    "sprints",
                    ["column code", "text", "text not null", ""],
                    alter("sprints", "ALTER code DROP NOT NULL", "ALTER code SET NOT NULL"),
                ),
                (
                    "work_items",
                    ["column max_attempts", "5", "3", ""],
                    alter("work_items", "ALTER max_attempts SET DEFAULT 5", "ALTER max_attempts SET DEFAULT 3"),
                ),
                (
                    "sprints",
                    ["check ck_sprints_status", "'late'", "'on_hold'", ""],
                    alter("sprints", &check(&format!("{list}, 'late'")), &check(list)),
                ),
            ]
        }
    };
    for (table, [part, found, expected, _], [damage, undo]) in changed {
        let table = if table == "sprints" { "sprints" } else { "work_items" };
        all.push(planted(damage, undo, ["drift", table, part, found, expected], 4));
    }
    let trigger = match kind {
        Kind::Sqlite => ("AFTER UPDATE ON sprints BEGIN SELECT 1; END", "DROP TRIGGER touch"),
        Kind::Postgres => (
            "BEFORE UPDATE ON sprints FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "DROP TRIGGER touch ON sprints",
        ),
    };
    let damage = format!("CREATE TRIGGER touch {}", trigger.0);
    all.push(planted(damage, trigger.1, ["drift", "sprints", "trigger touch", "UPDATE ON", "nothing"], 4));
    all
}

fn integrity(kind: Kind) -> Vec<Planted> {
    let case = |damage: &str, undo: &str, finding: [&'static str; 4]| {
        let [table, part, found, expected] = finding;
        planted(damage, undo, ["integrity", table, part, found, expected], 11)
    };
    match kind {
        Kind::Sqlite => {
            vec![
                case(
                    "UPDATE sprints SET title = x'00ff'",
                    "UPDATE sprints SET title = 'One'",
                    ["sprints", "column title", "blob", "text"],
                ),
                // A flipped bit.
                case(
                    "UPDATE sprints SET title = CAST(x'4fee65' AS text)",
                    "UPDATE sprints SET title = 'One'",
                    ["sprints", "column title", "text O\u{fffd}e", "UTF-8"],
                ),
                case(
                    "PRAGMA ignore_check_constraints = ON; UPDATE sprints SET status = 'late'",
                    "UPDATE sprints SET status = 'planning'",
                    ["sprints", "check ck_sprints_status", "status late", "'on_hold'"],
                ),
                case(
                    "UPDATE agent_profiles SET metadata = '{'",
                    "UPDATE agent_profiles SET metadata = NULL",
                    ["agent_profiles", "column metadata", "text {", "JSON"],
                ),
                case(
                    "UPDATE sprints SET created_at = 'yesterday'",
                    "UPDATE sprints SET created_at = '2026-11-21T12:00:00+00:00'",
                    ["sprints", "column created_at", "text yesterday", "a time"],
                ),
                case(
                    "INSERT INTO board_settings (id, \"key\", value, created_at, updated_at) SELECT lower(hex(id)), 'k', '1', \
                     created_at, updated_at FROM board_projects",
                    "DELETE FROM board_settings",
                    ["board_settings", "column id", "text ", "a UUID of 16 bytes"],
                ),
            ]
        }
        Kind::Postgres => vec![
            case(
                "UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = 'ix_work_items_ready'::regclass",
                "UPDATE pg_index SET indisvalid = TRUE WHERE indexrelid = 'ix_work_items_ready'::regclass",
                ["work_items", "index ix_work_items_ready", "not valid", "a valid index"],
            ),
            case(
                "ALTER TABLE work_item_requirements DISABLE TRIGGER ALL",
                "ALTER TABLE work_item_requirements ENABLE TRIGGER ALL",
                [
                    "work_item_requirements",
                    "foreign key fk_work_item_requirements_work_item_id",
                    "disabled",
                    "enforced",
                ],
            ),
            case(
                "UPDATE sprints SET created_at = 'infinity'",
                "UPDATE sprints SET created_at = updated_at",
                ["sprints", "column created_at", "timestamp with time zone infinity", "a time"],
            ),
            case(
                "UPDATE sprints SET ends_on = 'infinity'",
                "UPDATE sprints SET ends_on = NULL",
                ["sprints", "column ends_on", "infinity", "such as 2026-11-21"],
            ),
            case(
                "UPDATE work_items SET estimated_hours = 'NaN' WHERE \"key\" = 'CB-1'",
                "UPDATE work_items SET estimated_hours = NULL WHERE \"key\" = 'CB-1'",
                ["work_items", "column estimated_hours", "numeric NaN", "a number"],
            ),
            case(
                "ALTER TABLE idempotency_keys SET UNLOGGED",
                "ALTER TABLE idempotency_keys SET LOGGED",
                ["idempotency_keys", "table", "unlogged", "survives a crash"],
            ),
        ],
    }
}

fn orphans(kind: Kind) -> Vec<Planted> {
    let nobody = nobody(kind);
    let case = |damage: String, undo: &str, finding: [&'static str; 4]| {
        let [table, part, found, expected] = finding;
        planted(damage, undo, ["orphans", table, part, found, expected], 11)
    };
    let event = "(SELECT min(revision) FROM work_item_events)";
    vec![
        case(
            format!("UPDATE work_items SET assignee_type = 'agent', assignee_id = {nobody} WHERE \"key\" = 'CB-2'"),
            "UPDATE work_items SET assignee_type = NULL, assignee_id = NULL WHERE \"key\" = 'CB-2'",
            ["work_items", "column assignee_id", "ffff", "a row of agent_profiles"],
        ),
        case(
            format!("UPDATE work_items SET assignee_type = 'user', assignee_id = {nobody} WHERE \"key\" = 'CB-2'"),
            "UPDATE work_items SET assignee_type = NULL, assignee_id = NULL WHERE \"key\" = 'CB-2'",
            ["work_items", "column assignee_id", "ffff", "a row of board_users"],
        ),
        case(
            format!(
                "UPDATE work_item_events SET actor_id = {nobody} WHERE revision = {event} AND actor_type = 'user' \
                 AND work_item_id = (SELECT id FROM work_items WHERE \"key\" = 'CB-1')"
            ),
            "UPDATE work_item_events SET actor_id = (SELECT id FROM board_users) WHERE actor_type = 'user'",
            ["work_item_events", "column actor_id", "ffff", "a row of board_users"],
        ),
        case(
            format!(
                "UPDATE work_item_events SET assignment_id = {nobody} WHERE revision = {event} \
                 AND work_item_id = (SELECT id FROM work_items WHERE \"key\" = 'CB-2')"
            ),
            "UPDATE work_item_events SET assignment_id = NULL \
             WHERE work_item_id = (SELECT id FROM work_items WHERE \"key\" = 'CB-2')",
            ["work_item_events", "column assignment_id", "ffff", "an assignment of its item"],
        ),
        case(
            format!(
                "INSERT INTO external_refs SELECT id, 'beads', 'x-1', 'work_item', {nobody}, '', created_at, created_at \
                 FROM board_projects"
            ),
            "DELETE FROM external_refs",
            ["external_refs", "column entity_id", "ffff", "a row of work_items"],
        ),
        case(
            "INSERT INTO workflow_outputs SELECT r.id, r.id, s.id, 'k', 'v', 'text', r.created_at FROM workflow_runs AS r \
             JOIN workflow_steps AS s ON s.workflow_run_id <> r.id WHERE r.workflow_id = 'idle' AND s.name = 'write'"
                .to_owned(),
            "DELETE FROM workflow_outputs WHERE output_key = 'k'",
            ["workflow_outputs", "column step_id", "", "a step of its run"],
        ),
        case(
            "INSERT INTO workflow_step_dependencies SELECT a.id, b.id, a.created_at FROM workflow_steps AS a \
             JOIN workflow_steps AS b ON b.workflow_run_id < a.workflow_run_id AND a.name = 'write' AND b.name = 'write'"
                .to_owned(),
            "DELETE FROM workflow_step_dependencies WHERE EXISTS (SELECT 1 FROM workflow_steps AS a, workflow_steps AS b \
             WHERE a.id = step_id AND b.id = depends_on_id AND a.workflow_run_id <> b.workflow_run_id)",
            ["workflow_step_dependencies", "column depends_on_id", "", "a step of the same run"],
        ),
    ]
}
