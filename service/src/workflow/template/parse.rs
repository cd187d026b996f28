//! A text becomes a definition, or all its problems.

use std::collections::BTreeMap;

use serde_json::Value;

use super::definition::{Definition, Input, InputType, MOST_STEPS};
use super::fields::{Fields, found};
use super::node::{self, Content, Node};
use super::problems::{Problems, quote};
use super::steps::{self, ReadStep};
use super::{inputs, validate};
use crate::error::{Error, Result};
use crate::rules;

/// The largest text of a template, in bytes.
pub const MOST_BYTES: usize = 256 * 1024;
/// The longest description of a template, an input or a step, in bytes.
pub(super) const MOST_DESCRIPTION: usize = 64 * 1024;
/// The most inputs of a template.
const MOST_INPUTS: usize = 100;

/// Reads a template in YAML or JSON.
///
/// # Errors
/// [`Error::InvalidTemplate`] with every problem and its line. A text that is no YAML has one problem: the place from
/// which on it cannot be read.
pub fn parse(text: &str) -> Result<Definition> {
    let mut problems = Problems::default();
    if text.len() > MOST_BYTES {
        problems.add(1, format!("must have at most {MOST_BYTES} bytes, has {}", text.len()));
        return refuse(problems, "", None);
    }
    if text.trim().is_empty() {
        problems.add(1, "is empty");
        return refuse(problems, "", None);
    }
    let root = match node::read(text) {
        Ok(root) => root,
        Err((line, reason)) => {
            problems.add(line, reason);
            return refuse(problems, "", None);
        }
    };
    root.check(&mut problems);
    let mut name = String::new();
    let mut definition = None;
    if let Some(fields) = Fields::open(&root, "", &["name", "description", "inputs", "steps"], &mut problems) {
        let given = fields.needed_text("name", &mut problems);
        if let Some(slug) = fields.ruled(given, template_name, &mut problems) {
            slug.clone_into(&mut name);
        }
        let description = fields.description(MOST_DESCRIPTION, &mut problems).map(|(_, text)| text.to_owned());
        let inputs = read_inputs(&fields, &mut problems);
        let steps = read_steps(&fields, &mut problems);
        validate::steps(text, &inputs, &steps, &mut problems);
        let steps = steps.into_iter().map(|step| step.spec).collect();
        definition = Some(Definition { name: name.clone(), description, inputs, steps });
    }
    refuse(problems, &name, definition)
}

/// The definition, unless there are problems.
fn refuse(problems: Problems, name: &str, definition: Option<Definition>) -> Result<Definition> {
    match (problems.into_error(name), definition) {
        (None, Some(definition)) => Ok(definition),
        (Some(error), _) => Err(error),
        // Without a definition there is a problem; this keeps it so.
        (None, None) => Err(Error::InvalidTemplate { name: name.to_owned(), problems: Vec::new() }),
    }
}

fn read_inputs(template: &Fields<'_>, problems: &mut Problems) -> BTreeMap<String, Input> {
    let mut inputs = BTreeMap::new();
    let Some(node) = template.get("inputs", problems) else { return inputs };
    let Content::Map(entries) = &node.content else {
        template.wrong(problems, "inputs", node.line, format!("must be an object with fields, not {}", node.kind()));
        return inputs;
    };
    if entries.len() > MOST_INPUTS {
        template.wrong(problems, "inputs", node.line, format!("must be at most {MOST_INPUTS}, are {}", entries.len()));
    }
    for entry in entries {
        let of = format!("input {}", quote(&entry.name));
        if !is_variable(&entry.name) {
            let rule =
                "must begin with a lower-case letter, and have only lower-case letters, digits and '_', at most 64";
            problems.add(entry.line, format!("{of}: its name {rule}"));
        }
        let input = read_input(&entry.node, &of, problems);
        inputs.entry(entry.name.clone()).or_insert(input);
    }
    inputs
}

/// One input. What cannot be read is replaced, so that steps which use the input are not blamed.
fn read_input(node: &Node, of: &str, problems: &mut Problems) -> Input {
    let mut input = Input { r#type: InputType::Json, description: None, default: None };
    let Some(fields) = Fields::open(node, of, &["type", "description", "default"], problems) else { return input };
    if fields.needed("type", problems).is_some() {
        let read = fields.word("type", InputType::ALL, InputType::as_str, problems);
        input.r#type = read.unwrap_or(InputType::Json);
    }
    input.description = fields.description(MOST_DESCRIPTION, problems).map(|(_, text)| text.to_owned());
    if let Some(default) = fields.raw("default") {
        let value: Value = default.json();
        if !inputs::fits(input.r#type, &value) {
            let rule = format!("must be {}, not {}", inputs::kind(input.r#type), found(default));
            fields.wrong(problems, "default", default.line, rule);
        }
        input.default = Some(value);
    }
    input
}

fn read_steps<'a>(template: &Fields<'a>, problems: &mut Problems) -> Vec<ReadStep<'a>> {
    let Some(node) = template.needed("steps", problems) else { return Vec::new() };
    let nodes = template.elements("steps", node, MOST_STEPS, problems);
    if nodes.is_empty() && matches!(node.content, Content::List(_)) {
        template.wrong(problems, "steps", node.line, "must have at least one step");
    }
    nodes.iter().enumerate().map(|(index, node)| steps::read(node, index, problems)).collect()
}

/// Words joined by `-` or `_`: the names of workflows are often those of functions.
fn template_name(name: &str) -> Result<()> {
    let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if name.len() <= rules::SHORT && name.split(['-', '_']).all(word) {
        return rules::not_id("name", name);
    }
    let rule = "must be lower-case letters and digits in words joined by '-' or '_', 1 to 64 characters";
    Err(Error::invalid("name", name, rule))
}

/// A name that template texts can write after a dot.
fn is_variable(name: &str) -> bool {
    name.len() <= rules::SHORT
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
