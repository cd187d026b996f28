//! Notes of a session.

use callboard_entity::{SessionEventKind, session_events as events};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::state::OPEN;
use super::{find, place, rows};
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::{rules, search};

/// Writes a note down in a session that is not over. The item's own ledger is left alone: a comment is for that.
///
/// # Errors
/// `Conflict::Inactive` for a session that is over; `Invalid` for an empty text, one above 1 MiB or one with control
/// characters, and for an item of another project; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteInSession {
    /// By key or id; where none is named, the only open one of the one who acts.
    pub session: Option<Ref>,
    /// 1 byte to 1 MiB.
    pub text: String,
    /// What it is about, by key or id; where none is named, the item that is worked on.
    pub item: Option<Ref>,
}

impl Verb for NoteInSession {
    type Output = events::Model;

    async fn apply(&self, tx: &Tx) -> Result<events::Model> {
        if self.text.trim().is_empty() {
            return Err(Error::invalid("note", "", "must not be empty"));
        }
        rules::text("note", &self.text)?;
        let session = find::lock(tx, self.session.as_ref(), OPEN).await?;
        find::not_over(&session)?;
        let item = match &self.item {
            Some(name) => Some(place::item(tx, &session, name).await?.id),
            None => session.active_work_item_id,
        };
        let note = rows::record(tx, session.id, SessionEventKind::Note, item, json!({ "text": self.text })).await?;
        let document = search::note(&note, session.project_id);
        search::add(tx, document.as_slice()).await?;
        Ok(note)
    }
}
