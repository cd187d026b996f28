//! The full-text index over items, decisions and notes: SQLite's FTS5, PostgreSQL's tsvector with a GIN index.
//!
//! It is a table of one name with the same documents on both, but of no entity: it holds nothing that the rows do not
//! say. `up` fills it from them, `down` loses nothing that `up` does not make again. No trigger keeps it and no foreign
//! key reaches it, so that rebuilding another table leaves it as it is; the service writes it, and `verify` holds it
//! against the rows. docs/adr/0008 says why it is made like this.

use callboard_search::EntityType;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns as c;
use crate::search::{Project, Source, fill};
use crate::step::{Effect, Effects};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

/// A document for each item, decision and note.
pub(crate) const EFFECTS: Effects = Effects { up: &[Effect::Fills { table: TABLE }], down: &[] };

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        if m.get_database_backend() == DbBackend::Sqlite {
            // `ascii` takes every character beyond ASCII for a letter, so that only the blanks split a text.
            c::sql(
                m,
                "CREATE VIRTUAL TABLE board_search USING fts5(entity_type UNINDEXED, entity_id UNINDEXED, \
                 project_id UNINDEXED, scope, search_text, tokenize = 'ascii')",
            )
            .await?;
        } else {
            c::sql(
                m,
                "CREATE TABLE board_search (entity_type text NOT NULL CONSTRAINT ck_board_search_entity_type \
                 CHECK (entity_type IN ('item', 'decision', 'comment', 'note', 'checkpoint')), \
                 entity_id uuid NOT NULL PRIMARY KEY, project_id uuid NULL, search_text text NOT NULL, \
                 search_vector tsvector NOT NULL)",
            )
            .await?;
            c::sql(m, "CREATE INDEX ix_board_search_search_vector ON board_search USING gin (search_vector)").await?;
        }
        for source in &SOURCES {
            fill(m, TABLE, source).await?;
        }
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "board_search";

/// Where its documents come from.
pub(crate) const SOURCES: [Source; 5] = [
    Source {
        entity_type: EntityType::Item,
        table: "work_items",
        project: Project::Own,
        kind: None,
        texts: &["key", "title", "description"],
        json: None,
    },
    Source {
        entity_type: EntityType::Decision,
        table: "board_decisions",
        project: Project::Own,
        kind: None,
        texts: &[
            "title",
            "problem",
            "context",
            "decision",
            "rationale",
            "implementation_approach",
            "outcome",
            "lessons",
        ],
        json: None,
    },
    Source {
        entity_type: EntityType::Comment,
        table: "work_item_events",
        project: Project::Of { table: "work_items", by: "work_item_id" },
        kind: Some("comment"),
        texts: &["reason"],
        json: None,
    },
    Source {
        entity_type: EntityType::Note,
        table: "session_events",
        project: Project::Of { table: "work_sessions", by: "session_id" },
        kind: Some("note"),
        texts: &[],
        json: Some("data"),
    },
    Source {
        entity_type: EntityType::Checkpoint,
        table: "checkpoints",
        project: Project::Of { table: "work_items", by: "work_item_id" },
        kind: None,
        texts: &["note"],
        json: None,
    },
];
