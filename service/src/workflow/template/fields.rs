//! The fields of one object of a template, read with all their problems.

use std::fmt::Display;
use std::ops::RangeInclusive;

use super::node::{Content, Entry, Node};
use super::problems::{Problems, hint, quote};
use crate::error::Result;
use crate::rules;

/// An object whose fields are asked for by name.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    /// What the object is, for messages: `step 'search'`; empty for the template itself.
    of: String,
    line: usize,
    entries: &'a [Entry],
}

impl<'a> Fields<'a> {
    /// Opens an object. Something else, or a field that is not `known`, is a problem; of something else there are no
    /// fields.
    pub fn open(node: &'a Node, of: &str, known: &[&str], problems: &mut Problems) -> Option<Self> {
        let Content::Map(entries) = &node.content else {
            let fields = Self { of: of.to_owned(), line: node.line, entries: &[] };
            fields.problem(problems, node.line, format!("must be an object with fields, not {}", node.kind()));
            return None;
        };
        let fields = Self { of: of.to_owned(), line: node.line, entries };
        for entry in entries.iter().filter(|entry| !known.contains(&entry.name.as_str())) {
            let near = hint(&entry.name, known.iter().copied());
            fields.problem(problems, entry.line, format!("there is no field {}{near}", quote(&entry.name)));
        }
        Some(fields)
    }

    /// The line where the object begins.
    pub fn line(&self) -> usize {
        self.line
    }

    pub fn problem(&self, problems: &mut Problems, line: usize, reason: impl Display) {
        if self.of.is_empty() {
            problems.add(line, reason.to_string());
        } else {
            problems.add(line, format!("{}: {reason}", self.of));
        }
    }

    /// A problem of the value of a field.
    pub fn wrong(&self, problems: &mut Problems, name: &str, line: usize, reason: impl Display) {
        self.problem(problems, line, format!("{name}: {reason}"));
    }

