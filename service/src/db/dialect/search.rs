//! The full-text index: FTS5 finds a row by the words of its `scope`, PostgreSQL by its id and its vector.

use callboard_search::{Document, scope_of_entity, vector};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use uuid::Uuid;

use super::Dialect;

const TABLE: &str = "board_search";
/// So many documents are written by one statement: each can have 64 KiB.
const CHUNK: usize = 100;

/// A document with the ids of which it has the digits.
#[derive(Clone, Debug)]
pub(crate) struct Indexed {
    pub id: Uuid,
    pub project: Option<Uuid>,
    pub document: Document,
}

impl Dialect {
    /// Adds the documents of rows that have none.
    pub async fn add_documents(self, conn: &DatabaseTransaction, documents: &[Indexed]) -> Result<(), DbErr> {
        let own = match self {
            Self::Sqlite => "scope",
            Self::Postgres => "search_vector",
        };
        for chunk in documents.chunks(CHUNK) {
            let mut insert = Query::insert();
            insert.into_table(TABLE).columns(["entity_type", "entity_id", "project_id", "search_text", own]);
            for Indexed { id, project, document } in chunk {
                let last = match self {
                    Self::Sqlite => Expr::val(document.scope()),
                    Self::Postgres => Expr::val(vector(&document.search_text)).cast_as("tsvector"),
                };
                insert.values_panic([
                    document.entity_type.as_str().into(),
                    (*id).into(),
                    (*project).into(),
                    document.search_text.as_str().into(),
                    last,
                ]);
            }
            conn.execute(&insert).await?;
        }
        Ok(())
    }

    /// Takes the documents of rows away.
    pub async fn remove_documents(self, conn: &DatabaseTransaction, ids: &[Uuid]) -> Result<(), DbErr> {
        for chunk in ids.chunks(CHUNK) {
            let mut delete = Query::delete();
            delete.from_table(TABLE);
            match self {
                Self::Sqlite => {
                    let words: Vec<String> = chunk.iter().map(|id| scope_of_entity(&id.simple().to_string())).collect();
                    let sql = "rowid IN (SELECT rowid FROM board_search WHERE board_search MATCH ?)";
                    delete.and_where(Expr::cust_with_values(sql, [format!("scope : ({})", words.join(" OR "))]))
                }
                Self::Postgres => delete.and_where(Expr::col("entity_id").is_in(chunk.iter().copied())),
            };
            conn.execute(&delete).await?;
        }
        Ok(())
    }
}
