//! YAML or JSON as a tree in which every value knows its line.
//!
//! JSON needs no parser of its own: YAML 1.2 holds it. A tree, unlike a derived struct, lets all problems be found.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::{Budget, DuplicateKeyPolicy, Error, MergeKeyPolicy, Options, Spanned};

use super::problems::{Problems, quote};
use crate::rules;

/// How deep lists and objects may be nested: the tree is read and walked by recursion.
const DEEPEST: usize = 32;

/// A value and the line where it begins, from 1; of a block text the line after its `|`.
#[derive(Debug)]
pub(super) struct Node {
    pub line: usize,
    pub content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A field of an object, which may stand there twice.
#[derive(Debug)]
pub(super) struct Entry {
    pub name: String,
    pub line: usize,
    pub node: Node,
}

/// Reads the one document of a text.
///
/// # Errors
/// The line and reason of the first thing that is no YAML.
pub(super) fn read(text: &str) -> Result<Node, (usize, String)> {
    serde_saphyr::from_str_with_options::<Spanned<Content>>(text, options()).map(node).map_err(|error| {
        let line = error.location().map_or(1, |at| usize::try_from(at.line()).unwrap_or(1));
        (line, broken_json(text).unwrap_or_else(|| reason(&error)))
    })
}

fn options() -> Options {
    let mut budget = Budget::default();
    budget.max_depth = DEEPEST;
    budget.flow_nesting_limit = DEEPEST;
    budget.max_documents = 1;
    // A few aliases of aliases write out gigabytes; a template has no need of them.
    budget.max_anchors = 0;
    budget.max_aliases = 0;
    let mut options = Options::default();
    options.budget = Some(budget);
    options.emit_comments = false;
    // Both values reach the visitor, so that each repeated field is told.
    options.duplicate_keys = DuplicateKeyPolicy::LastWins;
    options.merge_keys = MergeKeyPolicy::Error;
    // As in YAML 1.2 and JSON: `yes` and `no` are texts.
    options.strict_booleans = true;
    options.reject_unsupported_tags = true;
    options.with_snippet = false;
    options
}

/// What a JSON parser says of a text that is meant to be JSON: it speaks of commas, not of flow mappings.
fn broken_json(text: &str) -> Option<String> {
    let inside = text.trim_start().strip_prefix('{')?;
    if !inside.trim_start().starts_with('"') {
        return None;
    }
    let error = serde_json::from_str::<Value>(text).err()?;
    Some(format!("is not JSON: {error}"))
}

fn reason(error: &Error) -> String {
    use serde_saphyr::budget::BudgetBreach as Breach;
    match error {
        Error::Budget { breach, .. } => match breach {
            Breach::Anchors { .. } | Breach::Aliases { .. } => {
                "anchors and aliases are not supported: write the value out".to_owned()
            }
            Breach::Depth { .. } => format!("is nested more than {DEEPEST} deep"),
            Breach::Documents { .. } => "a second document begins: a template is one".to_owned(),
            other => format!("is too large: {other:?}"),
        },
        Error::MergeKeyNotAllowed { .. } => "merge keys ('<<') are not supported: write the fields out".to_owned(),
        Error::Unexpected { .. } | Error::NullIntoString { .. } => {
            "the name of a field must be a text; a value that begins with '{' needs quotes".to_owned()
        }
        other => {
            // The place is told apart from the reason.
            let told = other.to_string();
            let told = told.split(" at line ").next().unwrap_or_default();
            format!("is not YAML: {}", rules::escape(told))
        }
    }
}

fn line(at: serde_saphyr::Location) -> usize {
    usize::try_from(at.line()).unwrap_or(usize::MAX)
}

fn node(read: Spanned<Content>) -> Node {
    Node { line: line(read.referenced), content: read.value }
}

impl Node {
    /// What the value is, with its article.
    pub fn kind(&self) -> &'static str {
        match &self.content {
            Content::Null => "nothing",
            Content::Bool(_) => "a boolean",
            Content::Number(_) => "a number",
            Content::Text(_) => "a text",
            Content::List(_) => "a list",
            Content::Map(_) => "an object",
        }
    }

    /// The value as JSON.
    pub fn json(&self) -> Value {
        match &self.content {
            Content::Null => Value::Null,
            Content::Bool(value) => Value::Bool(*value),
            Content::Number(value) => Value::Number(value.clone()),
            Content::Text(value) => Value::String(value.clone()),
            Content::List(values) => Value::Array(values.iter().map(Self::json).collect()),
            Content::Map(entries) => {
                let fields = entries.iter().map(|entry| (entry.name.clone(), entry.node.json()));
                Value::Object(fields.collect::<Map<_, _>>())
            }
        }
    }

    /// Finds what is wrong wherever it stands: a field that stands twice, and control characters.
    pub fn check(&self, problems: &mut Problems) {
        match &self.content {
            Content::Text(text) => no_control_characters(self.line, text, problems),
            Content::List(values) => values.iter().for_each(|value| value.check(problems)),
            Content::Map(entries) => {
                let mut lines: HashMap<&str, usize> = HashMap::new();
                for entry in entries {
                    no_control_characters(entry.line, &entry.name, problems);
                    if let Some(first) = lines.get(entry.name.as_str()) {
                        let name = quote(&entry.name);
                        problems.add(entry.line, format!("the field {name} stands in line {first} already"));
                    } else {
                        lines.insert(&entry.name, entry.line);
                    }
                    entry.node.check(problems);
                }
            }
            Content::Null | Content::Bool(_) | Content::Number(_) => {}
        }
    }
}

/// What items refuse in their texts is refused here, where there is a line to name.
fn no_control_characters(line: usize, text: &str, problems: &mut Problems) {
    if let Some(bad) = text.chars().find(|c| rules::is_unsafe(*c) && !matches!(c, '\n' | '\r' | '\t')) {
        problems.add(line, format!("holds a control character (U+{:04X})", u32::from(bad)));
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Content, E> {
        Ok(Content::Null)
    }

    fn visit_none<E>(self) -> Result<Content, E> {
        Ok(Content::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Content, E> {
        Ok(Content::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Content, E> {
        Ok(Content::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Content, E> {
        Ok(Content::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Content, E> {
        Number::from_f64(value).map(Content::Number).ok_or_else(|| E::custom("a number must be finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Content, E> {
        Ok(Content::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Content, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = values.next_element::<Spanned<Content>>()? {
            list.push(node(value));
        }
        Ok(Content::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Content, A::Error> {
        let mut map = Vec::new();
        while let Some(name) = fields.next_key::<Spanned<String>>()? {
            let value = fields.next_value::<Spanned<Content>>()?;
            map.push(Entry { line: line(name.referenced), name: name.value, node: node(value) });
        }
        Ok(Content::Map(map))
    }
}
