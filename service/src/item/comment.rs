//! Comments on an item. A comment is a row of its ledger.

use callboard_entity::work_items;
use serde::{Deserialize, Serialize};

use super::ledger::Entry;
use super::write;
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::rules;

/// The kind of a ledger row that is a comment; its text is the row's reason.
pub const COMMENT: &str = "comment";

/// Adds a comment, also to a finished or archived item. It counts as activity and raises the revision.
///
/// # Errors
/// `Invalid` for an empty text, one above 1 MiB or one with control characters; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CommentOnItem {
    /// By key or id.
    pub item: Ref,
    /// 1 byte to 1 MiB.
    pub text: String,
}

impl Verb for CommentOnItem {
    type Output = work_items::Model;

    async fn apply(&self, tx: &Tx) -> Result<work_items::Model> {
        if self.text.trim().is_empty() {
            return Err(Error::invalid("comment", "", "must not be empty"));
        }
        rules::text("comment", &self.text)?;
        let item = super::lock(tx, &self.item).await?;
        write::update(tx, &item, item.clone(), Entry::new(COMMENT).reason(Some(&self.text))).await
    }
}
