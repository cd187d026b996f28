//! What is done stays on the board, and nothing looks at it on its way to what is to be done.

use callboard_service::item::{NewItem, Ready};
use sea_orm::TransactionTrait;
use support::{TestDb, both};

use super::call::{Call, call, statements};
use super::work::Meter;

const ALL: usize = 2000;

/// The work of all statements of a call.
async fn work(t: &TestDb, call: &Call) -> u64 {
    let (meter, board) = (Meter::of(t).await, t.board().await);
    let sent = statements(&board, &meter, call).await;
    let tx = meter.connection().begin().await.expect("begin");
    let mut work = 0;
    for statement in &sent {
        work += meter.run(&tx, statement).await;
    }
    tx.rollback().await.expect("roll back");
    board.close().await.expect("close");
    work
}

both! {
    async fn what_is_ready_is_found_past_all_that_is_done(t: TestDb) {
        let seed = t.seed().await;
        seed.add_all((0..ALL).map(|n| NewItem::titled(format!("item {n}"))).collect()).await;
        seed.sql("ANALYZE").await;
        let call = call!("ready", |c| {
            assert_eq!(c.read(&Ready { limit: 20, ..Ready::default() }).await.items.len(), 20);
        });
        let before = work(&t, &call).await;
        // The head of the queue, without what led to it: the board must be as its ledger says when the test ends.
        let those = format!("WHERE id IN (SELECT id FROM work_items ORDER BY priority, id LIMIT {})", ALL - 100);
        seed.sql(&format!("UPDATE work_items SET status = 'done', completed_at = created_at {those}")).await;
        seed.sql("VACUUM").await;
        let after = work(&t, &call).await;
        seed.sql(&format!("UPDATE work_items SET status = 'todo', completed_at = NULL {those}")).await;
        assert!(before > 20, "{before}");
        assert!(after < 2 * before, "{before} when nothing was done, and {after} now");
    }
}
