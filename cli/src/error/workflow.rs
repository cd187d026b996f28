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

#[cfg(test)]
mod tests {
    use super::*;

    /// What a program meets that drives runs: no command of ours gives these errors.
    #[test]
    fn every_error_of_a_run_names_the_next_step() {
        let (run, why) = ("r1".to_owned(), "because".to_owned());
        let asked = Some("b".to_owned());
        let errors = [
            Error::RunLost { run: run.clone(), why: why.clone() },
            Error::Suspended { run: run.clone(), why: why.clone() },
            Error::WorkflowDiverged { run: run.clone(), at: 1, recorded: "a".to_owned(), asked },
            Error::OutputDiverged { run: run.clone(), key: "k".to_owned() },
            Error::StepFailed { run: run.clone(), step: "s".to_owned(), attempts: 1, message: why.clone() },
            Error::RunNotCompleted { run: run.clone(), status: "paused".to_owned(), why: None },
            Error::Render { step: "s".to_owned(), field: "title", line: 1, why },
        ];
        for error in errors {
            assert!(hint(&error).is_some(), "{error}");
        }
        let held = Conflict::RunHeld { run, runner: "p".to_owned(), until: chrono::DateTime::UNIX_EPOCH };
        assert!(conflict(&held).is_some());
    }

    #[test]
    fn only_what_a_hand_can_do_is_proposed() {
        let events = |events: &[&str]| events.iter().map(|event| (*event).to_owned()).collect::<Vec<_>>();
        let proposed = run("r1", &events(&["pause", "complete", "cancel"]));
        assert_eq!(proposed, "possible now: `callboard workflow pause r1`, `callboard workflow cancel r1`");
        assert!(run("r1", &events(&["start"])).contains("`callboard workflow logs r1`"));
    }
}
