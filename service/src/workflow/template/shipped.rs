//! The templates that come with Callboard. Every step of them is delegated: agents play them without any code.

use super::definition::Definition;
use super::parse::parse;
use crate::error::{Error, Result};
use crate::rules;

/// Name and text of each, by name.
pub const SHIPPED: &[(&str, &str)] = &[
    ("parallel_search", include_str!("shipped/parallel_search.yaml")),
    ("research", include_str!("shipped/research.yaml")),
    ("timeline", include_str!("shipped/timeline.yaml")),
    ("validated_research", include_str!("shipped/validated_research.yaml")),
];

/// The text of a shipped template: to be added to a board, or to begin one's own with.
///
/// # Errors
/// `NotFound` with near names.
pub fn text(name: &str) -> Result<&'static str> {
    let found = SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
    found.ok_or_else(|| Error::NotFound {
        entity: "shipped template",
        name: name.to_owned(),
        near: rules::near(name, SHIPPED.iter().map(|(known, _)| *known)),
    })
}

/// The definition of a shipped template.
///
/// # Errors
/// As of [`text`].
pub fn definition(name: &str) -> Result<Definition> {
    parse(text(name)?)
}
