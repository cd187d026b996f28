//! Changes a user's name or e-mail address.

use callboard_entity::board_users as users;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};

use super::find::lock;
use super::rules::{check_name, lost_race, normal_email, refuse_taken};
use crate::change::Change;
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;
use crate::setting;

/// Changes a user. The setting `default_actor` follows a new name.
///
/// # Errors
/// `NotFound` for the user; else as [`super::AddUser`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EditUser {
    /// By name or id.
    pub user: Ref,
    /// One line, unique on the board.
    pub name: Option<String>,
    /// Kept in lower case, unique on the board.
    pub email: Change<String>,
}

impl Verb for EditUser {
    type Output = users::Model;

    async fn apply(&self, tx: &Tx) -> Result<users::Model> {
        let before = lock(tx, &self.user).await?;
        let mut after = before.clone();
        if let Some(name) = &self.name {
            check_name(name)?;
            after.name.clone_from(name);
        }
        after.email = self.email.of(before.email.clone());
        if let Some(email) = self.email.given() {
            after.email = Some(normal_email(email)?);
        }
        if after == before {
            return Ok(before);
        }
        refuse_taken(tx, Some(&after.name), after.email.as_deref(), Some(after.id)).await?;
        after.updated_at = tx.now;
        users::Entity::update(after.clone().into_active_model().reset_all())
            .exec(&tx.conn)
            .await
            .map_err(lost_race(&after))?;
        if after.name != before.name {
            setting::follow_user(tx, &before.name, &after.name).await?;
        }
        Ok(after)
    }
}
