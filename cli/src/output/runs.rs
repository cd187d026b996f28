//! Runs of workflows for people.

use callboard_service::clock::Timestamp;
use callboard_service::entity::{WorkflowStepStatus as Status, workflow_runs, workflow_steps};
use callboard_service::rules;
use callboard_service::workflow::{RunDetails, StepDetails, StoredOutput};
use chrono::TimeDelta;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::{Cell, Style, Table, Text, chart, words};

/// How wide the bars may be, in columns of the terminal. With less room than the least they get lines of their own.
const WIDEST: u16 = 60;
const LEAST: u16 = 12;
/// The bars of a pipe, whose lines may have any length.
const PIPED: u16 = 40;

/// A run with the timeline of its steps.
pub fn show(text: &mut Text, found: &RunDetails, now: Timestamp) {
    let run = &found.run;
    text.push(Style::Strong, &run.workflow_id).plain("  ").push(words::run_style(run.status), run.status).end();
    let workflow = match &found.template {
        Some((name, version)) => format!("{name} version {version}"),
        None => format!("{} (code)", run.workflow_name),
    };
    text.field("Workflow", workflow);
    text.optional("Project", found.project.as_deref());
    text.optional("Error", run.error_message.as_deref());
    text.field("Progress", progress(found));
    text.optional("Started", run.started_at.map(words::time));
    text.optional("Ended", run.completed_at.map(words::time));
    let (begin, end) = stretch(run, now);
    text.optional("Took", run.completed_at.filter(|_| run.started_at.is_some()).map(|_| words::took(end - begin)));
    if let Some(runner) = run.runner_id.as_deref() {
        let until = run.lease_expires_at.map(|end| format!(", lease ends {}", words::distance(end, now)));
        match found.interrupted {
            true => text.styled_field("Interrupted", Style::Warning, format_args!("{runner} gives no sign of life")),
            false => text.field("Driven by", format_args!("{runner}{}", until.unwrap_or_default())),
        };
    }
    if let Some(Value::Object(inputs)) = &run.inputs
        && !inputs.is_empty()
    {
        let mut table = Table::new(["INPUT", "VALUE"]);
        for (name, value) in inputs {
            table.row([Cell::new(name), Cell::new(short(value.as_str().unwrap_or(&value.to_string())))]);
        }
        text.heading("Inputs").table(&table, "");
    }
    timeline(text, found, now);
}

fn progress(found: &RunDetails) -> String {
    let progress = &found.progress;
    let total = progress.total.map_or_else(|| "?".to_owned(), |total| total.to_string());
    let eta = progress.eta_seconds.map(|seconds| format!(", about {} left", words::took(seconds_long(seconds))));
    format!("{} of {total} steps{}", progress.completed, eta.unwrap_or_default())
}

/// A stretch of so many seconds; one that is no number is none.
fn seconds_long(seconds: f64) -> TimeDelta {
    std::time::Duration::try_from_secs_f64(seconds.max(0.0))
        .ok()
        .and_then(|time| TimeDelta::from_std(time).ok())
        .unwrap_or_else(TimeDelta::zero)
}

/// From the run's start to its end, or until now.
fn stretch(run: &workflow_runs::Model, now: Timestamp) -> (Timestamp, Timestamp) {
    let begin = run.started_at.unwrap_or(run.created_at);
    (begin, run.completed_at.unwrap_or(now).max(begin))
}

