//! One step of a template's text, with the lines that checks across steps need.

use std::collections::BTreeMap;

use callboard_entity::{CapabilityLevel, WorkItemType, WorkflowOutputType};

use super::definition::{Delegate, How, MOST_DEPENDENCIES, OutputSpec, StepSpec};
use super::fields::Fields;
use super::node::Node;
use super::parse::MOST_DESCRIPTION;
use super::problems::{Problems, quote};
use super::{gate, node};
use crate::error::Result;
use crate::item::{self, Requirement};
use crate::rules;

/// A step and where its parts stand.
#[derive(Debug)]
pub(super) struct ReadStep<'a> {
    pub spec: StepSpec,
    /// Whether its name can be used; a step whose name cannot has none.
    pub named: bool,
    pub line: usize,
    /// The template texts as they are written: field, line, text.
    pub texts: Vec<(&'static str, usize, &'a str)>,
    /// The lines of the names in `after`.
    pub after: Vec<usize>,
    pub output: usize,
}

const FIELDS: &[&str] = &[
    "name",
    "title",
    "description",
    "delegate",
    "function",
    "after",
    "max_attempts",
    "timeout",
    "backoff",
    "gate",
    "output",
];
const DAY: i64 = 86_400;

/// Reads the step at this position. What cannot be read is replaced, so that the rest is checked too.
pub(super) fn read<'a>(node: &'a Node, index: usize, problems: &mut Problems) -> ReadStep<'a> {
    let mut of = format!("step {}", index + 1);
    if let node::Content::Map(entries) = &node.content {
        let name = entries.iter().find(|entry| entry.name == "name").map(|entry| &entry.node.content);
        if let Some(node::Content::Text(name)) = name {
            of = format!("step {}", quote(name));
        }
    }
    let mut step = empty(node.line);
    let Some(fields) = Fields::open(node, &of, FIELDS, problems) else { return step };
    let name = fields.needed_text("name", problems);
    step.line = name.map_or(fields.line(), |(line, _)| line);
    if let Some(name) = fields.ruled(name, |name| rules::slug("name", name), problems) {
        name.clone_into(&mut step.spec.name);
        step.named = true;
    }
    let spec = &mut step.spec;
    spec.title.clone_from(&spec.name);
    if let Some((line, title)) = fields.text("title", problems) {
        step.texts.push(("title", line, title));
        if fields.ruled(Some((line, title)), |title| rules::line("title", title), problems).is_some() {
            title.clone_into(&mut spec.title);
        }
    }
    if let Some((line, text)) = fields.description(MOST_DESCRIPTION, problems) {
        step.texts.push(("description", line, text));
        spec.description = Some(text.to_owned());
    }
    spec.how = read_how(&fields, &of, problems);
    for entry in fields.list("after", MOST_DEPENDENCIES, problems) {
        if let Some((line, name)) = fields.as_text("after", entry, problems) {
            if spec.after.iter().any(|other| other == name) {
                fields.wrong(problems, "after", line, format!("names {} twice", quote(name)));
                continue;
            }
            spec.after.push(name.to_owned());
            step.after.push(line);
        }
    }
    let delegated = matches!(spec.how, How::Delegate(_));
    let attempts = fields.whole("max_attempts", 1..=100, problems);
    spec.max_attempts = attempts.unwrap_or(if delegated { 1 } else { 3 });
    spec.timeout_seconds = fields.seconds("timeout", 1..=365 * DAY, problems);
    spec.backoff_seconds = fields.seconds("backoff", 0..=DAY, problems).unwrap_or(10);
    spec.gate = gate::read(&fields, &of, problems);
    if let Some((line, output)) = read_output(&fields, &of, problems) {
        step.output = line;
        spec.output = Some(output);
    }
    step
}

