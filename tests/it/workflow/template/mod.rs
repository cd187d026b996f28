//! Templates of workflows: what a text means, by pure functions, and the verbs that keep them on the board.

mod add;
mod definition;
mod gate;
mod inputs;
mod list;
mod order;
mod played;
mod render;
mod shipped;
mod show;
mod steps;
mod syntax;
mod texts;
mod validate;

use callboard_service::workflow::template::{Definition, parse};
use callboard_service::{Error, ErrorKind};

/// What is wrong with a template, as `line: reason`.
fn problems(text: &str) -> Vec<String> {
    let error = parse(text).expect_err(text);
    assert_eq!(error.kind(), ErrorKind::Invalid);
    let Error::InvalidTemplate { problems, .. } = error else { panic!("{error}") };
    problems.into_iter().map(|(line, reason)| format!("{line}: {reason}")).collect()
}

/// A template that is as it should be.
fn valid(text: &str) -> Definition {
    parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A template of steps that are functions, each with what it waits for.
fn functions(steps: &[(&str, &[&str])]) -> String {
    let step = |(name, after): &(&str, &[&str])| {
        format!("  - name: {name}\n    function: work\n    after: [{}]\n", after.join(", "))
    };
    format!("name: some\nsteps:\n{}", steps.iter().map(step).collect::<String>())
}
