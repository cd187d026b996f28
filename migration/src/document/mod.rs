//! The schema's documentation, written from the live schema: a diagram ([`mermaid`], [`svg`]) and a [`reference`](mod@reference).
//!
//! The steps are `read` (the catalogue of either database, in one wording) and one writer a format. SQLite and PostgreSQL
//! give byte-identical files, so one committed folder serves both.

mod escape;
mod expression;
pub mod kinds;
pub mod mermaid;
pub mod model;
pub mod purposes;
mod read;
pub mod reference;
pub mod svg;

use std::collections::BTreeSet;

pub use model::Schema;

use crate::entities::{Error, Files};
use crate::runner::{self, Goal, HISTORY_TABLE, Options, Place, Status};
use crate::scratch::Directory;
use crate::target::DatabaseUrl;

/// In the first line of each file: by `@generated` it is known to be ours, which may then be replaced or removed.
const HEADER: &str = "Written by `migration docs` from the schema, @generated: never edited by hand.";

/// Which tables of a database are documented.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tables {
    /// Those that the applied migrations made, and their history.
    Ours,
    /// Also those of others in the same schema.
    All,
}

/// Every file of a schema's documentation.
pub fn files(schema: &Schema) -> Files {
    let diagram = mermaid::write(schema);
    let mut out = Files::new();
    out.insert("schema.md".to_owned(), reference::write(schema, &diagram));
    out.insert("schema.mmd".to_owned(), diagram);
    out.insert("schema.svg".to_owned(), svg::draw(schema));
    out
}

/// Reads the schema of a migrated database, of which nothing but the catalogue and the history is read.
///
/// Also says where the database stands: its schema may be older than this binary.
///
/// # Errors
/// [`Error::Migration`] when there is no such database or nothing is applied to it; [`Error::Database`] when the
/// catalogue can't be read.
pub async fn live(options: &Options, tables: Tables) -> Result<(Schema, Status), Error> {
    let (db, status) = runner::look(options).await?;
    let place = Place::new(options.url.kind(), options.schema.as_deref())?;
    let only = (tables == Tables::Ours).then(|| ours(&status, &place));
    let tx = runner::begin_to_look(&db, options).await?;
    let found = read::tables(&tx, &place, only.as_ref()).await;
    tx.rollback().await?;
    // SQLite then removes the files that it keeps beside an open database.
    db.close().await?;
    let mut found = found?;
    found.sort_by_key(|t| purposes::position(&t.name));
    Ok((Schema { version: status.current().unwrap_or_default().to_owned(), tables: found }, status))
}

/// Reads the schema of an empty SQLite database that is migrated for it and gone afterwards.
///
/// # Errors
/// [`Error::Scratch`] when no directory can be made; [`Error::Migration`] when a migration fails.
pub async fn fresh() -> Result<Schema, Error> {
    let directory = Directory::new("docs")?;
    let options = Options::new(DatabaseUrl::sqlite(directory.path().join("board.db")));
    runner::up(&options, Goal::Latest, &mut |_| {}).await?;
    Ok(live(&options, Tables::Ours).await?.0)
}

/// The tables that the applied migrations of our history made, and the history's.
fn ours(status: &Status, place: &Place) -> BTreeSet<String> {
    let applied = |version: &str| status.applied.iter().any(|a| a.version == version);
    let history = crate::known();
    let steps = history.iter().filter(|step| applied(step.version()));
    steps.flat_map(|step| step.footprint(place.kind).tables.clone()).chain([HISTORY_TABLE.to_owned()]).collect()
}
