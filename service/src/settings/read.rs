//! What the verbs read from the settings.

use callboard_entity::board_settings;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use serde_json::Value;
use uuid::Uuid;

use crate::assignment::deadline::DEFAULT_LEASE_SECONDS;
use crate::db::Tx;
use crate::error::Result;

/// The value of a setting: the project's, else the board's.
pub(crate) async fn value(tx: &Tx, project: Option<Uuid>, key: &str) -> Result<Option<Value>> {
    let mut scope = Condition::any().add(board_settings::Column::ProjectId.is_null());
    if let Some(project) = project {
        scope = scope.add(board_settings::Column::ProjectId.eq(project));
    }
    let rows =
        board_settings::Entity::find().filter(board_settings::Column::Key.eq(key)).filter(scope).all(&tx.conn).await?;
    let own = rows.iter().find(|r| r.project_id.is_some());
    Ok(own.or(rows.first()).map(|r| r.value.clone()))
}

/// The lease of a claim that names none, in seconds.
pub(crate) async fn lease_seconds(tx: &Tx, project: Option<Uuid>) -> Result<i64> {
    let set = value(tx, project, "lease_seconds").await?;
    Ok(set.as_ref().and_then(Value::as_i64).unwrap_or(DEFAULT_LEASE_SECONDS))
}
