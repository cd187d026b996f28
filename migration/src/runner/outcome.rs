//! How a run ended: what is checked after COMMIT, and what is done when something failed.

use sea_orm::DbErr;

use super::Options;
use super::apply::{Work, fingerprint};
use super::event::Event;
use super::history;
use super::session::{Place, Session};
use crate::backup::{self, Backup};
use crate::error::{Cause, Error, cause};
use crate::step::Step;
use crate::target::Kind;

type Events<'a> = &'a mut (dyn FnMut(&Event) + Send);

/// A step that failed, or the last one when it was a check or the COMMIT.
pub(super) struct Failure {
    pub version: String,
    pub error: DbErr,
}

/// After COMMIT: history and schema are read again, on SQLite the pages too. Rows are not: others write already.
pub(super) async fn confirm(session: &Session, place: &Place, steps: &[Step], after: &str) -> Result<(), String> {
    let db = session.connection();
    let found = fingerprint(db, place, steps).await.map_err(|e| format!("it could not be read after COMMIT: {e}"))?;
    if found != after {
        return Err("history or schema are not what was committed".to_owned());
    }
    if place.kind == Kind::Sqlite {
        backup::sqlite::sound(db, place).await?;
    }
    Ok(())
}

/// A run that did not end well, with all that is known of it.
pub(super) struct Ended<'a> {
    pub session: &'a Session,
    pub place: &'a Place,
    pub steps: &'a [Step],
    pub options: &'a Options,
    pub work: &'a Work<'a>,
    pub saved: Option<Backup>,
}

impl Ended<'_> {
    /// A failure after COMMIT, or one that the rollback did not undo: the backup is the way back.
    pub(super) async fn undo(self, reason: String, events: Events<'_>) -> Error {
        let (version, direction) = (self.work.last(), self.work.direction);
        let Some(saved) = self.saved else {
            let found = "there was no row to lose, so there is no backup".to_owned();
            return Error::NotRestored { version, direction, reason, found, backup: None };
        };
        let steps = self.steps.iter().flat_map(|s| s.footprint(self.place.kind).tables);
        let tables = steps.chain([history::TABLE.to_owned()]).collect();
        let restored = backup::after_commit(self.options, &saved, &tables, events).await;
        let found = match restored {
            Err(e) => e.to_string(),
            Ok(()) => match fingerprint(self.session.connection(), self.place, self.steps).await {
                Ok(after) if after == self.work.before => {
                    return Error::Restored { version, direction, reason, backup: saved.path };
                }
                Ok(_) => "history or schema differ from before".to_owned(),
                Err(e) => format!("it could not be checked: {e}"),
            },
        };
        Error::NotRestored { version, direction, reason, found, backup: Some(saved.path) }
    }

    /// After a rollback: is the database as it was? If it is not, the backup is put back.
    pub(super) async fn prove(self, failure: Failure, events: Events<'_>) -> Error {
        let Failure { version, error } = failure;
        let reason = error.to_string();
        let direction = self.work.direction;
        let found = match fingerprint(self.session.connection(), self.place, self.steps).await {
            Ok(after) if after == self.work.before => {
                return match cause(&error) {
                    Some(Cause::Busy) => Error::database("migrating", &error),
                    _ => Error::Failed { version, direction, reason },
                };
            }
            Ok(_) => "history or schema differ from before".to_owned(),
            // Not committed: the journal of the transaction is still there.
            Err(e) if self.session.is_rollback_left() => {
                let reason = format!("{reason}; SQLite ends the rollback when the file is next opened ({e})");
                return Error::Failed { version, direction, reason };
            }
            Err(e) => format!("it could not be checked: {e}"),
        };
        if self.saved.is_none() {
            return Error::NotRestored { version, direction, reason, found, backup: None };
        }
        self.undo(format!("{reason}; {found}"), events).await
    }
}
