//! Gives a new board what every board needs: somebody who acts, and a project.

use callboard_entity::{board_projects as projects, board_users as users};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::known::{DEFAULT_ACTOR, DEFAULT_PROJECT};
use super::set::SetSetting;
use super::store;
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::project::AddProject;
use crate::user::AddUser;

/// Adds the first user and the first project, and makes them the defaults. What the board has already stays as it is.
///
/// # Errors
/// Those of [`AddUser`] and [`AddProject`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct InitBoard {
    /// A user whom the board shall have, added where it has none of that name.
    pub user: Option<String>,
    /// A project that the board shall have, added where it has none of that slug.
    pub project: Option<AddProject>,
    /// Added where the board has no user at all, and none is named above.
    pub first_user: String,
    /// Added where the board has no project at all, and none is named above.
    pub first_project: AddProject,
}

/// What was added, and what the board's defaults are now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InitializedBoard {
    /// None where there was nothing to add.
    pub added_user: Option<users::Model>,
    /// None where there was nothing to add.
    pub added_project: Option<projects::Model>,
    /// `user:NAME`; none on a board that had users before it had a default.
    pub default_actor: Option<String>,
    /// A slug.
    pub default_project: Option<String>,
}

impl Verb for InitBoard {
    type Output = InitializedBoard;

    async fn apply(&self, tx: &Tx) -> Result<InitializedBoard> {
        // Two at once: the second waits, and then finds what the first has added.
        tx.dialect.lock_init(&tx.conn).await?;
        let added_user = self.add_user(tx).await?;
        let added_project = self.add_project(tx).await?;
        let actor = added_user.as_ref().map(|user| format!("user:{}", user.name));
        let project = added_project.as_ref().map(|project| project.slug.clone());
        Ok(InitializedBoard {
            default_actor: first(tx, DEFAULT_ACTOR, actor).await?,
            default_project: first(tx, DEFAULT_PROJECT, project).await?,
            added_user,
            added_project,
        })
    }
}

impl InitBoard {
    async fn add_user(&self, tx: &Tx) -> Result<Option<users::Model>> {
        let present = match &self.user {
            Some(name) => users::Entity::find().filter(users::Column::Name.eq(name.as_str())),
            None => users::Entity::find(),
        };
        if present.one(&tx.conn).await?.is_some() {
            return Ok(None);
        }
        let name = self.user.as_ref().unwrap_or(&self.first_user).clone();
        AddUser { name, email: None }.apply(tx).await.map(Some)
    }

    async fn add_project(&self, tx: &Tx) -> Result<Option<projects::Model>> {
        let present = match &self.project {
            Some(project) => projects::Entity::find().filter(projects::Column::Slug.eq(project.slug.as_str())),
            None => projects::Entity::find(),
        };
        if present.one(&tx.conn).await?.is_some() {
            return Ok(None);
        }
        self.project.as_ref().unwrap_or(&self.first_project).apply(tx).await.map(Some)
    }
}

/// The setting as it counts: what was set before, else the value given, which is set.
async fn first(tx: &Tx, key: &'static str, value: Option<String>) -> Result<Option<String>> {
    if let Some(row) = store::row(tx, key, None).await? {
        return Ok(row.value.as_str().map(str::to_owned));
    }
    if let Some(value) = &value {
        SetSetting { key: key.to_owned(), value: value.as_str().into(), project: None }.apply(tx).await?;
    }
    Ok(value)
}

/// A project's slug and key prefix, made from its name: `My Web App` gives `my-web-app` and `MWA`.
pub fn project_from_name(name: &str) -> AddProject {
    let name = &*name.replace(crate::rules::is_unsafe, " ");
    let ascii = name.to_lowercase();
    let words: Vec<&str> = ascii.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let mut slug = words.join("-");
    slug.truncate(crate::rules::SHORT);
    let slug = slug.trim_end_matches('-');
    let letters: String = match words.as_slice() {
        [one] => one.chars().take(3).collect(),
        several => several.iter().filter_map(|w| w.chars().next()).take(4).collect(),
    };
    let letters = letters.trim_start_matches(|c: char| c.is_ascii_digit()).to_uppercase();
    AddProject {
        slug: if slug.is_empty() { "project".to_owned() } else { slug.to_owned() },
        name: if name.trim().is_empty() { "Project".to_owned() } else { name.trim().to_owned() },
        key_prefix: if letters.len() < 2 { "CB".to_owned() } else { letters },
        ..AddProject::default()
    }
}

#[cfg(test)]
mod tests {
    use super::project_from_name;

    #[test]
    fn a_name_makes_a_slug_and_a_prefix() {
        let made = |name: &str| {
            let project = project_from_name(name);
            (project.slug, project.key_prefix)
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(made("My Web App"), pair("my-web-app", "MWA"));
        assert_eq!(made("callboard"), pair("callboard", "CAL"));
        assert_eq!(made("42 answers to it"), pair("42-answers-to-it", "ATI"));
        assert_eq!(made("Größe"), pair("gr-e", "GE"));
        assert_eq!(made("日本"), pair("project", "CB"));
        assert_eq!(made(""), pair("project", "CB"));
        assert_eq!(made(&"a".repeat(80)).0.len(), 64);
    }
}
