//! Adds a person to the board.

use callboard_entity::board_users as users;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};

use super::rules::{check_name, lost_race, normal_email, refuse_taken};
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id;

/// Adds a user.
///
/// # Errors
/// `Conflict::Exists` for a name or an e-mail address that another user has; `Invalid` for a name that is empty, longer
/// than 500 characters or an id in form, and for an address that is not NAME@DOMAIN.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AddUser {
    /// What people and `user:NAME` call them: one line, unique on the board.
    pub name: String,
    /// Kept in lower case, unique on the board.
    pub email: Option<String>,
}

impl Verb for AddUser {
    type Output = users::Model;

    async fn apply(&self, tx: &Tx) -> Result<users::Model> {
        check_name(&self.name)?;
        let email = self.email.as_deref().map(normal_email).transpose()?;
        refuse_taken(tx, Some(&self.name), email.as_deref(), None).await?;
        let user =
            users::Model { id: id::new(), name: self.name.clone(), email, created_at: tx.now, updated_at: tx.now };
        users::Entity::insert(user.clone().into_active_model().reset_all())
            .exec_without_returning(&tx.conn)
            .await
            .map_err(lost_race(&user))?;
        Ok(user)
    }
}
