//! Backups of PostgreSQL.

use sea_orm::DatabaseTransaction;

use super::manifest::{Backup, Reason};
use super::restore::{Careful, Restored};
use crate::error::Error;
use crate::runner::{Event, Options, Patience, Place};

type Events<'a> = &'a mut (dyn FnMut(&Event) + Send);

fn not_yet() -> Error {
    Error::Database { doing: "backing up", reason: "backups of PostgreSQL are not part of this build".to_owned() }
}

pub(super) async fn take(options: &Options, _: Reason, _: &mut Patience, _: Events<'_>) -> Result<Backup, Error> {
    let _ = crate::runner::open_for_reading(options).await?;
    Err(not_yet())
}

pub(super) async fn before(
    _: &Options,
    _: &DatabaseTransaction,
    _: &Place,
    _: Reason,
    _: &[String],
    _: &mut Patience,
    _: Events<'_>,
) -> Result<Option<Backup>, Error> {
    Ok(None)
}

pub(super) async fn check(_: &Backup) -> Result<(), Error> {
    Err(not_yet())
}

pub(super) async fn restore(
    _: &Options,
    _: &Backup,
    _: Careful,
    _: &mut Patience,
    _: Events<'_>,
) -> Result<Restored, Error> {
    Err(not_yet())
}
