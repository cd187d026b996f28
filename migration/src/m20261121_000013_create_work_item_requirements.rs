//! The capabilities that an item needs, kept together with its `requirement_key`.
//!
//! `down` loses nothing that the key does not hold; `up` fills the table from the keys.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::prelude::{DateTimeWithTimeZone, Uuid};

use crate::columns::{self as c, OnDelete};
use crate::step::{Effect, Effects};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

/// A row for each part of each key.
pub(crate) const EFFECTS: Effects = Effects {
    up: &[Effect::Adds {
        table: TABLE,
        count: "SELECT coalesce(sum(length(requirement_key) - length(replace(requirement_key, ',', '')) + 1), 0) \
                FROM work_items WHERE requirement_key <> ''",
        rows: None,
    }],
    down: &[],
};

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table(TABLE)
                .col(c::reference(TABLE, "work_item_id", "work_items", OnDelete::Cascade))
                .col(c::text("capability"))
                .col(c::vocabulary(TABLE, "min_level", LEVELS))
                .col(c::created_at())
                .primary_key(Index::create().col("work_item_id").col("capability"))
                .to_owned(),
        )
        .await?;
        c::index(m, TABLE, &["capability"]).await?;
        fill(m).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "work_item_requirements";
const LEVELS: &[&str] = &["basic", "proficient", "expert"];

/// Writes the rows that the existing keys (`capability:level`, comma-separated) stand for.
async fn fill(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = m.get_connection();
    let items = Query::select()
        .columns(["id", "requirement_key", "updated_at"])
        .from("work_items")
        .and_where(Expr::col("requirement_key").ne(""))
        .order_by("id", Order::Asc)
        .to_owned();
    for row in db.query_all(&items).await? {
        let id: Uuid = row.try_get("", "id")?;
        let key: String = row.try_get("", "requirement_key")?;
        let at: DateTimeWithTimeZone = row.try_get("", "updated_at")?;
        for part in key.split(',') {
            let Some((capability, level)) = part.split_once(':') else {
                return Err(DbErr::Migration(format!("work item {id}: the requirement key '{key}' has no level")));
            };
            let insert = Query::insert()
                .into_table(TABLE)
                .columns(["work_item_id", "capability", "min_level", "created_at"])
                .values_panic([id.into(), capability.into(), level.into(), at.into()])
                .to_owned();
            db.execute(&insert).await?;
        }
    }
    Ok(())
}
