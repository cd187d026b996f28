//! The inputs of a run: what is given against what the template declares.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};

use super::definition::{Definition, Input, InputType};
use super::problems::{hint, quote};
use crate::error::{Error, Result};
use crate::rules;

/// Checks given inputs and fills in the defaults of the others.
///
/// # Errors
/// [`Error::InvalidInputs`] with every input that is missing, unknown or of another type; [`Error::Invalid`] for more
/// than 1 MiB of them in all, or the character U+0000.
pub fn resolve(template: &Definition, given: Map<String, Value>) -> Result<Map<String, Value>> {
    let mut problems = Vec::new();
    for name in given.keys().filter(|name| !template.inputs.contains_key(*name)) {
        problems.push(unknown(&template.inputs, name));
    }
    let mut all = Map::new();
    for (name, input) in &template.inputs {
        match given.get(name).or(input.default.as_ref()) {
            None => problems.push(format!("{name}: is missing ({})", kind(input.r#type))),
            Some(value) if !fits(input.r#type, value) => {
                problems.push(format!("{name}: must be {}, not {}", kind(input.r#type), shown(value)));
            }
            Some(value) => {
                all.insert(name.clone(), value.clone());
            }
        }
    }
    valid(template, problems)?;
    let all = Value::Object(all);
    rules::json("inputs", &all)?;
    match all {
        Value::Object(all) => Ok(all),
        _ => Ok(Map::new()),
    }
}

/// Reads a JSON object of inputs. It is still to be [`resolve`]d.
///
/// # Errors
/// [`Error::Invalid`] naming line and column of what is no JSON, or that it is no object; or more than 1 MiB of text.
pub fn from_json(text: &str) -> Result<Map<String, Value>> {
    if text.len() > rules::TEXT {
        return Err(Error::invalid("inputs", "", format!("must have at most {} bytes", rules::TEXT)));
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(other) => Err(Error::invalid("inputs", "", format!("must be a JSON object, not {}", shown(&other)))),
        Err(error) => Err(Error::invalid("inputs", "", format!("must be JSON: {error}"))),
    }
}

/// Reads inputs as people write them, `NAME=VALUE`, each as its declared type says: a `text` as it stands, a `json`
/// value as JSON. They are still to be [`resolve`]d.
///
/// # Errors
/// [`Error::InvalidInputs`] with every pair that has no `=`, names an unknown input, one that was named before, or a
/// value of another type.
pub fn from_pairs<T: AsRef<str>>(template: &Definition, pairs: &[T]) -> Result<Map<String, Value>> {
    let (mut problems, mut given) = (Vec::new(), Map::new());
    for pair in pairs.iter().map(AsRef::as_ref) {
        let Some((name, text)) = pair.split_once('=') else {
            problems.push(format!("{}: must be NAME=VALUE", quote(pair)));
            continue;
        };
        let Some(input) = template.inputs.get(name) else {
            problems.push(unknown(&template.inputs, name));
            continue;
        };
        match value(input.r#type, text) {
            Err(reason) => problems.push(format!("{name}: {reason}")),
            Ok(_) if given.contains_key(name) => problems.push(format!("{name}: is given twice")),
            Ok(value) => {
                given.insert(name.to_owned(), value);
            }
        }
    }
    valid(template, problems)?;
    Ok(given)
}

fn valid(template: &Definition, problems: Vec<String>) -> Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    Err(Error::InvalidInputs { template: template.name.clone(), problems })
}

fn unknown(inputs: &BTreeMap<String, Input>, name: &str) -> String {
    format!("{}: there is no such input{}", quote(name), hint(name, inputs.keys().map(String::as_str)))
}

fn value(r#type: InputType, text: &str) -> Result<Value, String> {
    let wrong = || format!("must be {}, not {}", kind(r#type), quote(text));
    match r#type {
        InputType::Text => Ok(Value::String(text.to_owned())),
        InputType::Number => text.trim().parse::<Number>().map(Value::Number).map_err(|_| wrong()),
        InputType::Boolean => text.trim().parse().map(Value::Bool).map_err(|_| wrong()),
        InputType::Json => serde_json::from_str(text).map_err(|error| format!("must be JSON: {error}")),
    }
}

/// Whether a value is of a type.
pub(super) fn fits(r#type: InputType, value: &Value) -> bool {
    match r#type {
        InputType::Text => value.is_string(),
        InputType::Number => value.is_number(),
        InputType::Boolean => value.is_boolean(),
        InputType::Json => true,
    }
}

/// A type as messages say it.
pub(super) fn kind(r#type: InputType) -> &'static str {
    match r#type {
        InputType::Text => "a text",
        InputType::Number => "a number",
        InputType::Boolean => "true or false",
        InputType::Json => "a JSON value",
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("the text {}", quote(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        simple => simple.to_string(),
    }
}
