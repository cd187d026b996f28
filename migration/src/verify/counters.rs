//! What is stored and could be counted: each is what counting gives. The rules are the service's (domain.md).

use super::report::{Check, Found};
use super::rule::{Asked, Rule, ask};
use super::subject::{Readable, Subject};
use crate::error::Error;
use crate::target::Kind;

pub(super) async fn check(subject: &Subject<'_>) -> Result<Found, Error> {
    let rules = vec![
        unmet_prerequisites(subject),
        requirement_key(subject),
        item_revision(subject),
        next_item_number(subject),
        next_decision_number(subject),
        steps_completed(subject),
        run_revision(subject),
    ];
    ask(subject, Check::Counters, rules).await
}

/// What is grouped from other rows, by the id of the row that stores it.
struct Grouped<'a> {
    /// Gives `id` and `is`.
    select: String,
    /// What is stored where there is nothing to group, as SQL.
    none: &'a str,
    reads: &'a [&'a str],
}

/// A column that stores what is grouped; a text is shown in quotes, so that an empty one can be seen.
fn stored(s: &Subject<'_>, table: &str, column: &str, is_text: bool, grouped: &Grouped<'_>) -> Rule {
    let Grouped { select, none, reads } = grouped;
    let (value, is) = (format!("c.{column}"), format!("coalesce(g.\"is\", {none})"));
    let show = |value: &str| match is_text {
        true => format!("'''' || {value} || ''''"),
        false => s.shown(value),
    };
    let asked = Asked {
        found: show(&value),
        expected: show(&is),
        join: format!("LEFT JOIN ({select}) AS g ON g.id = c.id"),
        broken: format!("{value} <> {is}"),
    };
    let reads = [&[column, "id"], *reads].concat();
    Rule::of(s, table, format!("column {column}"), reads, &asked)
}

/// Mandatory prerequisites that are pending or failed: completions always, the other kinds where the item asks for them.
fn unmet_prerequisites(s: &Subject<'_>) -> Rule {
    let mut reads = vec![
        "task_prerequisites.work_item_id",
        "task_prerequisites.prerequisite_type",
        "task_prerequisites.is_mandatory",
        "task_prerequisites.status",
    ];
    let mut counts = "p.prerequisite_type = 'completion_dependency'".to_owned();
    // An older version can't ask for them.
    if s.readable("work_items", REQUIRED) != Readable::NotYet {
        reads.push(REQUIRED);
        counts.push_str(&format!(" OR i.{REQUIRED}"));
    }
    let [waiting, items] = ["task_prerequisites", "work_items"].map(|table| s.table(table));
    let grouped = Grouped {
        select: format!(
            "SELECT p.work_item_id AS id, count(*) AS \"is\" FROM {waiting} AS p JOIN {items} AS i ON i.id = p.work_item_id \
             WHERE p.is_mandatory AND p.status IN ('pending', 'failed') AND ({counts}) GROUP BY p.work_item_id"
        ),
        none: "0",
        reads: &reads,
    };
    stored(s, "work_items", "unmet_prerequisites", false, &grouped)
}

const REQUIRED: &str = "prerequisite_satisfaction_required";

/// `capability:level`, comma-separated, in the order of the capabilities' bytes.
fn requirement_key(s: &Subject<'_>) -> Rule {
    let list = match s.place.kind {
        Kind::Sqlite => "group_concat(capability || ':' || min_level, ',' ORDER BY capability)",
        Kind::Postgres => "string_agg(capability || ':' || min_level, ',' ORDER BY capability COLLATE \"C\")",
    };
    let needs = s.table("work_item_requirements");
    let grouped = Grouped {
        select: format!("SELECT work_item_id AS id, {list} AS \"is\" FROM {needs} GROUP BY work_item_id"),
        none: "''",
        reads: &[
            "work_item_requirements.work_item_id",
            "work_item_requirements.capability",
            "work_item_requirements.min_level",
        ],
    };
    stored(s, "work_items", "requirement_key", true, &grouped)
}

