//! What must be true before an item can be worked on.
//!
//! `down` loses every prerequisite; the counter `unmet_prerequisites` goes back to 0, with a ledger row each, since
//! nothing could lower it any more and its item would stay out of the ready queue for good. An item whose revision is
//! the highest that there is has no room for that row: `down` is refused, naming the item.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::prelude::{DateTimeWithTimeZone, Uuid};

use crate::columns::{self as c, OnDelete};
use crate::step::{Effect, Effects};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

/// A ledger row for each counter that goes back to 0.
pub(crate) const EFFECTS: Effects = Effects {
    up: &[],
    down: &[
        Effect::Adds {
            table: "work_item_events",
            count: "SELECT count(*) FROM work_items WHERE unmet_prerequisites <> 0",
            rows: Some("kind = 'migrated'"),
        },
        Effect::Writes { table: "work_items", columns: &["unmet_prerequisites", "revision"] },
    ],
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
                .col(c::id())
                .col(c::reference(TABLE, "work_item_id", "work_items", OnDelete::Cascade))
                .col(c::reference_null(TABLE, "prerequisite_id", "work_items", OnDelete::Restrict))
                .col(c::vocabulary(TABLE, "prerequisite_type", TYPES))
                .col(c::text("description"))
                .col(c::json_null("validation_criteria"))
                .col(ColumnDef::new("is_mandatory").boolean().not_null())
                .col(ColumnDef::new("is_auto_resolvable").boolean().not_null())
                .col(c::vocabulary(TABLE, "status", &["pending", "satisfied", "failed", "waived"]))
                .col(c::timestamp_null("satisfied_at"))
                .col(c::text_null("waived_by"))
                .col(c::text_null("waiver_reason"))
                .col(c::created_at())
                .col(c::updated_at())
                .to_owned(),
        )
        .await?;
        c::sql(
            m,
            "CREATE UNIQUE INDEX ux_task_prerequisites_edge ON task_prerequisites (work_item_id, prerequisite_id) \
             WHERE prerequisite_id IS NOT NULL",
        )
        .await?;
        c::index(m, TABLE, &["work_item_id", "status"]).await?;
        c::index(m, TABLE, &["prerequisite_id", "status"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await?;
        clear_counters(m).await
    }
}

const TABLE: &str = "task_prerequisites";
const TYPES: &[&str] = &["completion_dependency", "validation_requirement", "file_dependency", "quality_gate"];

async fn clear_counters(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = m.get_connection();
    let counted = Query::select()
        .columns(["id", "key", "revision", "updated_at"])
        .from("work_items")
        .and_where(Expr::col("unmet_prerequisites").ne(0))
        .order_by("id", Order::Asc)
        .to_owned();
    for row in db.query_all(&counted).await? {
        let id: Uuid = row.try_get("", "id")?;
        let revision: i64 = row.try_get("", "revision")?;
        let Some(next) = revision.checked_add(1) else {
            let key: String = row.try_get("", "key")?;
            return Err(DbErr::Migration(format!(
                "the item {key} ({id}) is at revision {revision}, the highest that there is: the ledger has no room for \
                 a row that says that its prerequisites are gone; set its unmet_prerequisites to 0 first"
            )));
        };
        let at: DateTimeWithTimeZone = row.try_get("", "updated_at")?;
        let update = Query::update()
            .table("work_items")
            .values([("unmet_prerequisites", 0.into()), ("revision", next.into())])
            .and_where(Expr::col("id").eq(id))
            .to_owned();
        db.execute(&update).await?;
        let after = serde_json::json!({ "after": { "unmet_prerequisites": 0 } });
        let event = Query::insert()
            .into_table("work_item_events")
            .columns(["id", "work_item_id", "revision", "kind", "actor_type", "reason", "data", "created_at"])
            .values_panic([
                Uuid::now_v7().into(),
                id.into(),
                next.into(),
                "migrated".into(),
                "system".into(),
                "the prerequisites were taken away by migration down".into(),
                after.into(),
                at.into(),
            ])
            .to_owned();
        db.execute(&event).await?;
    }
    Ok(())
}
