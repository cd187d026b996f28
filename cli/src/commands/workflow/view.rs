//! What the commands of runs show alike.

use callboard_service::entity::{WorkflowRunStatus, workflow_runs as runs};
use callboard_service::item::ItemBrief;
use callboard_service::workflow::ResumedRun;
use serde_json::Value;

use crate::context::Context;
use crate::error::CliError;
use crate::output::{Text, lists, words};

/// `research-4f0c  running  research`.
pub fn line(text: &mut Text, run: &runs::Model) {
    text.plain(&run.workflow_id).plain("  ").push(words::run_style(run.status), run.status);
    text.plain("  ").line(&run.workflow_name);
}

/// The items that a run's steps wait for; nothing where there are none.
pub fn items(text: &mut Text, items: &[ItemBrief]) {
    if !items.is_empty() {
        text.heading("Its steps wait for").table(&lists::briefs(items), "");
    }
}

/// Prints a run that goes on, and says what makes it go on.
pub fn resumed(context: &Context, done: &ResumedRun) -> Result<(), CliError> {
    context.out.data("resumed_run", done, |text| {
        line(text, &done.run);
        items(text, &done.items);
    })?;
    if done.already {
        context.out.note("It was running before.");
    }
    next(context, &done.run, &done.items, done.by_code);
    Ok(())
}

/// Says what makes a run go on: agents, or a program.
pub fn next(context: &Context, run: &runs::Model, items: &[ItemBrief], by_code: bool) {
    let id = &run.workflow_id;
    if run.status != WorkflowRunStatus::Running {
        return;
    }
    if by_code {
        context.out.hint(&format!(
            "its steps are code, so it goes on once its program drives it again, by `drive` with the id {id}; what is \
             done is not done again"
        ));
    } else if let Some(item) = items.first() {
        let key = &item.key;
        context.out.hint(&format!(
            "`callboard assignment explain {key}` names the agents that fit; one of them takes it by `callboard claim \
             --agent SLUG` and hands in its result by `callboard complete --result JSON`"
        ));
        context.out.hint(&format!("`callboard workflow show {id}` shows how it goes"));
    } else {
        context.out.hint(&format!(
            "no item waits for an agent: its next step is a function, so it goes on once a program that has it drives \
             the run {id}"
        ));
    }
}

/// A JSON value as people write it: a text without quotes.
pub fn value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
