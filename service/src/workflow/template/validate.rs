//! What only all steps together show: names, dependencies, outputs, and what template texts may use.

use std::collections::{BTreeMap, HashMap};

use minijinja::Environment;

use super::definition::Input;
use super::order::Graph;
use super::problems::{Problems, hint, quote};
use super::steps::ReadStep;
use super::text;

/// Checks the steps of a template, whose text says on which lines their template texts stand.
pub(super) fn steps(source: &str, inputs: &BTreeMap<String, Input>, steps: &[ReadStep<'_>], problems: &mut Problems) {
    names(steps, problems);
    dependencies(steps, problems);
    outputs(steps, problems);
    let graph = Graph::of(steps.iter().map(|step| &step.spec));
    for cycle in graph.cycles() {
        // The last edge of the way is the one that closes it.
        let [.., from, to] = cycle.as_slice() else { continue };
        let way: Vec<&str> = cycle.iter().map(|step| steps[*step].spec.name.as_str()).collect();
        let edge = steps[*from].spec.after.iter().position(|name| *name == steps[*to].spec.name);
        let line = edge.and_then(|edge| steps[*from].after.get(edge).copied()).unwrap_or(steps[*from].line);
        problems.add(line, format!("steps wait for each other: {}", way.join(" -> ")));
    }
    let environment = text::environment();
    let lines: Vec<&str> = source.lines().collect();
    for (index, step) in steps.iter().enumerate() {
        let before = graph.ancestors(index);
        for (field, line, text) in &step.texts {
            let known = Known { inputs, steps, before: |other| before.contains(&other) && other != index };
            let at = |k: usize| line_of(&lines, *line, text, k);
            for (k, reason) in known.problems(&environment, text) {
                problems.add(at(k), format!("step {}: {field}: {reason}", quote(&step.spec.name)));
            }
        }
    }
}

fn names(steps: &[ReadStep<'_>], problems: &mut Problems) {
    let mut lines: HashMap<&str, usize> = HashMap::new();
    for step in steps.iter().filter(|step| step.named) {
        let name = step.spec.name.as_str();
        if let Some(first) = lines.get(name) {
            problems.add(step.line, format!("there is a step {} in line {first} already", quote(name)));
        } else {
            lines.insert(name, step.line);
        }
    }
}

fn dependencies(steps: &[ReadStep<'_>], problems: &mut Problems) {
    let known: Vec<&str> = steps.iter().filter(|step| step.named).map(|step| step.spec.name.as_str()).collect();
    for step in steps {
        for (name, line) in step.spec.after.iter().zip(&step.after) {
            if !known.contains(&name.as_str()) {
                // Nobody means to wait for the step itself.
                let others = known.iter().copied().filter(|other| *other != step.spec.name);
                let near = hint(name, others);
                let of = quote(&step.spec.name);
                problems.add(*line, format!("step {of}: after: there is no step {}{near}", quote(name)));
            }
        }
    }
}

fn outputs(steps: &[ReadStep<'_>], problems: &mut Problems) {
    let mut lines: HashMap<&str, usize> = HashMap::new();
    for step in steps {
        let Some(output) = &step.spec.output else { continue };
        if let Some(first) = lines.get(output.key.as_str()) {
            let reason = format!("the output {} stands in line {first} already", quote(&output.key));
            problems.add(step.output, format!("step {}: {reason}", quote(&step.spec.name)));
        } else {
            lines.insert(&output.key, step.output);
        }
    }
}

/// What the texts of one step may use.
struct Known<'a, F> {
    inputs: &'a BTreeMap<String, Input>,
    steps: &'a [ReadStep<'a>],
    before: F,
}

impl<F: Fn(usize) -> bool> Known<'_, F> {
    /// The problems of a text, with their lines in it.
    fn problems(&self, environment: &Environment<'_>, text: &str) -> Vec<(usize, String)> {
        let names = match text::names(environment, text) {
            Ok(names) => names,
            Err(problem) => return vec![problem],
        };
        let found = names.iter().filter_map(|name| self.problem(name).map(|reason| (line_in(text, name), reason)));
        found.collect()
    }

    fn problem(&self, name: &str) -> Option<String> {
        let parts: Vec<&str> = name.split('.').collect();
        match parts.as_slice() {
            ["inputs", input, ..] if self.inputs.contains_key(*input) => None,
            ["inputs", input, ..] => {
                let near = hint(input, self.inputs.keys().map(String::as_str));
                Some(format!("there is no input {}{near}", quote(input)))
            }
            ["inputs"] => Some("inputs are used one by one: inputs.NAME".to_owned()),
            ["steps", step, "output", ..] => self.step(step),
            ["steps", ..] => {
                let rule = "of a step its output is used: steps.NAME.output, with _ for each - of the name";
                Some(format!("{} is not there: {rule}", quote(name)))
            }
            _ => Some(format!("there is no {}: it is inputs.NAME or steps.NAME.output", quote(name))),
        }
    }

    fn step(&self, variable: &str) -> Option<String> {
        let found = self.steps.iter().position(|step| step.named && text::variable(&step.spec.name) == variable);
        let Some(index) = found else {
            let names: Vec<String> = self.steps.iter().map(|step| text::variable(&step.spec.name)).collect();
            return Some(format!(
                "there is no step {}{}",
                quote(variable),
                hint(variable, names.iter().map(String::as_str))
            ));
        };
        let name = quote(&self.steps[index].spec.name);
        (!(self.before)(index)).then(|| format!("the step {name} is not before this one: name it in 'after'"))
    }
}

/// The line of a text that uses a name, from 1. `steps` alone is not the one in `steps.a.output`.
fn line_in(text: &str, name: &str) -> usize {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let uses = |line: &str| {
        line.match_indices(name).any(|(at, _)| {
            let (before, after) = (line[..at].chars().next_back(), line[at + name.len()..].chars().next());
            !before.is_some_and(part) && !after.is_some_and(part)
        })
    };
    // A name with blanks around its dots is not found as it was written.
    text.lines().position(uses).map_or(1, |index| index + 1)
}

/// The line of the template where the `k`th line of a text stands, which begins on line `start`.
///
/// In a block text they run in step; in a quoted one they do not, and the beginning is told.
fn line_of(source: &[&str], start: usize, text: &str, k: usize) -> usize {
    let wanted = text.lines().nth(k.saturating_sub(1)).map(str::trim);
    let line = start.saturating_add(k).saturating_sub(1);
    match source.get(line.saturating_sub(1)) {
        Some(found) if Some(found.trim()) == wanted => line,
        _ => start,
    }
}
