//! The full-text index: a document for each row that can be found, with the words of that row, and no other.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use callboard_search::{Document, EntityType};
use sea_orm::prelude::Uuid;
use sea_orm::{DbErr, QueryResult};

use super::report::{Check, Finding, Found, MOST_ROWS};
use super::subject::{Readable, Subject};
use crate::error::Error;
use crate::m20261121_000035_create_board_search::SOURCES;
use crate::search::{Source, page};
use crate::step::SEARCH_TABLE;
use crate::target::Kind;

/// So many documents are read at a time.
const PAGE: usize = 500;

/// What is compared of a document: a number of its type, project and words.
type Documents = HashMap<Uuid, u64>;

pub(super) async fn check(subject: &Subject<'_>) -> Result<Found, Error> {
    match readable(subject) {
        Readable::NotYet => return Ok(Found::default()),
        Readable::Drifted => return Ok(Found { not_run: 1, ..Found::default() }),
        Readable::Yes => {}
    }
    let mut out = Found::default();
    let mut documents = documents(subject, &mut out).await?;
    for source in &SOURCES {
        compare(subject, source, &mut documents, &mut out).await?;
    }
    let mut left: Vec<Uuid> = documents.into_keys().collect();
    left.sort_unstable();
    for id in left {
        add(&mut out, &id, "entity_id", "a document".to_owned(), "no such row".to_owned());
    }
    Ok(out)
}

/// Whether the index and all that it is made of can be read as this version has it.
fn readable(subject: &Subject<'_>) -> Readable {
    let index = match subject.place.kind {
        Kind::Sqlite => &["entity_type", "entity_id", "project_id", "search_text", "scope"],
        Kind::Postgres => &["entity_type", "entity_id", "project_id", "search_text", "search_vector"],
    };
    let mut all: Vec<Readable> = index.iter().map(|column| subject.readable(SEARCH_TABLE, column)).collect();
    for source in &SOURCES {
        let columns = source.texts.iter().chain(&source.json).chain(&["id"]);
        all.extend(columns.map(|column| subject.readable(source.table, column)));
    }
    [Readable::NotYet, Readable::Drifted].into_iter().find(|is| all.contains(is)).unwrap_or(Readable::Yes)
}

/// Every document; what is wrong with one by itself is found at once.
async fn documents(subject: &Subject<'_>, out: &mut Found) -> Result<Documents, Error> {
    let failed = |e: DbErr| Error::database("verifying", &e);
    let table = subject.table(SEARCH_TABLE);
    // On SQLite the order in which they lie is the only one that can be asked for without sorting all of them.
    let (at, list) = match subject.place.kind {
        Kind::Sqlite => {
            ("rowid", "rowid AS \"at\", entity_type, entity_id, project_id, search_text, scope, TRUE AS sound")
        }
        Kind::Postgres => (
            "entity_id",
            "entity_id::text AS \"at\", entity_type, entity_id, project_id, search_text, '' AS scope, \
             CASE WHEN search_text ~ '[^ ]{255}[^ ]' THEN FALSE ELSE strip(search_vector) = \
             array_to_tsvector(array_remove(string_to_array(search_text, ' '), '')) END AS sound",
        ),
    };
    let mut found = Documents::new();
    let mut last: Option<String> = None;
    loop {
        let after = last.as_ref().map(|last| format!("WHERE {at} > {last}")).unwrap_or_default();
        let rows = subject.ask(&format!("SELECT {list} FROM {table} {after} ORDER BY {at} LIMIT {PAGE}")).await?;
        let Some(row) = rows.last() else { return Ok(found) };
        last = Some(match subject.place.kind {
            Kind::Sqlite => row.try_get::<i64>("", "at").map_err(failed)?.to_string(),
            Kind::Postgres => format!("'{}'", row.try_get::<String>("", "at").map_err(failed)?),
        });
        for row in &rows {
            let Ok((id, document, scope)) = document(row) else {
                add(out, &"?", "document", "what can't be decoded".to_owned(), "a document".to_owned());
                continue;
            };
            if subject.place.kind == Kind::Sqlite && scope != document.scope() {
                add(out, &id, "scope", scope, document.scope());
            }
            if !row.try_get::<bool>("", "sound").map_err(failed)? {
                add(out, &id, "search_vector", "other words".to_owned(), "those of its search_text".to_owned());
            }
            if found.insert(id, number(&document)).is_some() {
                add(out, &id, "entity_id", "two documents".to_owned(), "one".to_owned());
            }
        }
    }
}

fn document(row: &QueryResult) -> Result<(Uuid, Document, String), DbErr> {
    let id: Uuid = row.try_get("", "entity_id")?;
    let project: Option<Uuid> = row.try_get("", "project_id")?;
    let word: String = row.try_get("", "entity_type")?;
    let entity_type = EntityType::ALL.into_iter().find(|known| known.as_str() == word);
    let document = Document {
        entity_type: entity_type.ok_or_else(|| DbErr::Type(word))?,
        entity_id: id.simple().to_string(),
        project_id: project.map(|id| id.simple().to_string()),
        search_text: row.try_get("", "search_text")?,
    };
    Ok((id, document, row.try_get("", "scope")?))
}

/// Holds the documents of one kind against their rows, and takes them out.
async fn compare(
    subject: &Subject<'_>,
    source: &Source,
    documents: &mut Documents,
    out: &mut Found,
) -> Result<(), Error> {
    let mut last = None;
    loop {
        let rows = page(subject.tx(), source, last).await.map_err(|e| Error::database("verifying", &e))?;
        let Some(row) = rows.last() else { return Ok(()) };
        last = Some(row.id);
        for row in rows {
            let found = documents.remove(&row.id);
            // A text that can't be decoded is another check's to name.
            let Ok(expected) = row.document else { continue };
            let kind = source.entity_type.as_str();
            match found {
                None => add(out, &row.id, "entity_id", "no document".to_owned(), format!("one of the {kind}")),
                Some(found) if found != number(&expected) => {
                    add(out, &row.id, "search_text", "another document".to_owned(), format!("that of the {kind}"));
                }
                Some(_) => {}
            }
        }
    }
}

fn add(out: &mut Found, id: &impl ToString, column: &str, found: String, expected: String) {
    out.total += 1;
    if out.findings.len() < MOST_ROWS {
        out.findings.push(Finding {
            check: Check::Search,
            table: SEARCH_TABLE.to_owned(),
            row: Some(id.to_string()),
            part: format!("column {column}"),
            found,
            expected,
        });
    }
}

fn number(document: &Document) -> u64 {
    let mut hash = DefaultHasher::new();
    (document.entity_type, &document.project_id, &document.search_text).hash(&mut hash);
    hash.finish()
}
