//! Gates: what a step's result must be like, and what of it becomes an output of the run.

use callboard_entity::WorkflowOutputType;
use serde_json::Value;

use super::definition::{Check, OutputSpec, Rule};
use super::fields::{Fields, found};
use super::node::{Content, Node};
use super::problems::{Problems, quote};
use crate::rules;

/// The most checks of one gate.
const MOST_CHECKS: usize = 100;
/// The largest length that a check may ask for: more than any result can have.
const MOST_LENGTH: i64 = 10_000_000;
/// The longest path of a field, in characters.
const MOST_PATH: usize = 200;

/// Which checks a result fails: for each one the field, its rule and what was found. None: the gate is met.
pub fn check(gate: &[Check], result: &Value) -> Vec<String> {
    gate.iter().filter_map(|check| fails(check, result)).collect()
}

/// The part of a result that a path names: names and indexes joined by dots; without a path all of it.
pub fn field<'a>(result: &'a Value, path: Option<&str>) -> Option<&'a Value> {
    let Some(path) = path else { return Some(result) };
    path.split('.').try_fold(result, |value, part| match value {
        Value::Object(fields) => fields.get(part),
        Value::Array(values) => values.get(part.parse::<usize>().ok()?),
        _ => None,
    })
}

/// The output of a result as the text that is stored: JSON, but for the type `text`.
///
/// # Errors
/// What is missing, in the words of a gate: the result cannot be taken as it is.
pub fn output(spec: &OutputSpec, result: &Value) -> Result<String, String> {
    let name = name(spec.field.as_deref());
    let Some(value) = field(result, spec.field.as_deref()).filter(|value| !value.is_null()) else {
        return Err(format!("{name}: must be there for the output '{}', is missing", spec.key));
    };
    let refuse = |rule: &str| Err(format!("{name}: must be {rule} for the output '{}', is {}", spec.key, shown(value)));
    match (spec.r#type, value) {
        (WorkflowOutputType::Text, Value::String(text)) => Ok(text.clone()),
        (WorkflowOutputType::Text, _) => refuse("a text"),
        (WorkflowOutputType::CitationList, Value::Array(list))
            if list.iter().all(|c| c.is_string() || c.is_object()) =>
        {
            Ok(value.to_string())
        }
        (WorkflowOutputType::CitationList, _) => refuse("a list of texts or objects"),
        (WorkflowOutputType::Json, _) => Ok(value.to_string()),
    }
}

fn fails(check: &Check, result: &Value) -> Option<String> {
    let value = field(result, check.field.as_deref());
    let met = value.is_some_and(|value| holds(&check.rule, value));
    let found = || value.map_or_else(|| "is missing".to_owned(), |value| measured(&check.rule, value));
    (!met).then(|| format!("{}: {}, {}", name(check.field.as_deref()), demand(&check.rule), found()))
}

fn name(field: Option<&str>) -> &str {
    field.unwrap_or("the result")
}

fn holds(rule: &Rule, value: &Value) -> bool {
    let characters = || value.as_str().map(|text| text.trim().chars().count() as u64);
    let items = || value.as_array().map(|list| list.len() as u64);
    match rule {
        Rule::Required(_) => match value {
            Value::Null => false,
            Value::String(text) => !text.trim().is_empty(),
            Value::Array(list) => !list.is_empty(),
            Value::Object(fields) => !fields.is_empty(),
            Value::Bool(_) | Value::Number(_) => true,
        },
        Rule::MinCharacters(least) => characters().is_some_and(|count| count >= *least),
        Rule::MaxCharacters(most) => characters().is_some_and(|count| count <= *most),
        Rule::MinItems(least) => items().is_some_and(|count| count >= *least),
        Rule::MaxItems(most) => items().is_some_and(|count| count <= *most),
        Rule::AtLeast(least) => value.as_f64().is_some_and(|number| number >= *least),
        Rule::AtMost(most) => value.as_f64().is_some_and(|number| number <= *most),
        Rule::OneOf(values) => values.iter().any(|one| same(one, value)),
        Rule::Contains(part) => match value {
            Value::String(text) => text.contains(part.as_str()),
            Value::Array(list) => list.iter().any(|element| element == part.as_str()),
            _ => false,
        },
        Rule::EndsWith(end) => value.as_str().is_some_and(|text| text.trim_end().ends_with(end.as_str())),
    }
}

/// Equal as values: 1 and 1.0 are one number.
fn same(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one.total_cmp(&other).is_eq(),
        _ => one == other,
    }
}

fn demand(rule: &Rule) -> String {
    match rule {
        Rule::Required(_) => "must not be empty".to_owned(),
        Rule::MinCharacters(least) => format!("must be a text of at least {least} characters"),
        Rule::MaxCharacters(most) => format!("must be a text of at most {most} characters"),
        Rule::MinItems(least) => format!("must be a list of at least {least} items"),
        Rule::MaxItems(most) => format!("must be a list of at most {most} items"),
        Rule::AtLeast(least) => format!("must be a number of at least {least}"),
        Rule::AtMost(most) => format!("must be a number of at most {most}"),
        Rule::OneOf(values) => {
            let values: Vec<String> = values.iter().map(shown).collect();
            format!("must be one of {}", values.join(", "))
        }
        Rule::Contains(part) => format!("must contain {}", quote(part)),
        Rule::EndsWith(end) => format!("must end with {}", quote(end)),
    }
}

