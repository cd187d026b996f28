//! Questions about the rows of many tables, asked together: a run asks them often, and each statement has its cost.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbErr, TryGetable};

use super::super::session::Place;
use super::quoted;
use crate::error::{Cause, cause};
use crate::target::Kind;

/// How many questions one statement asks: far less than the columns that a row may have (SQLite: 2,000).
const TOGETHER: usize = 100;

/// A question with one answer.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// The SQL of the answer.
    pub answer: String,
    /// `FROM ...`, with all that follows.
    pub from: String,
}

/// The answers, in the order of the questions: as one row, since each has its cost too.
pub(crate) async fn ask<T: TryGetable>(
    db: &impl ConnectionTrait,
    place: &Place,
    questions: &[Question],
) -> Result<Vec<T>, DbErr> {
    let mut out = Vec::with_capacity(questions.len());
    for some in questions.chunks(TOGETHER) {
        let parts = some.iter().enumerate().map(|(n, q)| format!("(SELECT {} {}) AS a{n}", q.answer, q.from));
        let sql = format!("SELECT {}", parts.collect::<Vec<_>>().join(", "));
        let row = db.query_one_raw(place.ask(sql)).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("an answer without a row".to_owned()))?;
        for n in 0..some.len() {
            out.push(row.try_get_by_index(n)?);
        }
    }
    Ok(out)
}

/// The rows of each table. Not of one of a SQLite file that SQLite can't read without its application: the key that
/// orders it has a collation of that application's own.
pub(crate) async fn counts(
    db: &impl ConnectionTrait,
    place: &Place,
    tables: &[String],
) -> Result<BTreeMap<String, u64>, DbErr> {
    let question = |table: &String| Question {
        answer: "count(*)".to_owned(),
        from: format!("FROM {}.{}", quoted(&place.schema), quoted(table)),
    };
    let questions: Vec<Question> = tables.iter().map(question).collect();
    match ask::<i64>(db, place, &questions).await {
        Ok(counts) => Ok(tables.iter().cloned().zip(counts.into_iter().map(i64::unsigned_abs)).collect()),
        // One of them: each is asked alone.
        Err(e) if place.kind == Kind::Sqlite && cause(&e) == Some(Cause::Statement) => {
            let mut out = BTreeMap::new();
            for table in tables {
                out.extend(sqlite_count(db, place, table).await?.map(|rows| (table.clone(), rows)));
            }
            Ok(out)
        }
        Err(e) => Err(e),
    }
}

/// The rows of one table of a SQLite file; none as for [`counts`].
pub(crate) async fn sqlite_count(db: &impl ConnectionTrait, place: &Place, table: &str) -> Result<Option<u64>, DbErr> {
    // An index is smaller than its table, and may be what can't be read.
    for by in ["", " NOT INDEXED"] {
        let sql = format!("SELECT count(*) AS n FROM main.{}{by}", quoted(table));
        match db.query_one_raw(place.ask(sql)).await {
            Ok(row) => {
                let n: i64 = row.map_or(Ok(0), |r| r.try_get("", "n"))?;
                return Ok(Some(n.unsigned_abs()));
            }
            Err(e) if cause(&e) == Some(Cause::Statement) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(None)
}
