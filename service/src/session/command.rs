//! Commands that were run in a session.

use callboard_entity::{SessionEventKind, WorkSessionStatus as Status, session_events as events};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{find, rows};
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::rules;

/// Writes down that a command was run; Callboard does not run it. Whoever reads the board reads it: no passwords.
///
/// # Errors
/// `Transition` for a session that is not active; `Invalid` for an empty command, one above 1 MiB or one with control
/// characters; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordCommand {
    /// By key or id; where none is named, the only active one of the one who acts.
    pub session: Option<Ref>,
    /// As it was typed.
    pub command: String,
    /// How it ended, where that is known.
    pub exit_code: Option<i64>,
}

impl Verb for RecordCommand {
    type Output = events::Model;

    async fn apply(&self, tx: &Tx) -> Result<events::Model> {
        if self.command.trim().is_empty() {
            return Err(Error::invalid("command", "", "must not be empty"));
        }
        rules::text("command", &self.command)?;
        let session = find::lock(tx, self.session.as_ref(), &[Status::Active]).await?;
        rows::must_run(&session, "command")?;
        let mut data = json!({ "command": self.command });
        if let Some(code) = self.exit_code {
            data["exit_code"] = code.into();
        }
        rows::record(tx, session.id, SessionEventKind::Command, session.active_work_item_id, data).await
    }
}