/// What was found, in the measure of the rule.
fn measured(rule: &Rule, value: &Value) -> String {
    match (rule, value) {
        (Rule::MinCharacters(_) | Rule::MaxCharacters(_), Value::String(text)) => {
            format!("has {}", text.trim().chars().count())
        }
        (Rule::MinItems(_) | Rule::MaxItems(_), Value::Array(list)) => format!("has {}", list.len()),
        // The end of a long text says more here than its beginning.
        (Rule::EndsWith(_), Value::String(text)) => {
            let text = text.trim_end();
            let end = text.char_indices().rev().nth(39).map_or(0, |(at, _)| at);
            format!("ends with {}", quote(&text[end..]))
        }
        _ => format!("is {}", shown(value)),
    }
}

/// A value in a message: a short one itself, else what it is.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quote(text),
        Value::Array(list) => format!("a list of {}", list.len()),
        Value::Object(_) => "an object".to_owned(),
    }
}

const RULES: &[&str] = &[
    "required",
    "min_characters",
    "max_characters",
    "min_items",
    "max_items",
    "at_least",
    "at_most",
    "one_of",
    "contains",
    "ends_with",
];

/// Reads the gate of a step. An entry with several rules becomes as many checks.
pub(super) fn read(step: &Fields<'_>, of: &str, problems: &mut Problems) -> Vec<Check> {
    let known: Vec<&str> = ["field"].iter().chain(RULES).copied().collect();
    let mut gate = Vec::new();
    for (index, node) in step.list("gate", MOST_CHECKS, problems).iter().enumerate() {
        let of = format!("{of}, gate {}", index + 1);
        let Some(fields) = Fields::open(node, &of, &known, problems) else { continue };
        let field = read_field(&fields, problems);
        let named: Vec<&str> = RULES.iter().copied().filter(|rule| fields.raw(rule).is_some()).collect();
        if named.is_empty() {
            fields.problem(problems, fields.line(), format!("needs at least one rule of {}", RULES.join(", ")));
        }
        for rule in named {
            let rule = read_rule(&fields, rule, problems);
            gate.extend(rule.map(|rule| Check { field: field.clone(), rule }));
        }
    }
    gate
}

/// Reads the path of a field, which may be left out.
pub(super) fn read_field(fields: &Fields<'_>, problems: &mut Problems) -> Option<String> {
    let (line, path) = fields.text("field", problems)?;
    if path.split('.').all(|part| !part.trim().is_empty()) && path.chars().count() <= MOST_PATH {
        return Some(path.to_owned());
    }
    let rule = format!("must be names joined by dots, at most {MOST_PATH} characters, not {}", quote(path));
    fields.wrong(problems, "field", line, rule);
    None
}

fn read_rule(fields: &Fields<'_>, rule: &str, problems: &mut Problems) -> Option<Rule> {
    let length = |problems: &mut Problems| fields.whole(rule, 1..=MOST_LENGTH, problems).map(i64::unsigned_abs);
    match rule {
        "min_characters" => length(problems).map(Rule::MinCharacters),
        "max_characters" => length(problems).map(Rule::MaxCharacters),
        "min_items" => length(problems).map(Rule::MinItems),
        "max_items" => length(problems).map(Rule::MaxItems),
        "at_least" => number(fields, rule, problems).map(Rule::AtLeast),
        "at_most" => number(fields, rule, problems).map(Rule::AtMost),
        "contains" => part(fields, rule, problems).map(Rule::Contains),
        "ends_with" => part(fields, rule, problems).map(Rule::EndsWith),
        "one_of" => values(fields, rule, problems).map(Rule::OneOf),
        _ => {
            let node = fields.get(rule, problems)?;
            if !matches!(node.content, Content::Bool(true)) {
                let reason = format!("is true or left out, not {}", found(node));
                fields.wrong(problems, rule, node.line, reason);
                return None;
            }
            Some(Rule::Required(true))
        }
    }
}

fn number(fields: &Fields<'_>, rule: &str, problems: &mut Problems) -> Option<f64> {
    let node = fields.get(rule, problems)?;
    let number = if let Content::Number(number) = &node.content { number.as_f64() } else { None };
    if number.is_none() {
        fields.wrong(problems, rule, node.line, format!("must be a number, not {}", found(node)));
    }
    number
}

fn part(fields: &Fields<'_>, rule: &str, problems: &mut Problems) -> Option<String> {
    let (line, text) = fields.text(rule, problems)?;
    if text.is_empty() || text.chars().count() > rules::LINE {
        fields.wrong(problems, rule, line, format!("must have 1 to {} characters", rules::LINE));
        return None;
    }
    Some(text.to_owned())
}

fn values(fields: &Fields<'_>, rule: &str, problems: &mut Problems) -> Option<Vec<Value>> {
    let node = fields.get(rule, problems)?;
    let nodes = fields.elements(rule, node, MOST_CHECKS, problems);
    let simple = |node: &&Node| matches!(node.content, Content::Text(_) | Content::Number(_) | Content::Bool(_));
    if matches!(node.content, Content::List(_)) && (nodes.is_empty() || !nodes.iter().all(|node| simple(&node))) {
        fields.wrong(problems, rule, node.line, "must list texts, numbers or booleans, at least one");
        return None;
    }
    (!nodes.is_empty()).then(|| nodes.iter().map(Node::json).collect())
}
