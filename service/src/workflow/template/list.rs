//! Lists the templates that can be started.

use std::collections::BTreeMap;

use callboard_entity::workflow_templates as templates;
use sea_orm::{EntityTrait, QueryOrder};
use serde::{Deserialize, Serialize};

use super::definition::Definition;
use super::shipped::{self, SHIPPED};
use super::store;
use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::Result;

/// Lists the newest version of each template, by name, with those that come with Callboard.
///
/// # Errors
/// The database's alone.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct ListTemplates;

/// A template in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListedTemplate {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The newest version on the board; none where it comes with Callboard and no run of it was started yet.
    pub version: Option<i64>,
    /// When that version was added.
    pub added_at: Option<Timestamp>,
    /// Whether one of that name comes with Callboard.
    pub shipped: bool,
    /// The names of its steps.
    pub steps: Vec<String>,
    /// The names of its inputs; those with a default may be left out.
    pub inputs: Vec<String>,
}

impl Query for ListTemplates {
    type Output = Vec<ListedTemplate>;

    async fn fetch(&self, tx: &Tx) -> Result<Vec<ListedTemplate>> {
        let mut listed = BTreeMap::new();
        for (name, _) in SHIPPED {
            listed.insert((*name).to_owned(), row(&shipped::definition(name)?, None));
        }
        let stored = templates::Entity::find().order_by_asc(templates::Column::Version).all(&tx.conn).await?;
        for template in stored {
            // The newest comes last, and stays.
            listed.insert(template.name.clone(), row(&store::definition(&template)?, Some(&template)));
        }
        Ok(listed.into_values().collect())
    }
}

fn row(definition: &Definition, stored: Option<&templates::Model>) -> ListedTemplate {
    ListedTemplate {
        name: definition.name.clone(),
        description: definition.description.clone(),
        version: stored.map(|template| template.version),
        added_at: stored.map(|template| template.created_at),
        shipped: store::is_shipped(&definition.name),
        steps: definition.steps.iter().map(|step| step.name.clone()).collect(),
        inputs: definition.inputs.keys().cloned().collect(),
    }
}
