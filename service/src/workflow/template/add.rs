//! Adds a template, or a new version of one.

use callboard_entity::workflow_templates as templates;
use serde::{Deserialize, Serialize};

use super::parse::parse;
use super::store;
use crate::db::{Tx, Verb};
use crate::error::Result;

/// Adds a template from its text, in YAML or JSON. A text that says the same as the newest version adds nothing.
///
/// # Errors
/// `InvalidTemplate` naming every problem with its line and reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AddTemplate {
    /// YAML or JSON, at most 256 KiB; docs/workflows.md describes it.
    pub text: String,
}

/// A template that is on the board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AddedTemplate {
    /// The template, with its version.
    pub template: templates::Model,
    /// Whether the newest version said the same: nothing was added.
    pub already: bool,
}

impl Verb for AddTemplate {
    type Output = AddedTemplate;

    async fn apply(&self, tx: &Tx) -> Result<AddedTemplate> {
        let (template, already) = store::add(tx, &parse(&self.text)?).await?;
        Ok(AddedTemplate { template, already })
    }
}