    /// The value of a field, whatever it is; of a repeated field the first.
    pub fn raw(&self, name: &str) -> Option<&'a Node> {
        self.entries.iter().find(|entry| entry.name == name).map(|entry| &entry.node)
    }

    /// The value of a field that may be left out, but not left empty.
    pub fn get(&self, name: &str, problems: &mut Problems) -> Option<&'a Node> {
        let node = self.raw(name)?;
        if matches!(node.content, Content::Null) {
            self.wrong(problems, name, node.line, "is empty: give a value, or leave the field out");
            return None;
        }
        Some(node)
    }

    /// The value of a field that must be there.
    pub fn needed(&self, name: &str, problems: &mut Problems) -> Option<&'a Node> {
        if self.raw(name).is_none() {
            self.problem(problems, self.line, format!("needs the field '{name}'"));
        }
        self.get(name, problems)
    }

    /// A text, with its line.
    pub fn text(&self, name: &str, problems: &mut Problems) -> Option<(usize, &'a str)> {
        self.as_text(name, self.get(name, problems)?, problems)
    }

    /// A text that must be there.
    pub fn needed_text(&self, name: &str, problems: &mut Problems) -> Option<(usize, &'a str)> {
        self.as_text(name, self.needed(name, problems)?, problems)
    }

    /// A value that must be a text.
    pub fn as_text(&self, name: &str, node: &'a Node, problems: &mut Problems) -> Option<(usize, &'a str)> {
        if let Content::Text(text) = &node.content {
            return Some((node.line, text));
        }
        let quotes =
            if matches!(node.content, Content::Bool(_) | Content::Number(_)) { " (put it in quotes)" } else { "" };
        self.wrong(problems, name, node.line, format!("must be a text, not {}{quotes}", node.kind()));
        None
    }

    /// A text that keeps a rule of the service.
    pub fn ruled(
        &self,
        found: Option<(usize, &'a str)>,
        rule: impl FnOnce(&str) -> Result<()>,
        problems: &mut Problems,
    ) -> Option<&'a str> {
        let (line, text) = found?;
        match rule(text) {
            Ok(()) => Some(text),
            Err(error) => {
                self.problem(problems, line, error);
                None
            }
        }
    }

    /// A text of several lines; an empty one is a problem, since it says nothing.
    pub fn description(&self, most_bytes: usize, problems: &mut Problems) -> Option<(usize, &'a str)> {
        let (line, text) = self.text("description", problems)?;
        if text.trim().is_empty() {
            self.wrong(problems, "description", line, "must not be empty");
        } else if text.len() > most_bytes {
            self.wrong(
                problems,
                "description",
                line,
                format!("must have at most {most_bytes} bytes, has {}", text.len()),
            );
        }
        Some((line, text))
    }

    /// A whole number within limits.
    pub fn whole(&self, name: &str, range: RangeInclusive<i64>, problems: &mut Problems) -> Option<i64> {
        let node = self.get(name, problems)?;
        let number = if let Content::Number(number) = &node.content { number.as_i64() } else { None };
        if let Some(number) = number.filter(|number| range.contains(number)) {
            return Some(number);
        }
        let found = found(node);
        let rule = format!("must be a whole number from {} to {}, not {found}", range.start(), range.end());
        self.wrong(problems, name, node.line, rule);
        None
    }

    /// Seconds within limits, as a number and a unit: `10s`, `5m`, `2h`, `3d`.
    pub fn seconds(&self, name: &str, range: RangeInclusive<i64>, problems: &mut Problems) -> Option<i64> {
        let node = self.get(name, problems)?;
        let seconds = if let Content::Text(text) = &node.content { duration(text) } else { None };
        if let Some(seconds) = seconds.filter(|seconds| range.contains(seconds)) {
            return Some(seconds);
        }
        let (least, most) = (spoken(*range.start()), spoken(*range.end()));
        let rule = format!("must be a duration such as 10s, 5m, 2h or 3d, from {least} to {most}, not {}", found(node));
        self.wrong(problems, name, node.line, rule);
        None
    }

    /// The elements of a list that may be left out.
    pub fn list(&self, name: &str, most: usize, problems: &mut Problems) -> &'a [Node] {
        match self.get(name, problems) {
            None => &[],
            Some(node) => self.elements(name, node, most, problems),
        }
    }

    /// The elements of a value that must be a list.
    pub fn elements(&self, name: &str, node: &'a Node, most: usize, problems: &mut Problems) -> &'a [Node] {
        let Content::List(values) = &node.content else {
            self.wrong(problems, name, node.line, format!("must be a list, not {}", node.kind()));
            return &[];
        };
        if values.len() > most {
            self.wrong(problems, name, node.line, format!("must have at most {most} elements, has {}", values.len()));
        }
        values
    }

    /// One word of a vocabulary.
    pub fn word<T: Copy>(
        &self,
        name: &'static str,
        all: &[T],
        text: impl Fn(T) -> &'static str,
        problems: &mut Problems,
    ) -> Option<T> {
        let (line, word) = self.text(name, problems)?;
        match rules::word(name, word, all, text) {
            Ok(word) => Some(word),
            Err(error) => {
                self.problem(problems, line, error);
                None
            }
        }
    }
}

/// A value as messages show it: a short one itself, else what it is.
pub(super) fn found(node: &Node) -> String {
    match &node.content {
        Content::Text(text) => quote(text),
        Content::Number(number) => number.to_string(),
        Content::Bool(value) => value.to_string(),
        _ => node.kind().to_owned(),
    }
}

fn duration(text: &str) -> Option<i64> {
    let text = text.trim();
    let unit = text.chars().next_back()?;
    let seconds = UNITS.iter().find(|(name, _)| *name == unit)?.1;
    let digits = text.strip_suffix(unit)?;
    let digits = Some(digits).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
    digits.parse::<i64>().ok()?.checked_mul(seconds)
}

/// Seconds in the largest unit that says them without a rest.
pub(super) fn spoken(seconds: i64) -> String {
    let unit = UNITS.iter().find(|(_, unit)| seconds != 0 && seconds % unit == 0);
    unit.map_or_else(|| "0s".to_owned(), |(name, unit)| format!("{}{name}", seconds / unit))
}

/// The units of a duration, in seconds.
const UNITS: &[(char, i64)] = &[('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];
