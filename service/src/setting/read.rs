//! The settings as the other areas read them.

use callboard_entity::board_settings as rows;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use uuid::Uuid;

use super::known::{CHECKPOINTS_KEPT, DEFAULT_ACTOR, DEFAULT_PROJECT, HEALTH_THRESHOLDS, LEASE_SECONDS};
use super::store;
use crate::assignment::deadline::DEFAULT_LEASE_SECONDS;
use crate::checkpoint::DEFAULT_KEPT;
use crate::db::{Cells, Tx};
use crate::error::{Error, Result};

/// How long a claim holds without a heartbeat, in seconds, for a project or for the board.
pub(crate) async fn lease_seconds(tx: &Tx, project: Option<Uuid>) -> Result<i64> {
    // Read by every claim: one fixed statement.
    let read = |cells: &mut Cells<'_>| Ok((cells.next()?, cells.next()?));
    let row = tx.row(tx.dialect.setting(), vec![LEASE_SECONDS.into(), project.into()], read).await?;
    let (own, board): (Option<Value>, Option<Value>) = row.unwrap_or_default();
    match own.or(board) {
        None => Ok(DEFAULT_LEASE_SECONDS),
        Some(value) => value.as_i64().ok_or_else(|| unreadable(LEASE_SECONDS, &value)),
    }
}

/// How many checkpoints of an item are kept.
pub(crate) async fn checkpoints_kept(tx: &Tx, project: Option<Uuid>) -> Result<i64> {
    match store::effective(tx, CHECKPOINTS_KEPT, project).await? {
        None => Ok(DEFAULT_KEPT),
        Some(row) => row.value.as_i64().ok_or_else(|| unreadable(&row.key, &row.value)),
    }
}

/// The board's thresholds of health, and the project's own: a metric that these do not name is held against those.
pub(crate) async fn health_thresholds(tx: &Tx, project: Uuid) -> Result<(Option<Value>, Option<Value>)> {
    let board = store::row(tx, HEALTH_THRESHOLDS, None).await?.map(|row| row.value);
    let own = store::row(tx, HEALTH_THRESHOLDS, Some(project)).await?.map(|row| row.value);
    Ok((board, own))
}

/// The slug of the project that is meant where none is named.
pub(crate) async fn default_project(tx: &Tx) -> Result<Option<String>> {
    match store::row(tx, DEFAULT_PROJECT, None).await? {
        None => Ok(None),
        Some(row) => {
            row.value.as_str().map(|slug| Some(slug.to_owned())).ok_or_else(|| unreadable(&row.key, &row.value))
        }
    }
}

/// How many settings name a user.
pub(crate) async fn naming_user(tx: &Tx, name: &str) -> Result<u64> {
    let row = store::row(tx, DEFAULT_ACTOR, None).await?;
    Ok(row.filter(|r| r.value == json!(format!("user:{name}"))).map_or(0, |_| 1))
}

/// Lets the settings that name a user follow a new name.
pub(crate) async fn follow_user(tx: &Tx, old: &str, new: &str) -> Result<()> {
    follow(tx, DEFAULT_ACTOR, json!(format!("user:{old}")), json!(format!("user:{new}"))).await
}

/// Lets the settings that name a project follow a new slug.
pub(crate) async fn follow_project(tx: &Tx, old: &str, new: &str) -> Result<()> {
    follow(tx, DEFAULT_PROJECT, json!(old), json!(new)).await
}

async fn follow(tx: &Tx, key: &str, old: Value, new: Value) -> Result<()> {
    if let Some(mut row) = store::row(tx, key, None).await?.filter(|row| row.value == old) {
        row.value = new;
        row.updated_at = tx.now;
        rows::Entity::update(row.into_active_model().reset_all()).exec(&tx.conn).await?;
    }
    Ok(())
}

pub(super) fn unreadable(key: &str, value: &Value) -> Error {
    Error::Stored { what: format!("setting {key}"), why: format!("{value} is not what it may hold") }
}
