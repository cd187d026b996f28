//! Lists the users.

use callboard_entity::board_users as users;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db::{Query, Tx};
use crate::error::Result;
use crate::page::{self, Page};

/// Lists users, the oldest first.
///
/// # Errors
/// `Invalid` for a limit outside 1 to 500.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ListUsers {
    /// Only those whose name or e-mail address holds this text, whatever the case of its ASCII letters.
    pub text: Option<String>,
    /// The id of the last user of the page before.
    pub after: Option<Uuid>,
    /// 1 to 500; 50 where none is named.
    pub limit: Option<u64>,
}

impl Query for ListUsers {
    type Output = Page<users::Model>;

    async fn fetch(&self, tx: &Tx) -> Result<Self::Output> {
        let limit = page::limit(self.limit)?;
        let mut query = users::Entity::find().order_by_asc(users::Column::Id).limit(limit + 1);
        if let Some(after) = self.after {
            query = query.filter(users::Column::Id.gt(after));
        }
        if let Some(text) = &self.text {
            let columns = [users::Column::Name, users::Column::Email];
            let holds = columns.map(|column| tx.dialect.contains(column, text));
            query = query.filter(holds.into_iter().fold(Condition::any(), Condition::add));
        }
        Ok(Page::cut(query.all(&tx.conn).await?, limit, |user| user.id))
    }
}