/// The newest row of the item's ledger; an item without one may be older than the ledger.
fn item_revision(s: &Subject<'_>) -> Rule {
    let events = s.table("work_item_events");
    let grouped = Grouped {
        select: format!("SELECT work_item_id AS id, max(revision) AS \"is\" FROM {events} GROUP BY work_item_id"),
        none: "c.revision",
        reads: &["work_item_events.work_item_id", "work_item_events.revision"],
    };
    stored(s, "work_items", "revision", false, &grouped)
}

/// The run's completed steps.
fn steps_completed(s: &Subject<'_>) -> Rule {
    let grouped = Grouped {
        select: format!(
            "SELECT workflow_run_id AS id, count(*) AS \"is\" FROM {} WHERE status = 'completed' \
             GROUP BY workflow_run_id",
            s.table("workflow_steps")
        ),
        none: "0",
        reads: &["workflow_steps.workflow_run_id", "workflow_steps.status"],
    };
    stored(s, "workflow_runs", "steps_completed", false, &grouped)
}

/// The run's ledger counts from 1 to the run's revision, without a gap.
fn run_revision(s: &Subject<'_>) -> Rule {
    let text = |value: &str| format!("CAST(coalesce(g.{value}, 0) AS text)");
    let asked = Asked {
        found: s.shown("c.revision"),
        expected: format!("{} || ', of ' || {} || ' ledger rows'", text("newest"), text("n")),
        join: format!(
            "LEFT JOIN (SELECT workflow_run_id, count(*) AS n, max(revision) AS newest FROM {} \
             GROUP BY workflow_run_id) AS g ON g.workflow_run_id = c.id",
            s.table("workflow_events")
        ),
        broken: "c.revision <> coalesce(g.newest, 0) OR c.revision <> coalesce(g.n, 0)".to_owned(),
    };
    let reads = ["revision", "id", "workflow_events.workflow_run_id", "workflow_events.revision"];
    Rule::of(s, "workflow_runs", "column revision".to_owned(), reads, &asked)
}

/// Above the number of every decision of the project: the next one would get a number twice.
fn next_decision_number(s: &Subject<'_>) -> Rule {
    let asked = Asked {
        found: s.shown("c.next_decision_number"),
        // Not the next one's: that of the last one there is can't be written.
        expected: "'above ' || CAST(given.newest AS text)".to_owned(),
        join: format!(
            "JOIN (SELECT project_id, max(number) AS newest FROM {} GROUP BY project_id) AS given \
             ON given.project_id = c.id",
            s.table("board_decisions")
        ),
        broken: "c.next_decision_number <= given.newest".to_owned(),
    };
    let reads = ["next_decision_number", "id", "board_decisions.project_id", "board_decisions.number"];
    Rule::of(s, "board_projects", "column next_decision_number".to_owned(), reads, &asked)
}

/// Above the number of every key that the project has given out: the next item would get a key twice.
fn next_item_number(s: &Subject<'_>) -> Rule {
    let rest = "substr(i.\"key\", length(q.key_prefix) + 2)";
    // Longer numbers were not given out by this counter.
    let is_number = match s.place.kind {
        Kind::Sqlite => format!("{rest} NOT GLOB '*[^0-9]*' AND length({rest}) BETWEEN 1 AND 18"),
        Kind::Postgres => format!("{rest} ~ '^[0-9]{{1,18}}$'"),
    };
    let asked = Asked {
        found: s.shown("c.next_item_number"),
        expected: "'at least ' || CAST(coalesce(given.newest, 0) + 1 AS text)".to_owned(),
        join: format!(
            "LEFT JOIN (SELECT q.id AS project, max(CASE WHEN {is_number} THEN CAST({rest} AS bigint) END) AS newest \
             FROM {projects} AS q JOIN {items} AS i ON i.project_id = q.id \
             AND substr(i.\"key\", 1, length(q.key_prefix) + 1) = q.key_prefix || '-' GROUP BY q.id) AS given \
             ON given.project = c.id",
            projects = s.table("board_projects"),
            items = s.table("work_items"),
        ),
        broken: "c.next_item_number < coalesce(given.newest, 0) + 1".to_owned(),
    };
    let reads = ["next_item_number", "id", "key_prefix", "work_items.project_id", "work_items.key"];
    Rule::of(s, "board_projects", "column next_item_number".to_owned(), reads, &asked)
}
