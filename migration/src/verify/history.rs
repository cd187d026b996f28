//! The applied migrations: run from the SQL that this build has, and none left out.

use sea_orm::{ConnectionTrait, DbErr, QueryResult, TryGetable};

use super::report::{CHECKSUM, Check, Finding, Found, object};
use super::subject::Subject;
use crate::error::Error;
use crate::runner::session::Place;
use crate::runner::{Applied, HISTORY_TABLE, catalogue, history};
use crate::step::Step;

/// The recorded history, oldest first, and what of it can't be decoded; empty when there is none. One with more columns
/// than ours is read too: they are named as drift.
pub(super) async fn recorded(db: &impl ConnectionTrait, place: &Place) -> Result<(Vec<Applied>, Vec<Finding>), Error> {
    let columns = catalogue::columns(db, place, HISTORY_TABLE).await?;
    let has = |name: &str| columns.iter().any(|c| c.name == name);
    if !history::COLUMNS.iter().all(|name| has(name)) {
        return Ok((history::read(db, place).await?, Vec::new()));
    }
    let (mut recorded, mut wrong) = (Vec::new(), Vec::new());
    for row in history::undecoded(db, place).await? {
        let Some(version) = value::<String>(&row, None, "version", &mut wrong) else { continue };
        let of = Some(version.as_str());
        recorded.push(Applied {
            applied_at: decoded(history::applied_at(&row), of, "applied_at", &mut wrong).unwrap_or_default(),
            duration_ms: value(&row, of, "duration_ms", &mut wrong).unwrap_or_default(),
            product_version: value(&row, of, "product_version", &mut wrong).unwrap_or_default(),
            checksum: value(&row, of, "checksum", &mut wrong).unwrap_or_default(),
            version,
        });
    }
    Ok((recorded, wrong))
}

/// A value of a row, or a finding.
fn value<T: TryGetable>(row: &QueryResult, version: Option<&str>, column: &str, wrong: &mut Vec<Finding>) -> Option<T> {
    decoded(row.try_get("", column), version, column, wrong)
}

fn decoded<T>(value: Result<T, DbErr>, version: Option<&str>, column: &str, wrong: &mut Vec<Finding>) -> Option<T> {
    match value {
        Ok(value) => Some(value),
        Err(e) => {
            let part = object("column", column);
            wrong.push(finding(version, &part, &e.to_string(), "a value that can be decoded"));
            None
        }
    }
}

fn finding(version: Option<&str>, part: &str, found: &str, expected: &str) -> Finding {
    Finding {
        check: Check::History,
        table: HISTORY_TABLE.to_owned(),
        row: version.map(str::to_owned),
        part: part.to_owned(),
        found: found.to_owned(),
        expected: expected.to_owned(),
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
    let mut findings = subject.undecodable.clone();
    for step in subject.steps.iter().take(subject.applied) {
        let of = Some(step.version());
        let expected = step.checksum(subject.place.kind);
        match subject.recorded.iter().find(|a| a.version == step.version()) {
            None => findings.push(finding(of, "row", "missing", "applied, as a newer one is")),
            Some(row) if row.checksum != expected => {
                let is_told = findings.iter().any(|f| f.row.as_deref() == of && f.part == CHECKSUM);
                if !is_told {
                    findings.push(finding(of, CHECKSUM, &row.checksum, &expected));
                }
            }
            Some(_) => {}
        }
    }
    Found::all(findings)
}
