//! References without a foreign key: each has its row, and steps that are named together are of one run.

use super::report::{Check, Found};
use super::rule::{Rule, ask};
use super::subject::Subject;
use crate::error::Error;
use crate::runner::catalogue::literal;

/// Columns that name a row of one of several tables: table, column, the column that says which, its value, the table.
const BY_TYPE: &[[&str; 5]] = &[
    ["work_items", "assignee_id", "assignee_type", "agent", "agent_profiles"],
    ["work_items", "assignee_id", "assignee_type", "user", "board_users"],
    ["work_item_events", "actor_id", "actor_type", "agent", "agent_profiles"],
    ["work_item_events", "actor_id", "actor_type", "user", "board_users"],
    ["workflow_events", "actor_id", "actor_type", "agent", "agent_profiles"],
    ["workflow_events", "actor_id", "actor_type", "user", "board_users"],
    ["external_refs", "entity_id", "entity_type", "work_item", "work_items"],
];

pub(super) async fn check(subject: &Subject<'_>) -> Result<Found, Error> {
    let mut rules: Vec<Rule> = BY_TYPE.iter().map(|names| by_type(subject, *names)).collect();
    rules.push(assignment_of_event(subject));
    rules.push(step_of_the_run(subject, "workflow_events"));
    rules.push(step_of_the_run(subject, "workflow_outputs"));
    rules.push(dependency(subject));
    ask(subject, Check::Orphans, rules).await
}

fn by_type(s: &Subject<'_>, [table, column, by, value, parent]: [&str; 5]) -> Rule {
    let sql = format!(
        "SELECT {label} AS label, {found} AS found, {expected} AS expected FROM {of} AS c \
         WHERE c.{by} = {value} AND c.{column} IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM {rows} AS p WHERE p.id = c.{column})",
        label = s.label(table, "c"),
        found = s.shown(&format!("c.{column}")),
        expected = literal(&format!("a row of {parent}")),
        of = s.table(table),
        value = literal(value),
        rows = s.table(parent),
    );
    Rule::new(table, column, &[&format!("{table}.{by}"), &format!("{parent}.id")], sql)
}

/// The ledger names an assignment of its own item.
fn assignment_of_event(s: &Subject<'_>) -> Rule {
    let sql = format!(
        "SELECT {label} AS label, {found} AS found, 'an assignment of its item' AS expected FROM {events} AS c \
         WHERE c.assignment_id IS NOT NULL AND NOT EXISTS \
         (SELECT 1 FROM {assignments} AS p WHERE p.id = c.assignment_id AND p.work_item_id = c.work_item_id)",
        label = s.label("work_item_events", "c"),
        found = s.shown("c.assignment_id"),
        events = s.table("work_item_events"),
        assignments = s.table("task_assignments"),
    );
    let reads = ["work_item_events.work_item_id", "task_assignments.id", "task_assignments.work_item_id"];
    Rule::new("work_item_events", "assignment_id", &reads, sql)
}

/// A step that is there, which is the foreign key's to say, is one of the same run.
fn step_of_the_run(s: &Subject<'_>, table: &str) -> Rule {
    let sql = format!(
        "SELECT {label} AS label, {found} AS found, 'a step of its run' AS expected FROM {of} AS c \
         JOIN {steps} AS p ON p.id = c.step_id WHERE p.workflow_run_id <> c.workflow_run_id",
        label = s.label(table, "c"),
        found = s.shown("c.step_id"),
        of = s.table(table),
        steps = s.table("workflow_steps"),
    );
    let reads = [&format!("{table}.workflow_run_id"), "workflow_steps.id", "workflow_steps.workflow_run_id"];
    Rule::new(table, "step_id", &reads, sql)
}

fn dependency(s: &Subject<'_>) -> Rule {
    let sql = format!(
        "SELECT {label} AS label, {found} AS found, 'a step of the same run' AS expected FROM {edges} AS c \
         JOIN {steps} AS a ON a.id = c.step_id JOIN {steps} AS b ON b.id = c.depends_on_id \
         WHERE a.workflow_run_id <> b.workflow_run_id",
        label = s.label("workflow_step_dependencies", "c"),
        found = s.shown("c.depends_on_id"),
        edges = s.table("workflow_step_dependencies"),
        steps = s.table("workflow_steps"),
    );
    let reads = ["workflow_step_dependencies.step_id", "workflow_steps.id", "workflow_steps.workflow_run_id"];
    Rule::new("workflow_step_dependencies", "depends_on_id", &reads, sql)
}
