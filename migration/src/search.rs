//! The documents of the full-text index, made of the rows that they stand for: for the step that fills it, and for
//! `verify`.

use callboard_search::{Document, EntityType, vector};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::prelude::Uuid;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, QueryResult};

/// So many rows are read and written at a time: a text can have 1 MiB.
const PAGE: u64 = 100;

/// A table whose rows are documents.
#[derive(Debug)]
pub(crate) struct Source {
    pub entity_type: EntityType,
    pub table: &'static str,
    pub project: Project,
    /// Only the rows whose `kind` this is.
    pub kind: Option<&'static str>,
    /// The columns that are looked at, in their order.
    pub texts: &'static [&'static str],
    /// Or one that is JSON, for its `text`.
    pub json: Option<&'static str>,
}

/// Where the project of a row is said.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Project {
    /// In its own `project_id`.
    Own,
    /// In that of the row of `table` which its column `by` names.
    Of { table: &'static str, by: &'static str },
}

/// A row with the document that it should have; none where a text of it can't be decoded.
pub(crate) struct Row {
    pub id: Uuid,
    pub project: Option<Uuid>,
    pub document: Result<Document, DbErr>,
}

/// Writes a document for each row of a source: SQLite's thread, or the server, writes a page while the words of the next
/// one are found here.
pub(crate) async fn fill(m: &SchemaManager<'_>, table: &'static str, source: &Source) -> Result<(), DbErr> {
    let db = m.get_connection();
    let mut rows = page(db, source, None).await?;
    while let Some(last) = rows.last().map(|row| row.id) {
        let next = select(db, source, Some(last)).await?;
        // Polled first, so that it is under way.
        let (written, read) = tokio::join!(write(m, table, rows), async { read_all(source, &next) });
        written?;
        rows = read?;
    }
    Ok(())
}

/// The next rows after an id, in the order of their ids.
pub(crate) async fn page(db: &impl ConnectionTrait, source: &Source, after: Option<Uuid>) -> Result<Vec<Row>, DbErr> {
    read_all(source, &select(db, source, after).await?)
}

async fn select(db: &impl ConnectionTrait, source: &Source, after: Option<Uuid>) -> Result<Vec<QueryResult>, DbErr> {
    let own = |column: &'static str| Expr::col(("c", column));
    let mut select = Query::select();
    select.expr_as(own("id"), "id").from_as(source.table, "c");
    match source.project {
        Project::Own => select.expr_as(own("project_id"), "project_id"),
        Project::Of { table, by } => {
            let condition = Expr::col(("p", "id")).equals(("c", by));
            let project = Expr::col(("p", "project_id"));
            select.expr_as(project, "project_id").join_as(JoinType::InnerJoin, table, "p", condition)
        }
    };
    for column in source.texts.iter().chain(&source.json) {
        select.expr_as(own(column), *column);
    }
    if let Some(kind) = source.kind {
        select.and_where(own("kind").eq(kind));
    }
    if let Some(after) = after {
        select.and_where(own("id").gt(after));
    }
    if db.get_database_backend() == DbBackend::Sqlite {
        // What is no id can't be found either; `verify` names it.
        select.and_where(Expr::cust("typeof(c.id) = 'blob' AND length(c.id) = 16"));
    }
    select.order_by(("c", "id"), Order::Asc).limit(PAGE);
    db.query_all(&select).await
}

fn read_all(source: &Source, rows: &[QueryResult]) -> Result<Vec<Row>, DbErr> {
    rows.iter().map(|row| read(source, row)).collect()
}

fn read(source: &Source, row: &QueryResult) -> Result<Row, DbErr> {
    let id: Uuid = row.try_get("", "id")?;
    let project: Result<Option<Uuid>, DbErr> = row.try_get("", "project_id");
    let hex = |id: Uuid| id.simple().to_string();
    let document = texts(source, row).and_then(|texts| {
        let project = project.as_ref().map_err(Clone::clone)?.map(hex);
        Ok(Document::new(source.entity_type, hex(id), project, texts.iter().map(Option::as_deref)))
    });
    Ok(Row { id, project: project.unwrap_or_default(), document })
}

fn texts(source: &Source, row: &QueryResult) -> Result<Vec<Option<String>>, DbErr> {
    if let Some(column) = source.json {
        let data: Option<serde_json::Value> = row.try_get("", column)?;
        let text = data.as_ref().and_then(|data| data.get("text")?.as_str());
        return Ok(vec![text.map(str::to_owned)]);
    }
    source.texts.iter().map(|column| row.try_get("", column)).collect()
}

async fn write(m: &SchemaManager<'_>, table: &'static str, rows: Vec<Row>) -> Result<(), DbErr> {
    let is_sqlite = m.get_database_backend() == DbBackend::Sqlite;
    let mut insert = Query::insert();
    // FTS5 needs a word to find a row by; PostgreSQL needs the words by themselves.
    let own = if is_sqlite { "scope" } else { "search_vector" };
    insert.into_table(table).columns(["entity_type", "entity_id", "project_id", "search_text", own]);
    for row in rows {
        let document = row.document?;
        let last = if is_sqlite {
            Expr::val(document.scope())
        } else {
            Expr::val(vector(&document.search_text)).cast_as("tsvector")
        };
        insert.values_panic([
            document.entity_type.as_str().into(),
            row.id.into(),
            row.project.into(),
            document.search_text.into(),
            last,
        ]);
    }
    m.get_connection().execute(&insert).await.map(|_| ())
}
