//! The stored form of a template. Its JSON is what the database keeps: fields are only ever added, with a default.

use std::collections::BTreeMap;

use callboard_entity::{WorkItemType, WorkflowOutputType};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::item::Requirement;

/// A workflow that can be started: what it asks for, and its steps.
///
/// One that [`parse`](super::parse()) returns keeps every rule: names are unique, dependencies exist and have no cycle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// Lower-case words joined by `-` or `_`, at most 64 characters.
    pub name: String,
    /// For people, who choose among templates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// By name: lower-case letters, digits and `_`, with a letter first.
    #[serde(default)]
    pub inputs: BTreeMap<String, Input>,
    /// In the order of the text, 1 to [`MOST_STEPS`].
    pub steps: Vec<StepSpec>,
}

/// The most steps of a template.
pub const MOST_STEPS: usize = 200;
/// The most other steps that one step may wait for.
pub const MOST_DEPENDENCIES: usize = 100;

/// One value that a run is started with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// What the value must be.
    pub r#type: InputType,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// An input without one must be given. `null` is a default too, of a `json` input.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub default: Option<Value>,
}

/// What an input may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputType {
    /// A JSON string.
    Text,
    /// A JSON number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Any JSON value.
    Json,
}

impl InputType {
    /// Every type, in the order in which they are listed to people.
    pub const ALL: &[Self] = &[Self::Text, Self::Number, Self::Boolean, Self::Json];

    /// The word that templates use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Json => "json",
        }
    }
}

/// One step: its part of the template, which is kept with the step of each run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepSpec {
    /// A slug, unique in the template.
    pub name: String,
    /// A template text of one line; the name of the step where the template gives none.
    pub title: String,
    /// A template text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// By an agent, or by a function of the app's.
    pub how: How,
    /// The names of the steps that must be completed first, each once.
    #[serde(default)]
    pub after: Vec<String>,
    /// How often the step may be started, 1 to 100.
    pub max_attempts: i64,
    /// How long one attempt may take. None: as long as it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<i64>,
    /// The wait after the first failed attempt, from which later ones grow.
    pub backoff_seconds: i64,
    /// What the result must be like; all of it must hold.
    #[serde(default)]
    pub gate: Vec<Check>,
    /// What of the result becomes an output of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<OutputSpec>,
}

/// Who does a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Whoever claims the work item that the step becomes.
    Delegate(Delegate),
    /// A function of this name that the app registered.
    Function(String),
}

/// The work item that a delegated step becomes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delegate {
    /// In canonical order, each capability once.
    #[serde(default)]
    pub requires: Vec<Requirement>,
    /// How people call who does this: a label, by which nobody is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// What kind of work it is; a task by default.
    pub r#type: WorkItemType,
    /// 0 (most urgent) to 4.
    pub priority: i64,
    /// At most 100; those who do it see them.
    #[serde(default)]
    pub acceptance_criteria: Vec<String>,
}

/// One condition on the result of a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Names joined by dots, an index for an element of a list; none is the whole result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What the field must be like.
    pub rule: Rule,
}

/// What a field of a result must be like. Each rule also demands that the field is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Neither null nor an empty text, list or object. Always true.
    Required(bool),
    /// A text of at least so many characters, white space at its ends not counted.
    MinCharacters(u64),
    /// A text of at most so many characters.
    MaxCharacters(u64),
    /// A list of at least so many elements.
    MinItems(u64),
    /// A list of at most so many elements.
    MaxItems(u64),
    /// A number that is not smaller.
    AtLeast(f64),
    /// A number that is not larger.
    AtMost(f64),
    /// One of these values.
    OneOf(Vec<Value>),
    /// A text with this part, or a list with this text.
    Contains(String),
    /// A text with this end, white space after it not counted.
    EndsWith(String),
}

/// What of a step's result becomes an output of the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutputSpec {
    /// Unique in the template.
    pub key: String,
    /// `text`: a text as it is. `json`: any value. `citation_list`: a list of texts or objects.
    pub r#type: WorkflowOutputType,
    /// As of a [`Check`]; none is the whole result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Definition {
    /// The step of this name.
    pub fn step(&self, name: &str) -> Option<&StepSpec> {
        self.steps.iter().find(|step| step.name == name)
    }
}

/// A field that is there, even with null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
