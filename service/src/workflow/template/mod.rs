//! Templates of workflows: what is asked for, which steps there are, and what each must hand over.
//!
//! A template is a text in YAML or JSON. [`parse()`] turns it into a [`Definition`] or names every problem with its line;
//! the other modules say what a definition means. Nothing here needs a database.

mod add;
pub mod definition;
mod fields;
pub mod gate;
pub mod inputs;
mod list;
mod node;
pub mod order;
mod parse;
mod problems;
pub mod render;
pub mod shipped;
mod show;
mod steps;
pub(crate) mod store;
mod text;
mod validate;
mod write;

pub use add::{AddTemplate, AddedTemplate};
pub use definition::{Check, Definition, Delegate, How, Input, InputType, OutputSpec, Rule, StepSpec};
pub use list::{ListTemplates, ListedTemplate};
pub use order::Graph;
pub use parse::{MOST_BYTES, parse};
pub use render::{Rendered, render};
pub use shipped::SHIPPED;
pub use show::{ShowTemplate, TemplateDetails};
pub use write::yaml;
