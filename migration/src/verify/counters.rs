//! What is stored and could be counted: each is what counting gives. The rules are the service's (domain.md).

use super::report::{Check, Found};
use super::rule::{Rule, ask};
use super::subject::Subject;
use crate::error::Error;
use crate::target::Kind;

pub(super) async fn check(subject: &Subject<'_>) -> Result<Found, Error> {
    let rules = vec![
        unmet_prerequisites(subject),
        requirement_key(subject),
        item_revision(subject),
        next_item_number(subject),
        steps_completed(subject),
        run_revision(subject),
    ];
    ask(subject, Check::Counters, rules).await
}

/// Mandatory prerequisites that are pending or failed.
fn unmet_prerequisites(s: &Subject<'_>) -> Rule {
    let sql = format!(
        "SELECT {label} AS label, {stored} AS found, CAST(coalesce(counted.n, 0) AS text) AS expected \
         FROM {items} AS i LEFT JOIN (SELECT work_item_id, count(*) AS n FROM {edges} \
         WHERE is_mandatory AND status IN ('pending', 'failed') GROUP BY work_item_id) AS counted \
         ON counted.work_item_id = i.id WHERE i.unmet_prerequisites <> coalesce(counted.n, 0)",
        label = s.label("work_items", "i"),
        stored = s.shown("i.unmet_prerequisites"),
        items = s.table("work_items"),
        edges = s.table("task_prerequisites"),
    );
    let reads = [
        "work_items.id",
        "task_prerequisites.work_item_id",
        "task_prerequisites.is_mandatory",
        "task_prerequisites.status",
    ];
    Rule::new("work_items", "unmet_prerequisites", &reads, sql)
}

/// `capability:level`, comma-separated, in the order of the capabilities' bytes.
fn requirement_key(s: &Subject<'_>) -> Rule {
    let list = match s.place.kind {
        Kind::Sqlite => "group_concat(capability || ':' || min_level, ',' ORDER BY capability)",
        Kind::Postgres => "string_agg(capability || ':' || min_level, ',' ORDER BY capability COLLATE \"C\")",
    };
    let sql = format!(
        "SELECT {label} AS label, '''' || i.requirement_key || '''' AS found, \
         '''' || coalesce(needs.list, '') || '''' AS expected \
         FROM {items} AS i LEFT JOIN (SELECT work_item_id, {list} AS list FROM {needs} GROUP BY work_item_id) AS needs \
         ON needs.work_item_id = i.id WHERE i.requirement_key <> coalesce(needs.list, '')",
        label = s.label("work_items", "i"),
        items = s.table("work_items"),
        needs = s.table("work_item_requirements"),
    );
    let reads = [
        "work_items.id",
        "work_item_requirements.work_item_id",
        "work_item_requirements.capability",
        "work_item_requirements.min_level",
    ];
    Rule::new("work_items", "requirement_key", &reads, sql)
}

/// The newest row of the item's ledger; an item without one may be older than the ledger.
fn item_revision(s: &Subject<'_>) -> Rule {
    let sql = format!(
        "SELECT {label} AS label, {stored} AS found, CAST(ledger.newest AS text) AS expected FROM {items} AS i \
         JOIN (SELECT work_item_id, max(revision) AS newest FROM {events} GROUP BY work_item_id) AS ledger \
         ON ledger.work_item_id = i.id WHERE i.revision <> ledger.newest",
        label = s.label("work_items", "i"),
        stored = s.shown("i.revision"),
        items = s.table("work_items"),
        events = s.table("work_item_events"),
    );
    let reads = ["work_items.id", "work_item_events.work_item_id", "work_item_events.revision"];
    Rule::new("work_items", "revision", &reads, sql)
}

/// Above the number of every key that the project has given out: the next item would get a key twice.
fn next_item_number(s: &Subject<'_>) -> Rule {
    let rest = "substr(i.\"key\", length(q.key_prefix) + 2)";
    // Longer numbers were not given out by this counter.
    let is_number = match s.place.kind {
        Kind::Sqlite => format!("{rest} NOT GLOB '*[^0-9]*' AND length({rest}) BETWEEN 1 AND 18"),
        Kind::Postgres => format!("{rest} ~ '^[0-9]{{1,18}}$'"),
    };
    let sql = format!(
        "SELECT {label} AS label, {stored} AS found, 'at least ' || CAST(coalesce(given.newest, 0) + 1 AS text) AS expected \
         FROM {projects} AS p LEFT JOIN (SELECT q.id AS project, \
         max(CASE WHEN {is_number} THEN CAST({rest} AS bigint) END) AS newest \
         FROM {projects} AS q JOIN {items} AS i ON i.project_id = q.id \
         AND substr(i.\"key\", 1, length(q.key_prefix) + 1) = q.key_prefix || '-' GROUP BY q.id) AS given \
         ON given.project = p.id WHERE p.next_item_number < coalesce(given.newest, 0) + 1",
        label = s.label("board_projects", "p"),
        stored = s.shown("p.next_item_number"),
        projects = s.table("board_projects"),
        items = s.table("work_items"),
    );
    let reads = ["board_projects.id", "board_projects.key_prefix", "work_items.project_id", "work_items.key"];
    Rule::new("board_projects", "next_item_number", &reads, sql)
}

/// The run's completed steps.
fn steps_completed(s: &Subject<'_>) -> Rule {
    let sql = format!(
        "SELECT {label} AS label, {stored} AS found, CAST(coalesce(counted.n, 0) AS text) AS expected \
         FROM {runs} AS r LEFT JOIN (SELECT workflow_run_id, count(*) AS n FROM {steps} WHERE status = 'completed' \
         GROUP BY workflow_run_id) AS counted ON counted.workflow_run_id = r.id \
         WHERE r.steps_completed <> coalesce(counted.n, 0)",
        label = s.label("workflow_runs", "r"),
        stored = s.shown("r.steps_completed"),
        runs = s.table("workflow_runs"),
        steps = s.table("workflow_steps"),
    );
    let reads = ["workflow_runs.id", "workflow_steps.workflow_run_id", "workflow_steps.status"];
    Rule::new("workflow_runs", "steps_completed", &reads, sql)
}

/// The run's ledger counts from 1 to the run's revision, without a gap.
fn run_revision(s: &Subject<'_>) -> Rule {
    let sql = format!(
        "SELECT {label} AS label, {stored} AS found, \
         CAST(coalesce(ledger.newest, 0) AS text) || ', of ' || CAST(coalesce(ledger.n, 0) AS text) || ' ledger rows' \
         AS expected FROM {runs} AS r LEFT JOIN (SELECT workflow_run_id, count(*) AS n, max(revision) AS newest \
         FROM {events} GROUP BY workflow_run_id) AS ledger ON ledger.workflow_run_id = r.id \
         WHERE r.revision <> coalesce(ledger.newest, 0) OR r.revision <> coalesce(ledger.n, 0)",
        label = s.label("workflow_runs", "r"),
        stored = s.shown("r.revision"),
        runs = s.table("workflow_runs"),
        events = s.table("workflow_events"),
    );
    let reads = ["workflow_runs.id", "workflow_events.workflow_run_id", "workflow_events.revision"];
    Rule::new("workflow_runs", "revision", &reads, sql)
}
