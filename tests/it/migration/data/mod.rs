//! Every migration with rows: awkward ones go in before, and are compared after, both ways, in untyped SQL.
//!
//! For each step: up, its own check; its rows go in; down, its check; up again, its check; its rows go in again, so
//! that the next step meets them.

mod agent_profiles;
mod automation;
mod board_artifacts;
mod board_decisions;
mod board_messages;
mod board_projects;
mod board_search;
mod board_settings;
mod board_users;
mod capabilities;
mod checkpoints;
mod decision_evolutions;
mod delegation;
mod drop_unread_indexes;
pub mod dump;
mod events_by_session;
mod external_refs;
mod file_operations;
mod file_verifications;
mod idempotency_keys;
mod index_backoffs_by_project;
mod index_context_by_expiry;
mod index_inboxes;
mod index_items_by_priority;
mod index_lists_by_newest;
mod index_lost_items;
mod index_set_references;
mod index_waiting_items;
mod maintenance_operations;
mod prerequisites;
mod project_health_metrics;
mod ready_queue;
mod requirements;
mod reviews;
mod session_events;
mod sprint_items;
mod sprints;
mod store_hot_tables;
mod task_assignments;
mod user_names;
pub mod value;
mod work_item_archives;
mod work_item_events;
mod work_items;
mod work_sessions;
mod work_stream_items;
mod work_streams;
mod workflow_context;
mod workflow_events;
mod workflow_outputs;
mod workflow_runs;
mod workflow_step_dependencies;
mod workflow_steps;
mod workflow_templates;

use std::ops::Range;

use callboard_migration::history;
use callboard_migration::runner::{DownGoal, Goal};
use support::{Kind, TestDb, both_empty, plain};

use super::common::{down_without_backup as down, sql, up_without_backup as up};
use dump::Dump;

/// What one migration does to rows.
struct Check {
    version: &'static str,
    /// Rows for what it creates, put in once it is applied.
    rows: fn(Kind) -> Vec<String>,
    /// All rows before and right after `up`.
    up: fn(Kind, &Dump, &Dump),
    /// All rows, with `rows`, before and right after `down`.
    down: fn(Kind, &Dump, &Dump),
    /// All rows, with `rows`, before `down`, and right after the `up` that follows it.
    again: fn(Kind, &Dump, &Dump),
}

/// Declares a check of a migration that creates one table and touches nothing else: `down` loses its rows.
macro_rules! table_check {
    ($version:literal, $table:literal, $rows:path) => {
        pub(super) const CHECK: super::Check = super::Check {
            version: $version,
            rows: $rows,
            up: |_, before, after| assert_eq!(after, &before.clone().with_empty($table, after)),
            down: |_, full, down| {
                assert!(full.count($table) > 0);
                assert_eq!(down, &full.clone().without($table));
            },
            again: |_, full, again| assert_eq!(again, &full.clone().emptied($table)),
        };
    };
}
use table_check;

const CHECKS: [Check; 52] = [
    board_users::CHECK,
    board_projects::CHECK,
    sprints::CHECK,
    work_items::CHECK,
    sprint_items::CHECK,
    work_item_events::CHECK,
    idempotency_keys::CHECK,
    board_settings::CHECK,
    external_refs::CHECK,
    agent_profiles::CHECK,
    delegation::CHECK,
    ready_queue::CHECK,
    requirements::CHECK,
    prerequisites::CHECK,
    capabilities::CHECK,
    task_assignments::CHECK,
    workflow_templates::CHECK,
    workflow_runs::CHECK,
    workflow_steps::CHECK,
    workflow_step_dependencies::CHECK,
    workflow_outputs::CHECK,
    workflow_context::CHECK,
    workflow_events::CHECK,
    user_names::CHECK,
    work_sessions::CHECK,
    session_events::CHECK,
    events_by_session::CHECK,
    file_operations::CHECK,
    file_verifications::CHECK,
    board_decisions::CHECK,
    decision_evolutions::CHECK,
    board_messages::CHECK,
    checkpoints::CHECK,
    board_search::CHECK,
    automation::CHECK,
    reviews::CHECK,
    board_artifacts::CHECK,
    work_streams::CHECK,
    work_stream_items::CHECK,
    maintenance_operations::CHECK,
    project_health_metrics::CHECK,
    work_item_archives::CHECK,
    index_items_by_priority::CHECK,
    index_waiting_items::CHECK,
    drop_unread_indexes::CHECK,
    store_hot_tables::CHECK,
    index_set_references::CHECK,
    index_lists_by_newest::CHECK,
    index_backoffs_by_project::CHECK,
    index_context_by_expiry::CHECK,
    index_lost_items::CHECK,
    index_inboxes::CHECK,
];

