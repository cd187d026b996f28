//! Gives away a whole board as lines of JSON, from which [`crate::import::ImportCallboard`] makes the same board again.

pub(crate) mod tables;

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::{Value, json};

use self::tables::{ForEachTable, Portable};
use crate::db::{Query, Tx};
use crate::entity::SCHEMA_VERSION;
use crate::error::{Error, Result};

/// The form of the lines; raised when an older Callboard could no longer read them.
pub(crate) const FORMAT: i64 = 1;
/// What the first line is.
pub(crate) const HEADER: &str = "callboard";

/// Where the lines go. It is given some hundred of them at a time, each ended by a line feed.
type Sink<'a> = dyn FnMut(&str) -> io::Result<()> + Send + 'a;

/// Writes the whole board, as it is at one moment, as lines `{"kind": .., "data": ..}` in an order that only its content
/// decides. Answers given under idempotency keys are left out: they are forgotten after a week anyway.
///
/// Whatever the rows, only a page of them is in memory at a time.
///
/// # Errors
/// [`Error::Export`] where the sink takes no more.
pub struct ExportBoard<'a> {
    sink: Mutex<&'a mut Sink<'a>>,
}

impl std::fmt::Debug for ExportBoard<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ExportBoard")
    }
}

/// How many rows of each kind were written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// By kind, as the lines name it.
    pub rows: BTreeMap<String, u64>,
}

impl<'a> ExportBoard<'a> {
    /// An export to this sink, which is called with whole lines and never at the same time.
    pub fn new(sink: &'a mut Sink<'a>) -> Self {
        Self { sink: Mutex::new(sink) }
    }

    pub(crate) fn write(&self, lines: &str) -> Result<()> {
        // A poisoned lock only means that the sink panicked; it is asked again and will say so.
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        (*sink)(lines).map_err(Error::Export)
    }
}

impl Query for ExportBoard<'_> {
    type Output = Exported;

    async fn fetch(&self, tx: &Tx) -> Result<Exported> {
        self.write(&line(HEADER, &json!({"format": FORMAT, "schema_version": SCHEMA_VERSION})))?;
        let mut writing = Writing { tx, export: self, done: Exported::default() };
        tables::for_each(&mut writing).await?;
        Ok(writing.done)
    }
}

/// The kind comes first: a reader may decide by it before the rest is read.
fn line(kind: &str, data: &Value) -> String {
    format!("{{\"kind\":\"{kind}\",\"data\":{data}}}\n")
}

struct Writing<'a, 's> {
    tx: &'a Tx,
    export: &'a ExportBoard<'s>,
    done: Exported,
}

impl ForEachTable for Writing<'_, '_> {
    async fn table<E: Portable>(&mut self) -> Result<()> {
        let mut written = 0;
        let mut rows = tables::page::<E>(self.tx, None).await?;
        while let Some(last) = rows.last().cloned() {
            written += rows.len() as u64;
            let mut lines = String::new();
            for row in rows {
                lines.push_str(&line(E::KIND, &tables::data::<E>(row)?));
            }
            self.export.write(&lines)?;
            rows = tables::page::<E>(self.tx, Some(&last)).await?;
        }
        self.done.rows.insert(E::KIND.to_owned(), written);
        Ok(())
    }
}
