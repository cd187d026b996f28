//! Runs of the maintenance for people.

use std::collections::BTreeMap;

use callboard_service::entity::MaintenanceOperationExecutionStatus as Status;
use callboard_service::maintenance::{
    Finding, ListedOperation, Maintained, OperationDetails, Outcome, Results, Severity,
};

use super::{Cell, Style, Table, Text, words};

/// Runs, one a row.
pub fn table(runs: &[ListedOperation]) -> Table {
    let mut table = Table::new(["RUN", "WHAT", "STATUS", "SCOPE", "LEVEL", "STARTED", "BY", "RESULT"]);
    for run in runs {
        table.row([
            Cell::new(run.id),
            Cell::new(kind(run)),
            Cell::styled(style(run.status), run.status),
            Cell::new(scope(run)),
            Cell::new(run.level.as_str().replace('_', "-")),
            Cell::optional(run.started_at.map(words::time)),
            Cell::new(&run.by),
            Cell::new(run.error.clone().unwrap_or_else(|| summary(&run.summary))),
        ]);
    }
    table
}

/// A run with its findings.
pub fn details(text: &mut Text, found: &OperationDetails) {
    let run = &found.listed;
    text.plain(format_args!("{}  ", kind(run))).push(style(run.status), run.status).end();
    text.field("Run", run.id);
    text.field("Scope", scope(run));
    text.optional("Session", found.session.as_deref());
    text.field("Level", run.level.as_str().replace('_', "-"));
    text.field("Mends", if found.auto_resolution_attempted { "what it can" } else { "nothing" });
    text.field("By", &run.by);
    text.optional("Started", run.started_at.map(words::time));
    text.optional("Alive until", run.lease_expires_at.map(words::time));
    text.optional("Ended", run.completed_at.map(words::time));
    text.optional("Error", run.error.as_deref());
    if let (Status::Failed, Some(cursor)) = (run.status, &found.cursor) {
        text.field("Resumes at", cursor);
    }
    text.field("Result", summary(&run.summary));
    text.optional("Worst", run.max_severity.map(Severity::as_str));
    text.heading("Found");
    findings(text, &found.results.findings);
    if found.results.more > 0 {
        text.line(format_args!("{} more were not kept", found.results.more));
    }
}

/// What a run did.
pub fn maintained(text: &mut Text, done: &Maintained) {
    findings(text, &done.findings);
    let results = done.operation.results.clone().and_then(|value| serde_json::from_value(value).ok());
    let results: Results = results.unwrap_or_default();
    text.field("Result", summary(&results.summary));
    text.field("Run", done.operation.id);
}

/// What was found, one a row.
pub fn findings(text: &mut Text, found: &[Finding]) {
    let mut table = Table::new(["SEVERITY", "SUBJECT", "WHAT", "OUTCOME", "ACTION", "DETAIL"]);
    for row in found {
        let severity = match row.severity {
            Severity::Low => Style::Plain,
            Severity::Medium => Style::Warning,
            Severity::High | Severity::Critical => Style::Bad,
        };
        let outcome = match row.outcome {
            Outcome::Changed => Style::Good,
            Outcome::Missed => Style::Warning,
            Outcome::Reported | Outcome::Kept => Style::Plain,
        };
        table.row([
            Cell::styled(severity, row.severity.as_str()),
            Cell::new(&row.subject),
            Cell::new(row.kind.replace('_', " ")),
            Cell::styled(outcome, row.outcome.as_str()),
            Cell::optional(row.action.as_ref()),
            Cell::new(&row.detail),
        ]);
    }
    text.table(&table, "Nothing.");
}

/// A finding on a line.
pub fn line(found: &Finding) -> String {
    let action = found.action.as_deref().map(|action| format!(" ({action})")).unwrap_or_default();
    format!("{}: {}{action}, {}: {}", found.subject, found.kind.replace('_', " "), found.outcome.as_str(), found.detail)
}

/// Numbers on a line, with their names.
pub fn summary(numbers: &BTreeMap<String, i64>) -> String {
    let parts: Vec<String> = numbers.iter().map(|(name, n)| format!("{n} {}", name.replace('_', " "))).collect();
    if parts.is_empty() { "nothing yet".to_owned() } else { parts.join(", ") }
}

fn kind(run: &ListedOperation) -> String {
    let dry = if run.dry_run { " (dry run)" } else { "" };
    format!("{}{dry}", run.kind.as_str().replace('_', "-"))
}

fn scope(run: &ListedOperation) -> String {
    let word = run.scope.as_str().replace('_', "-");
    match (&run.target, &run.project) {
        (Some(item), _) => format!("{word} {item}"),
        (None, Some(project)) => format!("{word} of {project}"),
        (None, None) => format!("{word} of the board"),
    }
}

fn style(status: Status) -> Style {
    match status {
        Status::Pending => Style::Plain,
        Status::Running => Style::Active,
        Status::Completed => Style::Good,
        Status::Failed => Style::Bad,
    }
}