both_empty! {
    async fn rows_survive_every_early_step_in_both_directions(t: TestDb) {
        let checked = rows_survive(&t, 0..MIDDLE).await;
        assert_eq!(checked, versions()[..MIDDLE]);
    }

    async fn rows_survive_every_late_step_in_both_directions(t: TestDb) {
        let checked = rows_survive(&t, MIDDLE..usize::MAX).await;
        assert_eq!(checked, versions()[MIDDLE..]);
        let db = t.raw().await;
        every_kind_of_value_was_there(&t, &db).await;

        // All the way down and up with every row in place: nothing of ours stays, and nothing stops it.
        down(&t, DownGoal::All).await.expect("down with rows");
        assert_eq!(Dump::of(&db).await, Dump::default());
        up(&t, Goal::Latest).await.expect("up after that");
        assert!(Dump::of(&db).await.is_without_rows());
    }

    /// The same rows through the whole history in one run each way, from each stage that a user can be at.
    async fn rows_survive_a_jump_from_any_stage_to_the_newest(t: TestDb) {
        let db = t.raw().await;
        for stage in [4, 6, 10, 12, 14, 16] {
            for (step, number) in history().iter().zip(1..=stage) {
                up(&t, Goal::Steps(1)).await.unwrap_or_else(|e| panic!("{number}: {e}"));
                let check = CHECKS.iter().find(|c| c.version == step.version()).expect("a check");
                insert(&t, &db, check).await;
            }
            let before = user_names::renamed(t.kind(), Dump::of(&db).await);
            up(&t, Goal::Latest).await.unwrap_or_else(|e| panic!("from {stage}: {e}"));
            let after = Dump::of(&db).await;
            assert_eq!(after.clone().only_like(&before), before, "from {stage}");
            down(&t, DownGoal::To(stage.to_string())).await.unwrap_or_else(|e| panic!("to {stage}: {e}"));
            // Nothing was changed at the newest stage, so the way down gives back what was there, but for names.
            assert_eq!(Dump::of(&db).await.without_ledger_of_counters(), before.without_ledger_of_counters(), "{stage}");
            down(&t, DownGoal::All).await.expect("down");
        }
    }
}

plain! {
    fn every_migration_has_a_check_and_every_check_a_migration() {
        let checks: Vec<&str> = CHECKS.iter().map(|c| c.version).collect();
        assert_eq!(uncovered(&versions(), &checks), Vec::<String>::new());
    }

    fn a_missing_and_an_unused_check_are_found() {
        let all = versions();
        let checks: Vec<&str> = all.iter().map(String::as_str).collect();
        assert_eq!(uncovered(&all, &checks[1..]), [format!("no check: {}", all[0])]);
        assert_eq!(uncovered(&all[1..], &checks), [format!("unused check: {}", all[0])]);
    }
}

/// Where the first of the two tests of single steps ends: together they take longer than one test may.
const MIDDLE: usize = 30;

/// Goes up to the end of these steps, with the rows of each, and back and forth over each of these; gives their versions.
async fn rows_survive(t: &TestDb, steps: Range<usize>) -> Vec<String> {
    let kind = t.kind();
    let db = t.raw().await;
    let mut checked = Vec::new();
    for (number, step) in history().iter().enumerate().take(steps.end) {
        let check = CHECKS.iter().find(|c| c.version == step.version()).expect("a check for each step");
        if number < steps.start {
            up(t, Goal::Steps(1)).await.unwrap_or_else(|e| panic!("{}: {e}", step.version()));
            insert(t, &db, check).await;
            continue;
        }
        let before = Dump::of(&db).await;
        up(t, Goal::Steps(1)).await.unwrap_or_else(|e| panic!("{}: {e}", step.version()));
        (check.up)(kind, &before, &Dump::of(&db).await);
        insert(t, &db, check).await;
        let full = Dump::of(&db).await;
        down(t, DownGoal::Steps(1)).await.unwrap_or_else(|e| panic!("{} down: {e}", step.version()));
        (check.down)(kind, &full, &Dump::of(&db).await);
        up(t, Goal::Steps(1)).await.unwrap_or_else(|e| panic!("{} again: {e}", step.version()));
        (check.again)(kind, &full, &Dump::of(&db).await);
        insert(t, &db, check).await;
        checked.push(check.version.to_owned());
    }
    checked
}

fn versions() -> Vec<String> {
    history().iter().map(|s| s.version().to_owned()).collect()
}

fn uncovered(versions: &[String], checks: &[&str]) -> Vec<String> {
    let missing = versions.iter().filter(|v| !checks.contains(&v.as_str())).map(|v| format!("no check: {v}"));
    let unused = checks.iter().filter(|c| !versions.iter().any(|v| v == *c)).map(|c| format!("unused check: {c}"));
    missing.chain(unused).collect()
}

async fn insert(t: &TestDb, db: &sea_orm::DatabaseConnection, check: &Check) {
    for statement in (check.rows)(t.kind()) {
        sql(db, &statement).await;
    }
}

/// The rows of a step, by its version.
pub fn rows_of(kind: Kind, version: &str) -> Vec<String> {
    let check = CHECKS.iter().find(|c| c.version == version).unwrap_or_else(|| panic!("no rows for {version}"));
    (check.rows)(kind)
}

/// The table that the first statement about one names, in quotes or not.
fn named_table(sql: &str) -> &str {
    let words = sql.split_once("TABLE ").expect("a statement about a table").1.split([' ', '(']);
    let mut words = words.filter(|word| !["", "IF", "NOT", "EXISTS"].contains(word));
    words.next().expect("a name").trim_matches('"')
}

/// Each value of each vocabulary, a null and a value in each column that can be null, in each table a long text.
async fn every_kind_of_value_was_there(t: &TestDb, db: &sea_orm::DatabaseConnection) {
    let mut vocabularies = 0;
    for step in history() {
        for check in step.sql(super::common::kind(t)).split("CHECK (").skip(1) {
            let Some((column, rest)) = check.split_once(" IN (") else { continue };
            let list = rest.split_once(')').expect("a closed list").0;
            let table = named_table(step.sql(super::common::kind(t)));
            for value in list.split(", ") {
                let count = format!("SELECT count(*) FROM {table} WHERE {column} = {value}");
                assert!(super::common::number(db, &count).await > 0, "{table}.{column} = {value} was not tried");
                vocabularies += 1;
            }
        }
    }
    assert!(vocabularies > 60, "{vocabularies}");
    for (table, column) in Dump::nullable(db).await {
        for condition in ["IS NULL", "IS NOT NULL"] {
            let count = format!("SELECT count(*) FROM {table} WHERE {column} {condition}");
            assert!(super::common::number(db, &count).await > 0, "{table}.{column} {condition} was not tried");
        }
    }
}
