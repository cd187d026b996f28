//! The title and description of a step, written with the values of a run so that items take them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use minijinja::ErrorKind;
use serde_json::{Map, Value, json};

use super::definition::StepSpec;
use super::text;
use crate::error::{Error, Result};
use crate::rules;

/// What is put where a text was cut.
const CUT: &str = "\n[cut: this text was longer than an item's may be]";

/// The texts of a step's work item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// One line of at most 500 characters.
    pub title: String,
    /// At most 1 MiB.
    pub description: Option<String>,
}

/// Writes a step's texts with the inputs of its run and the outputs of steps before it, by name.
///
/// Values are only ever data: what they hold is not read as a template. A result that an item could not take is made
/// to fit: a title becomes one line, control characters are written as `\u{..}`, and what is too long is cut.
///
/// # Errors
/// [`Error::Render`] for an output that has no such field, or a text that takes too many steps to write.
pub fn render(step: &StepSpec, inputs: &Map<String, Value>, outputs: &BTreeMap<String, Value>) -> Result<Rendered> {
    let steps: BTreeMap<String, Value> =
        outputs.iter().map(|(name, output)| (text::variable(name), json!({ "output": output }))).collect();
    let values = minijinja::context! { inputs => inputs, steps => steps };
    let write = |field, text: &str| write(step, field, text, &values);
    let title = one_line(&write("title", &step.title)?.text);
    let title = if title.is_empty() { step.name.clone() } else { title };
    let description = match &step.description {
        None => None,
        Some(text) => Some(fitting(write("description", text)?)).filter(|text| !text.trim().is_empty()),
    };
    Ok(Rendered { title, description })
}

fn write(step: &StepSpec, field: &'static str, source: &str, values: &minijinja::Value) -> Result<Bounded> {
    let environment = text::environment();
    let mut out = Bounded::default();
    let failed = |error: &minijinja::Error| {
        let (line, why) = text::place(error);
        Error::Render { step: step.name.clone(), field, line, why }
    };
    let template = environment.template_from_str(source).map_err(|error| failed(&error))?;
    let written = template.render_captured_to(values, &mut out).map(|_| ());
    match written {
        Err(error) if error.kind() == ErrorKind::WriteFailure && out.full => Ok(out),
        Err(error) => Err(failed(&error)),
        Ok(()) => Ok(out),
    }
}

/// A text that takes no more than an item holds.
#[derive(Debug, Default)]
struct Bounded {
    text: String,
    full: bool,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let left = rules::TEXT.saturating_sub(self.text.len());
        self.text.push_str(head(&text, left));
        if text.len() > left {
            self.full = true;
            return Err(io::Error::other("the text is full"));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// As much of a text as has at most so many bytes.
fn head(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn one_line(text: &str) -> String {
    let line = rules::escape(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    match line.char_indices().nth(rules::LINE) {
        None => line,
        Some(_) => line.chars().take(rules::LINE - 1).chain(['…']).collect(),
    }
}

fn fitting(written: Bounded) -> String {
    let plain = |c: char| matches!(c, '\n' | '\r' | '\t') || !rules::is_unsafe(c);
    let mut text = written.text;
    if !text.chars().all(plain) {
        text = text.chars().map(|c| if plain(c) { c.to_string() } else { c.escape_unicode().to_string() }).collect();
    }
    if written.full || text.len() > rules::TEXT {
        text.truncate(head(&text, rules::TEXT - CUT.len()).len());
        text.push_str(CUT);
    }
    text
}
