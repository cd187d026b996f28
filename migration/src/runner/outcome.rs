//! How a run ended: what is checked after COMMIT, and what is done when something failed.

use sea_orm::DbErr;

use super::Options;
use super::apply::{Work, fingerprint, is_ended};
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
    /// Whether a COMMIT was sent.
    pub may_be_committed: bool,
}

impl Failure {
    /// One before COMMIT, but for a step that ended the transaction itself.
    pub(super) fn of(version: String, error: DbErr) -> Self {
        let may_be_committed = is_ended(&error);
        Self { version, error, may_be_committed }
    }
}

/// A run whose transaction has ended, with all that is known of it. It still keeps other runs away.
pub(super) struct Ended<'a> {
    pub session: &'a mut Session,
    pub place: &'a Place,
    pub steps: &'a [Step],
    pub options: &'a Options,
    pub work: &'a Work<'a>,
    pub saved: Option<Backup>,
}

impl Ended<'_> {
    /// History and schema as they are now.
    pub(super) async fn found(&mut self) -> Result<String, Error> {
        self.session.ended().await?;
        fingerprint(self.session.connection(), self.place, self.steps).await
    }

    /// After COMMIT: history and schema must be what was committed, on SQLite the pages sound too. Rows are not read:
    /// others write already.
    pub(super) async fn confirm(mut self, after: &str, events: Events<'_>) -> Result<Option<Backup>, Error> {
        let wrong = match self.found().await {
            Ok(found) if found != after => Some("history or schema are not what was committed".to_owned()),
            Ok(_) if self.place.kind == Kind::Sqlite => {
                backup::sqlite::sound(self.session.connection(), self.place).await.err()
            }
            Ok(_) => None,
            Err(e) if is_damage(&e) => Some(format!("it could not be read after COMMIT: {e}")),
            // It was committed. A database that can't be looked at is not written over.
            Err(e) => {
                let reason = "it was committed, but could not be checked".to_owned();
                return Err(self.not_restored(self.work.last(), reason, e.to_string()));
            }
        };
        match wrong {
            None => Ok(self.saved),
            Some(reason) => {
                let version = self.work.last();
                Err(self.undo(version, reason, events).await)
            }
        }
    }

    /// After a rollback: is the database as it was? If it is not, the backup is put back.
    pub(super) async fn prove(self, failure: Failure, found: Result<String, Error>, events: Events<'_>) -> Error {
        let Failure { version, error, may_be_committed } = failure;
        let reason = error.to_string();
        let direction = self.work.direction;
        let wrong = match found {
            Ok(found) if found != self.work.before => "history or schema differ from before".to_owned(),
            // A step that ended the transaction may have written rows outside of it.
            Ok(_) if is_ended(&error) && !self.work.has_same_rows(self.session.connection(), self.place).await => {
                "rows differ from before".to_owned()
            }
            Ok(_) => {
                return match cause(&error) {
                    Some(Cause::Busy) => Error::database("migrating", &error),
                    _ => Error::Failed { version, direction, reason },
                };
            }
            // Not committed: the journal of the transaction is still there.
            Err(e) if self.session.is_rollback_left() => {
                let reason = format!("{reason}; SQLite ends the rollback when the file is next opened ({e})");
                return Error::Failed { version, direction, reason };
            }
            Err(e) if is_damage(&e) => format!("it could not be read: {e}"),
            // Neither database commits what it was not told to, also when it can't be asked.
            Err(e) if !may_be_committed => {
                let reason = format!("{reason}; it could not be read again, but no COMMIT was sent ({e})");
                return Error::Failed { version, direction, reason };
            }
            Err(e) => return self.not_restored(version, reason, format!("it could not be read: {e}")),
        };
        self.undo(version, format!("{reason}; {wrong}"), events).await
    }

    /// The database is neither as before nor as it should be: the backup is the way back.
    async fn undo(mut self, version: String, reason: String, events: Events<'_>) -> Error {
        events(&Event::Undoing { reason: reason.clone() });
        let Some(saved) = self.saved.clone() else {
            let found = match self.options.backups.before_changes {
                true => "there was no row to lose, so there is no backup",
                false => "no backup was to be taken",
            };
            return self.not_restored(version, reason, found.to_owned());
        };
        // Without the lock another run may have made what is there.
        if !self.session.is_alone().await {
            return self.not_restored(version, reason, "the migration lock was lost".to_owned());
        }
        let steps = self.steps.iter().flat_map(|s| s.footprint(self.place.kind).tables.clone());
        let tables = steps.chain([history::TABLE.to_owned()]).collect();
        let restored = backup::after_commit(self.options, &saved, &tables, events).await;
        let found = match restored {
            Err(e) => e.to_string(),
            Ok(()) => match self.found().await {
                Ok(after) if after == self.work.before => {
                    let direction = self.work.direction;
                    return Error::Restored { version, direction, reason, backup: saved.path };
                }
                Ok(_) => "history or schema differ from before".to_owned(),
                Err(e) => format!("it could not be checked: {e}"),
            },
        };
        self.not_restored(version, reason, found)
    }

    fn not_restored(&self, version: String, reason: String, found: String) -> Error {
        let backup = self.saved.as_ref().map(|saved| saved.path.clone());
        Error::NotRestored { version, direction: self.work.direction, reason, found, backup }
    }
}

/// Whether the database itself is broken, so that nothing in it is lost by writing over it.
fn is_damage(error: &Error) -> bool {
    matches!(error, Error::Damaged { .. } | Error::NotADatabase { .. })
}
