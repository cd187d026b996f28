//! What a user's name and e-mail address may be.

use callboard_entity::board_users as users;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::db::{DatabaseError, Tx};
use crate::error::{Conflict, Error, Result, taken};
use crate::rules;

/// One line that is not an id: people are named by it in `user:NAME`.
pub(super) fn check_name(name: &str) -> Result<()> {
    rules::line("name", name)?;
    rules::not_id("name", name)
}

/// The address in lower case: two spellings of one address would be two users.
pub(super) fn normal_email(email: &str) -> Result<String> {
    let normal = email.trim().to_lowercase();
    rules::line("email", &normal)?;
    let (local, domain) = normal.split_once('@').unwrap_or_default();
    if local.is_empty() || domain.is_empty() || domain.contains('@') || normal.contains(char::is_whitespace) {
        return Err(Error::invalid("email", rules::escape(email), "must have the form NAME@DOMAIN"));
    }
    Ok(normal)
}

/// Refuses a name or an address that another user than `own` has.
pub(super) async fn refuse_taken(tx: &Tx, name: Option<&str>, email: Option<&str>, own: Option<Uuid>) -> Result<()> {
    let taken = [(users::Column::Name, name), (users::Column::Email, email)];
    for (column, value) in taken.into_iter().filter_map(|(c, v)| v.map(|v| (c, v))) {
        let mut query = users::Entity::find().filter(column.eq(value));
        if let Some(own) = own {
            query = query.filter(users::Column::Id.ne(own));
        }
        if query.one(&tx.conn).await?.is_some() {
            return Err(Conflict::Exists { entity: "user", name: value.to_owned() }.into());
        }
    }
    Ok(())
}

/// Names what another writer took between [`refuse_taken`] and the write: the address, or else the name.
pub(super) fn lost_race(user: &users::Model) -> impl FnOnce(DbErr) -> Error {
    let (name, email) = (user.name.clone(), user.email.clone());
    move |error| {
        let error = DatabaseError::from(error);
        let address = email.filter(|_| error.is_taken("board_users", "email"));
        taken("user", &address.unwrap_or(name))(error)
    }
}
