//! The applied migrations: run from the SQL that this build has, and none left out.

use sea_orm::ConnectionTrait;

use super::report::{CHECKSUM, Check, Finding, Found};
use super::subject::Subject;
use crate::error::Error;
use crate::runner::session::Place;
use crate::runner::{Applied, HISTORY_TABLE, catalogue, history};
use crate::step::Step;

/// The recorded history, oldest first; empty when there is none. One with more columns than ours is read too: they are
/// named as drift.
pub(super) async fn recorded(db: &impl ConnectionTrait, place: &Place) -> Result<Vec<Applied>, Error> {
    let columns = catalogue::columns(db, place, HISTORY_TABLE).await?;
    let has = |name: &str| columns.iter().any(|c| c.name == name);
    if history::COLUMNS.iter().all(|name| has(name)) {
        history::rows(db, place).await
    } else {
        history::read(db, place).await
    }
}

/// How many steps the recorded history stands for: those up to the newest one.
pub(super) fn applied(steps: &[Step], recorded: &[Applied]) -> Result<usize, Error> {
    let at = |version: &str| steps.iter().position(|s| s.version() == version);
    if let Some(unknown) = recorded.iter().rev().find(|a| at(&a.version).is_none()) {
        let binary = steps.last().map_or("nothing", Step::version).to_owned();
        return Err(Error::TooNew { database: unknown.version.clone(), binary });
    }
    Ok(recorded.iter().filter_map(|a| at(&a.version)).max().map_or(0, |at| at + 1))
}

pub(super) fn check(subject: &Subject<'_>) -> Found {
    let mut findings = Vec::new();
    let finding = |version: &str, part: &str, found: &str, expected: &str| Finding {
        check: Check::History,
        table: HISTORY_TABLE.to_owned(),
        row: Some(version.to_owned()),
        part: part.to_owned(),
        found: found.to_owned(),
        expected: expected.to_owned(),
    };
    for step in subject.steps.iter().take(subject.applied) {
        match subject.recorded.iter().find(|a| a.version == step.version()) {
            None => findings.push(finding(step.version(), "row", "missing", "applied, as a newer one is")),
            Some(row) if row.checksum != step.checksum(subject.place.kind) => {
                let expected = step.checksum(subject.place.kind);
                findings.push(finding(step.version(), CHECKSUM, &row.checksum, &expected));
            }
            Some(_) => {}
        }
    }
    Found::all(findings)
}
