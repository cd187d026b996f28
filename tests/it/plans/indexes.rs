//! Rows that others refer to are deleted without reading those from end to end.

use sea_orm::{ConnectionTrait, Statement, TransactionTrait};
use support::{TestDb, both_large};

use super::work::Meter;

both_large! {
    /// What the database looks for by itself, before a row goes that others may refer to.
    async fn what_refers_to_a_row_is_found_when_it_goes(t: TestDb) {
        let meter = Meter::of(&t).await;
        let tx = meter.connection().begin().await.expect("begin");
        for (table, row) in [("board_users", "{id 02 50}"), ("agent_profiles", "{id 03 10}"), ("work_items", "{id 10 1}")] {
            let sql = format!("DELETE FROM {table} WHERE id = {}", support::large::sql(t.kind(), row));
            let work = meter.run(&tx, &Statement::from_string(tx.get_database_backend(), sql)).await;
            // The item has 3,000 events and checkpoints, which go with it.
            let most = if table == "work_items" { 500_000 } else { 20_000 };
            assert!(work < most, "{table}: {work}");
        }
        tx.rollback().await.expect("roll back");
    }
}
