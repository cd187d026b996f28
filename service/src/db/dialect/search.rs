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

    /// Takes the document of a row away.
    pub async fn remove_document(self, conn: &DatabaseTransaction, id: Uuid) -> Result<(), DbErr> {
        let statement = match self {
            Self::Sqlite => {
                let word = format!("scope : {}", scope_of_entity(&id.simple().to_string()));
                let sql = "DELETE FROM board_search WHERE rowid IN \
                           (SELECT rowid FROM board_search WHERE board_search MATCH $1)";
                self.statement(sql, [word.into()])
            }
            Self::Postgres => self.statement("DELETE FROM board_search WHERE entity_id = $1", [id.into()]),
        };
        conn.execute_raw(statement).await.map(|_| ())
    }
}
