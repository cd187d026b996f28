//! The way out of the errors of workflows.

use callboard_service::{Conflict, Error};

/// What to do about an error that only workflows have.
pub fn hint(error: &Error) -> Option<String> {
    let hint = match error {
        Error::InvalidInputs { template, .. } => {
            format!("`callboard workflow template show {template}` shows its inputs with their types")
        }
        Error::InvalidTemplate { .. } => {
            "`callboard workflow template show research` prints one to compare with".to_owned()
        }
        Error::Render { .. } => "inputs.NAME is an input, steps.NAME.output the result of a step before it".to_owned(),
        Error::RunLost { .. } => "another process drives the run now, and has what this one completed".to_owned(),
        Error::Suspended { run, .. } | Error::RunNotCompleted { run, .. } => {
            format!("`callboard workflow show {run}` shows what it waits for")
        }
        Error::WorkflowDiverged { run, .. } | Error::OutputDiverged { run, .. } => format!(
            "its program was changed meanwhile: let the version that began {run} finish it, or start a run with \
             another id; `callboard workflow logs {run}` shows what was recorded"
        ),
        Error::StepFailed { run, .. } => {
            format!("mend the cause, then `callboard workflow retry {run}`; what is done is not done again")
        }
        Error::Expired { .. } => "`callboard workflow context set` sets it anew".to_owned(),
        _ => return None,
    };
    Some(hint)
}

/// What to do about a conflict that only workflows have.
pub fn conflict(conflict: &Conflict) -> Option<String> {
    let hint = match conflict {
        Conflict::RunHeld { run, .. } => {
            format!("let it finish, or stop it: `callboard workflow list --interrupted` then lists {run}")
        }
        Conflict::OtherRun { id, .. } => {
            format!("`callboard workflow show {id}` shows that run; without --id an id is made up")
        }
        Conflict::Exhausted { run, .. } => format!("`callboard workflow retry {run}` gives them another attempt"),
        _ => return None,
    };
    Some(hint)
}

/// The commands by which the possible events of a run happen.
pub fn run(id: &str, events: &[String]) -> String {
    let by_hand = ["pause", "resume", "cancel"];
    let commands: Vec<String> = events
        .iter()
        .filter(|event| by_hand.contains(&event.as_str()))
        .map(|event| format!("`callboard workflow {event} {id}`"))
        .collect();
    if commands.is_empty() {
        return format!("`callboard workflow logs {id}` tells how it got there");
    }
    format!("possible now: {}", commands.join(", "))
}

/// The holder of an item can still hand in a better result.
pub fn gate(item: &str) -> String {
    format!("the assignment is still open: complete it with a result as `callboard item show {item}` describes it")
}