fn empty<'a>(line: usize) -> ReadStep<'a> {
    let spec = StepSpec {
        name: String::new(),
        title: String::new(),
        description: None,
        how: How::Function(String::new()),
        after: Vec::new(),
        max_attempts: 1,
        timeout_seconds: None,
        backoff_seconds: 10,
        gate: Vec::new(),
        output: None,
    };
    ReadStep { spec, named: false, line, texts: Vec::new(), after: Vec::new(), output: line }
}

fn read_how(step: &Fields<'_>, of: &str, problems: &mut Problems) -> How {
    let line = match (step.raw("delegate"), step.raw("function")) {
        (Some(_), None) => {
            let delegate = step.get("delegate", problems).and_then(|node| read_delegate(node, of, problems));
            return How::Delegate(delegate.unwrap_or_else(plain_delegate));
        }
        (None, Some(_)) => {
            let name = step.text("function", problems);
            let name = step.ruled(name, |name| rules::line("function", name), problems);
            return How::Function(name.unwrap_or_default().to_owned());
        }
        (Some(_), Some(function)) => function.line,
        (None, None) => step.line(),
    };
    step.problem(problems, line, "needs exactly one of 'delegate' (an item for whoever claims it) and 'function'");
    How::Function(String::new())
}

fn plain_delegate() -> Delegate {
    let (requires, acceptance_criteria) = (Vec::new(), Vec::new());
    Delegate { requires, agent: None, r#type: WorkItemType::Task, priority: 2, acceptance_criteria }
}

fn read_delegate(node: &Node, of: &str, problems: &mut Problems) -> Option<Delegate> {
    let of = format!("{of}, delegate");
    let known = ["requires", "agent", "type", "priority", "acceptance_criteria"];
    let fields = Fields::open(node, &of, &known, problems)?;
    let mut delegate = plain_delegate();
    let agent = fields.text("agent", problems);
    delegate.agent = fields.ruled(agent, |agent| rules::line("agent", agent), problems).map(str::to_owned);
    if let Some(r#type) = fields.word("type", WorkItemType::ALL, |t| t.as_str(), problems) {
        delegate.r#type = r#type;
    }
    delegate.priority = fields.whole("priority", 0..=4, problems).unwrap_or(2);
    let mut required: BTreeMap<String, CapabilityLevel> = BTreeMap::new();
    for entry in fields.list("requires", item::MANY, problems) {
        let Some((line, text)) = fields.as_text("requires", entry, problems) else { continue };
        match rules::capability(text) {
            Ok((name, level)) => {
                let highest = required.entry(name).or_insert(level);
                *highest = (*highest).max(level);
            }
            Err(error) => fields.wrong(problems, "requires", line, error),
        }
    }
    delegate.requires = required.into_iter().map(Requirement::from).collect();
    for entry in fields.list("acceptance_criteria", item::MANY, problems) {
        let text = fields.as_text("acceptance_criteria", entry, problems);
        if let Some(text) = fields.ruled(text, criterion, problems) {
            delegate.acceptance_criteria.push(text.to_owned());
        }
    }
    Some(delegate)
}

fn criterion(text: &str) -> Result<()> {
    if text.trim().is_empty() {
        return Err(crate::Error::invalid("acceptance_criteria", "", "a criterion must not be empty"));
    }
    Ok(())
}

fn read_output(step: &Fields<'_>, of: &str, problems: &mut Problems) -> Option<(usize, OutputSpec)> {
    let of = format!("{of}, output");
    let node = step.get("output", problems)?;
    let fields = Fields::open(node, &of, &["key", "type", "field"], problems)?;
    let key = fields.needed_text("key", problems);
    let r#type = match fields.raw("type") {
        None => Some(WorkflowOutputType::Json),
        Some(_) => fields.word("type", WorkflowOutputType::ALL, |t| t.as_str(), problems),
    };
    let field = gate::read_field(&fields, problems);
    let line = key.map_or(node.line, |(line, _)| line);
    let key = fields.ruled(key, |key| rules::name("key", key), problems)?;
    Some((line, OutputSpec { key: key.to_owned(), r#type: r#type?, field }))
}
