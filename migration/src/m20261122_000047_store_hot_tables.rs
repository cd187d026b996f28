//! How PostgreSQL stores the tables whose rows change all the time.
//!
//! Pages keep room for new versions of their rows, so that a change of no indexed column needs no new index entry (HOT), and
//! autovacuum comes after a hundredth of a table has changed instead of a fifth: what is dead at the head of the ready
//! queue is walked over by every claim. Rows that are there stay where they are. SQLite keeps no old versions.
//!
//! These are no part of what `verify` compares: whoever runs the server may set others. `down` loses them, and nothing
//! else.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns as c;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        if m.get_database_backend() == DbBackend::Postgres {
            for (table, options) in HOT {
                let options: Vec<String> = options.iter().map(|(name, value)| format!("{name} = {value}")).collect();
                c::sql(m, &format!("ALTER TABLE {table} SET ({})", options.join(", "))).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        if m.get_database_backend() == DbBackend::Postgres {
            for (table, options) in HOT {
                let names: Vec<&str> = options.iter().map(|(name, _)| *name).collect();
                c::sql(m, &format!("ALTER TABLE {table} RESET ({})", names.join(", "))).await?;
            }
        }
        Ok(())
    }
}

type Options = &'static [(&'static str, &'static str)];

/// Changed several times by each claim and completion.
const CHANGED: Options = &[
    ("fillfactor", "85"),
    ("autovacuum_vacuum_scale_factor", "0.01"),
    ("autovacuum_vacuum_threshold", "500"),
    ("autovacuum_analyze_scale_factor", "0.02"),
];

/// Rows come, expire and are removed.
const REPLACED: Options = &[("autovacuum_vacuum_scale_factor", "0.02"), ("autovacuum_vacuum_threshold", "500")];

const HOT: [(&str, Options); 6] = [
    ("work_items", CHANGED),
    ("task_assignments", CHANGED),
    ("workflow_runs", CHANGED),
    ("workflow_steps", CHANGED),
    ("work_sessions", CHANGED),
    ("idempotency_keys", REPLACED),
];