/// The steps, each with a bar where it stood in time.
fn timeline(text: &mut Text, found: &RunDetails, now: Timestamp) {
    text.heading("Steps");
    if found.steps.is_empty() {
        text.line("None was begun.");
        return;
    }
    let rows: Vec<Vec<(Style, String)>> = found.steps.iter().map(|step| cells(step, now)).collect();
    let width_of = |index: usize, header: &str| {
        let cells = rows.iter().map(|row| rules::escape(&row[index].1).width());
        u16::try_from(cells.max().unwrap_or(0).max(header.len())).unwrap_or(u16::MAX)
    };
    let beside: u16 = HEADER.iter().enumerate().map(|(index, name)| width_of(index, name).saturating_add(2)).sum();
    let room = text.width().map_or(PIPED, |width| width.saturating_sub(beside).min(WIDEST));
    let mut notes = Table::new(["STEP", "NOTE"]);
    for (step, note) in found.steps.iter().filter_map(|step| Some((step, note(&step.step, now)?))) {
        notes.row([Cell::new(name(&step.step)), Cell::new(note)]);
    }
    let bar = |step: &StepDetails, width| {
        Cell::styled(words::step_style(step.step.status), bar(found, &step.step, now, width))
    };
    let styled =
        |row: &[(Style, String)]| row.iter().map(|(style, text)| Cell::styled(*style, text)).collect::<Vec<_>>();
    if room >= LEAST {
        let mut table = Table::new(HEADER.into_iter().chain(["TIMELINE"]));
        for (step, row) in found.steps.iter().zip(&rows) {
            table.row(styled(row).into_iter().chain([bar(step, room)]));
        }
        text.table(&table, "");
    } else {
        let mut table = Table::new(HEADER);
        rows.iter().for_each(|row| table.row(styled(row)));
        text.table(&table, "").end();
        let width = text.width().unwrap_or(PIPED).saturating_sub(width_of(0, HEADER[0]) + 2).clamp(LEAST, WIDEST);
        let mut bars = Table::new(["STEP", "TIMELINE"]);
        found.steps.iter().for_each(|step| bars.row([Cell::new(name(&step.step)), bar(step, width)]));
        text.table(&bars, "");
    }
    if !notes.is_empty() {
        text.end().table(&notes, "");
    }
}

const HEADER: [&str; 6] = ["STEP", "STATUS", "TRY", "TOOK", "AGENT", "ITEM"];

fn cells(details: &StepDetails, now: Timestamp) -> Vec<(Style, String)> {
    let step = &details.step;
    let took = step.started_at.map(|begin| words::took(ended(step, now) - begin));
    // Who did it says more than how the template calls who does it.
    let label = Some(&step.agent_name).filter(|label| !label.is_empty());
    let agent = details.agent.as_ref().or(label);
    let plain = |text: Option<String>| match text {
        Some(text) => (Style::Plain, text),
        None => (Style::Faint, "-".to_owned()),
    };
    vec![
        (Style::Plain, name(step)),
        (words::step_style(step.status), step.status.to_string()),
        plain(Some(format!("{}/{}", step.attempt, step.max_attempts))),
        plain(took),
        plain(agent.cloned()),
        plain(details.item.clone()),
    ]
}

/// A step that code asks for several times is told apart by a number.
fn name(step: &workflow_steps::Model) -> String {
    if step.occurrence > 1 { format!("{}#{}", step.name, step.occurrence) } else { step.name.clone() }
}

fn ended(step: &workflow_steps::Model, now: Timestamp) -> Timestamp {
    step.completed_at.unwrap_or(now).max(step.started_at.unwrap_or(now))
}

fn bar(found: &RunDetails, step: &workflow_steps::Model, now: Timestamp, width: u16) -> String {
    let (begin, end) = stretch(&found.run, now);
    let micros = |at: Timestamp| (at - begin).num_microseconds().unwrap_or(i64::MAX);
    let part = step.started_at.map(|started| (micros(started), micros(ended(step, now))));
    chart::span(part, micros(end), width)
}

/// Why a step failed, and what it waits for in time.
fn note(step: &workflow_steps::Model, now: Timestamp) -> Option<String> {
    let mut notes = Vec::new();
    if step.status == Status::Failed {
        let message = step.error_context.as_ref().and_then(|context| context.get("message")).and_then(Value::as_str);
        notes.push(message.unwrap_or("failed; its reason was not kept").to_owned());
        notes.extend(
            step.next_attempt_at.filter(|at| *at > now).map(|at| format!("again {}", words::distance(at, now))),
        );
    }
    notes.extend(step.deadline_at.map(|at| format!("times out {}", words::distance(at, now))));
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// What a run has given, in a few words each.
pub fn outputs(text: &mut Text, outputs: &[StoredOutput]) {
    let mut table = Table::new(["KEY", "TYPE", "STEP", "VALUE"]);
    for output in outputs {
        table.row([
            Cell::new(&output.key),
            Cell::new(output.r#type),
            Cell::optional(output.step.as_ref()),
            Cell::new(short(&output.value)),
        ]);
    }
    text.table(&table, "No outputs.");
}

/// The beginning of a text on one line.
fn short(value: &str) -> String {
    let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(80) {
        Some((cut, _)) => format!("{}...", &line[..cut]),
        None => line,
    }
}
