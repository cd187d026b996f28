//! A definition becomes a text again: what [`super::parse()`] reads back as the same definition.

use callboard_entity::{CapabilityLevel, WorkItemType};
use serde_json::Value;

use super::definition::{Check, Definition, Delegate, How, Input, OutputSpec, Rule, StepSpec};
use super::fields::spoken;
use crate::rules;

/// The template as YAML. Comments and the layout of the text that it came from are not kept, nor is what is left to its
/// default.
pub fn yaml(definition: &Definition) -> String {
    let mut out = Writer::default();
    out.text(0, "name", &definition.name);
    out.optional(0, "description", definition.description.as_deref());
    if !definition.inputs.is_empty() {
        out.line(0, "inputs:");
    }
    for (name, value) in &definition.inputs {
        out.line(1, &format!("{}:", quoted(name)));
        input(&mut out, value);
    }
    out.line(0, "steps:");
    for one in &definition.steps {
        step(&mut out, one);
    }
    out.text
}

fn input(out: &mut Writer, input: &Input) {
    out.line(2, &format!("type: {}", input.r#type.as_str()));
    out.optional(2, "description", input.description.as_deref());
    if let Some(default) = &input.default {
        out.line(2, &format!("default: {}", inline(default)));
    }
}

fn step(out: &mut Writer, step: &StepSpec) {
    // An element's first field stands beside its dash.
    out.line(1, &format!("- name: {}", quoted(&step.name)));
    if step.title != step.name {
        out.text(2, "title", &step.title);
    }
    out.optional(2, "description", step.description.as_deref());
    let attempts = match &step.how {
        How::Function(name) => {
            out.text(2, "function", name);
            3
        }
        How::Delegate(how) => {
            delegate(out, how);
            1
        }
    };
    if !step.after.is_empty() {
        out.line(2, &format!("after: {}", list(&step.after)));
    }
    if step.max_attempts != attempts {
        out.line(2, &format!("max_attempts: {}", step.max_attempts));
    }
    if let Some(seconds) = step.timeout_seconds {
        out.line(2, &format!("timeout: {}", spoken(seconds)));
    }
    if step.backoff_seconds != 10 {
        out.line(2, &format!("backoff: {}", spoken(step.backoff_seconds)));
    }
    if !step.gate.is_empty() {
        out.line(2, "gate:");
    }
    for one in &step.gate {
        out.line(3, &format!("- {}", check(one)));
    }
    if let Some(spec) = &step.output {
        out.line(2, &format!("output: {}", output(spec)));
    }
}

fn delegate(out: &mut Writer, delegate: &Delegate) {
    let mut fields = Vec::new();
    if !delegate.requires.is_empty() {
        let words = delegate.requires.iter().map(|needed| match needed.level {
            CapabilityLevel::Basic => needed.capability.clone(),
            level => format!("{}:{}", needed.capability, level.as_str()),
        });
        fields.push(format!("requires: {}", list(&words.collect::<Vec<_>>())));
    }
    if let Some(agent) = &delegate.agent {
        fields.push(format!("agent: {}", quoted(agent)));
    }
    if delegate.r#type != WorkItemType::Task {
        fields.push(format!("type: {}", delegate.r#type.as_str()));
    }
    if delegate.priority != 2 {
        fields.push(format!("priority: {}", delegate.priority));
    }
    if fields.is_empty() && delegate.acceptance_criteria.is_empty() {
        out.line(2, "delegate: {}");
        return;
    }
    out.line(2, "delegate:");
    for field in &fields {
        out.line(3, field);
    }
    if !delegate.acceptance_criteria.is_empty() {
        out.line(3, "acceptance_criteria:");
    }
    for criterion in &delegate.acceptance_criteria {
        out.line(4, &format!("- {}", quoted(criterion)));
    }
}

fn check(check: &Check) -> String {
    let (rule, value) = match &check.rule {
        Rule::Required(value) => ("required", value.to_string()),
        Rule::MinCharacters(n) => ("min_characters", n.to_string()),
        Rule::MaxCharacters(n) => ("max_characters", n.to_string()),
        Rule::MinItems(n) => ("min_items", n.to_string()),
        Rule::MaxItems(n) => ("max_items", n.to_string()),
        Rule::AtLeast(n) => ("at_least", n.to_string()),
        Rule::AtMost(n) => ("at_most", n.to_string()),
        Rule::OneOf(values) => ("one_of", inline(&Value::Array(values.clone()))),
        Rule::Contains(part) => ("contains", quoted(part)),
        Rule::EndsWith(end) => ("ends_with", quoted(end)),
    };
    let field = check.field.as_ref().map(|field| format!("field: {}, ", quoted(field))).unwrap_or_default();
    format!("{{ {field}{rule}: {value} }}")
}

fn output(output: &OutputSpec) -> String {
    let field = output.field.as_ref().map(|field| format!(", field: {}", quoted(field))).unwrap_or_default();
    format!("{{ key: {}, type: {}{field} }}", quoted(&output.key), output.r#type.as_str())
}

#[derive(Debug, Default)]
struct Writer {
    text: String,
}

impl Writer {
    fn line(&mut self, depth: usize, text: &str) {
        if !text.is_empty() {
            self.text.push_str(&"  ".repeat(depth));
            self.text.push_str(text);
        }
        self.text.push('\n');
    }

    fn optional(&mut self, depth: usize, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(depth, name, value);
        }
    }

    /// A text of several lines as a block, where a block says exactly the same.
    fn text(&mut self, depth: usize, name: &str, value: &str) {
        let (body, mark) = match value.strip_suffix('\n') {
            Some(body) => (body, "|"),
            None => (value, "|-"),
        };
        let begins = body.chars().next().is_some_and(|c| !c.is_whitespace());
        let is_block = value.contains('\n') && begins && !body.ends_with('\n');
        if !is_block || body.contains(|c| c != '\n' && rules::is_unsafe(c)) {
            self.line(depth, &format!("{name}: {}", quoted(value)));
            return;
        }
        self.line(depth, &format!("{name}: {mark}"));
        for line in body.split('\n') {
            self.line(depth + 1, line);
        }
    }
}

fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
}

/// A value on one line.
fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(values) => format!("[{}]", values.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{}: {}", escaped(name), inline(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        simple => simple.to_string(),
    }
}

/// A text on one line, in quotes where it could be taken for something else.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/');
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let is_word = !reserved.contains(&text.to_ascii_lowercase().as_str());
    if begins && is_word && text.chars().all(plain) && !text.ends_with(' ') {
        return text.to_owned();
    }
    escaped(text)
}

/// A text in double quotes. Other control characters than these are in no template.
fn escaped(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
