//! Template texts: the titles and descriptions of steps, with `{{ inputs.NAME }}` and `{{ steps.NAME.output }}`.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, Value};
use minijinja::{Environment, Error, ErrorKind, Template, UndefinedBehavior, context, filters, tests};

use super::problems::{hint, quote};

/// How many instructions one text may take: loops in loops over large values end here.
const FUEL: u64 = 200_000;
/// The tags that there are. `set` and its like could double a value with each line.
const TAGS: &[&str] = &["if", "elif", "else", "endif", "for", "endfor", "raw", "endraw"];
const FILTERS: &[&str] = &["default", "first", "join", "last", "length", "lower", "trim", "upper"];
const TESTS: &[&str] = &["defined", "undefined"];

/// What template texts can do: strict about what is undefined, what is no text is written as JSON, and no functions.
pub(super) fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.add_filter("default", filters::default);
    environment.add_filter("first", filters::first);
    environment.add_filter("join", filters::join);
    environment.add_filter("last", filters::last);
    environment.add_filter("length", filters::length);
    environment.add_filter("lower", filters::lower);
    environment.add_filter("trim", filters::trim);
    environment.add_filter("upper", filters::upper);
    environment.add_test("defined", tests::is_defined);
    environment.add_test("undefined", tests::is_undefined);
    environment.set_formatter(|out, state, value| {
        if value.is_undefined() {
            return minijinja::escape_formatter(out, state, value);
        }
        if let Some(text) = value.as_str() {
            return out.write_str(text).map_err(Error::from);
        }
        let written =
            serde_json::to_string(value).map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))?;
        out.write_str(&written).map_err(Error::from)
    });
    environment
}

/// The name of a step as texts write it: a dash would be a minus.
pub(super) fn variable(step: &str) -> String {
    step.replace('-', "_")
}

/// The names that a text uses, with what follows them after dots, sorted.
///
/// # Errors
/// The text's line, from 1, and reason of what is no template text.
pub(super) fn names(environment: &Environment<'_>, text: &str) -> Result<Vec<String>, (usize, String)> {
    if let Some((line, tag)) = other_tag(text) {
        return Err((line, format!("there is no tag {}{}", quote(tag), hint(tag, TAGS.iter().copied()))));
    }
    let template = environment.template_from_str(text).map_err(|error| place(&error))?;
    for truth in [true, false] {
        if let Err(error) = try_out(&template, truth) {
            return Err(place(&error));
        }
    }
    let mut names: Vec<String> = template.undeclared_variables(true).into_iter().collect();
    names.sort();
    Ok(names)
}

/// Line and reason of an error, without a file name.
pub(super) fn place(error: &Error) -> (usize, String) {
    let line = error.line().unwrap_or(1).max(1);
    let detail = error.detail().unwrap_or_default();
    let reason = match error.kind() {
        ErrorKind::UnknownFilter => unknown("filter", detail, FILTERS),
        ErrorKind::UnknownTest => unknown("test", detail, TESTS),
        ErrorKind::OutOfFuel => "does more than one text may: loop over less".to_owned(),
        kind if detail.is_empty() => kind.to_string(),
        kind => format!("{kind}: {detail}"),
    };
    (line, reason)
}

fn unknown(what: &str, detail: &str, known: &[&str]) -> String {
    // The detail is `filter NAME is unknown`.
    let name = detail.split_whitespace().nth(1).unwrap_or_default();
    format!("there is no {what} {}{}", quote(name), hint(name, known.iter().copied()))
}

/// The first tag that is not in the list, with its line.
fn other_tag(text: &str) -> Option<(usize, &str)> {
    text.match_indices("{%").find_map(|(at, open)| {
        let inside = text[at + open.len()..].trim_start_matches(['-', '+']).trim_start();
        let end = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inside.len());
        let tag = &inside[..end];
        (!tag.is_empty() && !TAGS.contains(&tag)).then(|| (text[..at].matches('\n').count() + 1, tag))
    })
}

/// Writes the text with values that agree to everything, to find filters and tests that do not exist: they are looked
/// up only then. Any other error says nothing of the values that will really be there.
fn try_out(template: &Template<'_, '_>, truth: bool) -> Result<(), Error> {
    let anything = Value::from_object(Anything { truth });
    match template.render(context! { inputs => anything, steps => anything }) {
        Err(error) if matches!(error.kind(), ErrorKind::UnknownFilter | ErrorKind::UnknownTest) => Err(error),
        _ => Ok(()),
    }
}

/// A value that has every field, and is a list of one such value.
#[derive(Debug)]
struct Anything {
    truth: bool,
}

impl Object for Anything {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, _: &Value) -> Option<Value> {
        Some(Value::from_object(Self { truth: self.truth }))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(vec![Value::from("anything")])
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.truth
    }
}
