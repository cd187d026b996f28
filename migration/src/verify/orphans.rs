//! References without a foreign key: each has its row, and steps that are named together are of one run.

use super::report::{Check, Found};
use super::rule::{Asked, Rule, ask};
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
    ["session_events", "actor_id", "actor_type", "agent", "agent_profiles"],
    ["session_events", "actor_id", "actor_type", "user", "board_users"],
    ["file_operations", "actor_id", "actor_type", "agent", "agent_profiles"],
    ["file_operations", "actor_id", "actor_type", "user", "board_users"],
    ["file_verifications", "actor_id", "actor_type", "agent", "agent_profiles"],
    ["file_verifications", "actor_id", "actor_type", "user", "board_users"],
    ["board_decisions", "actor_id", "actor_type", "agent", "agent_profiles"],
    ["board_decisions", "actor_id", "actor_type", "user", "board_users"],
    ["decision_evolutions", "actor_id", "actor_type", "agent", "agent_profiles"],
    ["decision_evolutions", "actor_id", "actor_type", "user", "board_users"],
    ["board_messages", "actor_id", "actor_type", "agent", "agent_profiles"],
    ["board_messages", "actor_id", "actor_type", "user", "board_users"],
    ["checkpoints", "actor_id", "actor_type", "agent", "agent_profiles"],
    ["checkpoints", "actor_id", "actor_type", "user", "board_users"],
    ["reviews", "reviewer_id", "reviewer_type", "agent", "agent_profiles"],
    ["reviews", "reviewer_id", "reviewer_type", "user", "board_users"],
    ["board_artifacts", "actor_id", "actor_type", "agent", "agent_profiles"],
    ["board_artifacts", "actor_id", "actor_type", "user", "board_users"],
    ["maintenance_operations", "actor_id", "actor_type", "agent", "agent_profiles"],
    ["maintenance_operations", "actor_id", "actor_type", "user", "board_users"],
    ["work_item_archives", "actor_id", "actor_type", "agent", "agent_profiles"],
    ["work_item_archives", "actor_id", "actor_type", "user", "board_users"],
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
    let (rows, value) = (s.table(parent), literal(value));
    let asked = Asked {
        found: s.shown(&format!("c.{column}")),
        expected: literal(&format!("a row of {parent}")),
        join: String::new(),
        broken: format!(
            "c.{by} = {value} AND c.{column} IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM {rows} AS p WHERE p.id = c.{column})"
        ),
    };
    Rule::of(s, table, format!("column {column}"), [column, by, &format!("{parent}.id")], &asked)
}

/// The ledger names an assignment of its own item.
fn assignment_of_event(s: &Subject<'_>) -> Rule {
    let asked = Asked {
        found: s.shown("c.assignment_id"),
        expected: literal("an assignment of its item"),
        join: String::new(),
        broken: format!(
            "c.assignment_id IS NOT NULL AND NOT EXISTS \
             (SELECT 1 FROM {} AS p WHERE p.id = c.assignment_id AND p.work_item_id = c.work_item_id)",
            s.table("task_assignments")
        ),
    };
    let reads = ["assignment_id", "work_item_id", "task_assignments.id", "task_assignments.work_item_id"];
    Rule::of(s, "work_item_events", "column assignment_id".to_owned(), reads, &asked)
}

/// A step that is there, which is the foreign key's to say, is one of the same run.
fn step_of_the_run(s: &Subject<'_>, table: &str) -> Rule {
    let asked = Asked {
        found: s.shown("c.step_id"),
        expected: literal("a step of its run"),
        join: format!("JOIN {} AS p ON p.id = c.step_id", s.table("workflow_steps")),
        broken: "p.workflow_run_id <> c.workflow_run_id".to_owned(),
    };
    let reads = ["step_id", "workflow_run_id", "workflow_steps.id", "workflow_steps.workflow_run_id"];
    Rule::of(s, table, "column step_id".to_owned(), reads, &asked)
}

fn dependency(s: &Subject<'_>) -> Rule {
    let steps = s.table("workflow_steps");
    let asked = Asked {
        found: s.shown("c.depends_on_id"),
        expected: literal("a step of the same run"),
        join: format!("JOIN {steps} AS a ON a.id = c.step_id JOIN {steps} AS b ON b.id = c.depends_on_id"),
        broken: "a.workflow_run_id <> b.workflow_run_id".to_owned(),
    };
    let reads = ["depends_on_id", "step_id", "workflow_steps.id", "workflow_steps.workflow_run_id"];
    Rule::of(s, "workflow_step_dependencies", "column depends_on_id".to_owned(), reads, &asked)
}
