//! Automation comes to an existing, populated `work_items`: prerequisites of other kinds than a completion do not count
//! yet, maintenance may touch every item, and every gate is the standard one, so nothing that could be claimed is held back.
//!
//! `down` loses what the automation columns hold. An item that counted prerequisites of all kinds counts those that wait
//! for a completion again, with a ledger row: nothing could lower the rest any more, and it would stay out of the ready
//! queue for good. An item whose revision is the highest that there is has no room for that row: `down` is refused,
//! naming the item.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::Statement;
use sea_orm_migration::sea_orm::prelude::{DateTimeWithTimeZone, Uuid};

use crate::columns as c;
use crate::step::{Effect, Effects};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

/// A ledger row for each counter that counts less.
pub(crate) const EFFECTS: Effects = Effects {
    up: &[],
    down: &[
        Effect::Adds { table: "work_item_events", count: COUNT, rows: Some("kind = 'migrated'") },
        Effect::Writes { table: "work_items", columns: &["unmet_prerequisites", "revision"] },
    ],
};

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let required = ColumnDef::new("prerequisite_satisfaction_required").boolean().not_null().to_owned();
        c::add_column(m, TABLE, c::with_default(required, false)).await?;
        let maintained = ColumnDef::new("auto_maintenance_enabled").boolean().not_null().to_owned();
        c::add_column(m, TABLE, c::with_default(maintained, true)).await?;
        let gate = c::vocabulary(TABLE, "quality_gate_level", &["standard", "enhanced", "strict"]);
        c::add_column(m, TABLE, c::with_default(gate, "standard")).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        count_completions_only(m).await?;
        for column in ["quality_gate_level", "auto_maintenance_enabled", "prerequisite_satisfaction_required"] {
            c::drop_column(m, TABLE, column).await?;
        }
        Ok(())
    }
}

const TABLE: &str = "work_items";

/// Items whose counter is not what it would be if only completions counted.
macro_rules! counting_more {
    ($columns:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM work_items w LEFT JOIN (SELECT work_item_id, count(*) AS unmet FROM task_prerequisites \
             WHERE prerequisite_type = 'completion_dependency' AND is_mandatory AND status IN ('pending', 'failed') \
             GROUP BY work_item_id) p ON p.work_item_id = w.id \
             WHERE w.prerequisite_satisfaction_required AND w.unmet_prerequisites <> coalesce(p.unmet, 0)"
        )
    };
}

const COUNT: &str = counting_more!("count(*)");
const ITEMS: &str = concat!(
    counting_more!(
        "w.id AS id, w.key AS key, w.revision AS revision, w.updated_at AS updated_at, coalesce(p.unmet, 0) AS unmet"
    ),
    " ORDER BY w.id"
);

async fn count_completions_only(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = m.get_connection();
    for row in db.query_all_raw(Statement::from_string(m.get_database_backend(), ITEMS)).await? {
        let id: Uuid = row.try_get("", "id")?;
        let revision: i64 = row.try_get("", "revision")?;
        let unmet: i64 = row.try_get("", "unmet")?;
        let Some(next) = revision.checked_add(1) else {
            let key: String = row.try_get("", "key")?;
            return Err(DbErr::Migration(format!(
                "the item {key} ({id}) is at revision {revision}, the highest that there is: the ledger has no room for \
                 a row that says what it waits for; make its prerequisite_satisfaction_required false first"
            )));
        };
        let at: DateTimeWithTimeZone = row.try_get("", "updated_at")?;
        let update = Query::update()
            .table(TABLE)
            .values([("revision", next.into()), ("unmet_prerequisites", unmet.into())])
            .and_where(Expr::col("id").eq(id))
            .to_owned();
        db.execute(&update).await?;
        let after = serde_json::json!({ "after": { "unmet_prerequisites": unmet } });
        let event = Query::insert()
            .into_table("work_item_events")
            .columns(["id", "work_item_id", "revision", "kind", "actor_type", "reason", "data", "created_at"])
            .values_panic([
                Uuid::now_v7().into(),
                id.into(),
                next.into(),
                "migrated".into(),
                "system".into(),
                "only completions count as prerequisites after migration down".into(),
                after.into(),
                at.into(),
            ])
            .to_owned();
        db.execute(&event).await?;
    }
    Ok(())
}
