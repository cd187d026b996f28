//! A workflow's step_tx writes the app's rows and the board's exactly once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use callboard_embed::{Shop, Unit, work};
use callboard_service::workflow::{Drive, NewRun, RunOptions, Step, StepError};
use support::{TestDb, both_empty};
use tokio::sync::Notify;

use super::{on_board, ordered, shop};

both_empty! {
    async fn the_shops_own_workflow_orders_once(t: TestDb) {
        restocked(&t, None).await;
    }

    async fn the_shops_own_workflow_orders_once_in_another_schema(t: TestDb) {
        restocked(&t, Some("board")).await;
    }

    /// The first attempt writes both rows and fails then: they are gone, and the second's stay. The control does the
    /// same in an ordinary step, whose rows are committed apart from it: there are twice as many.
    async fn a_failed_attempt_leaves_no_order(t: TestDb) {
        let shop = shop(&t, Some("board")).await;
        let raw = t.raw().await;
        assert_eq!(failing(&shop, "tx", true).await, 2);
        assert_eq!((ordered(&raw).await, on_board(&shop).await), (vec!["SHOP-1".to_owned()], vec!["SHOP-1".to_owned()]));
        assert_eq!(failing(&shop, "plain", false).await, 2);
        assert_eq!(ordered(&raw).await.len(), 3, "the control orders twice");
        assert_eq!(ordered(&raw).await, on_board(&shop).await);
    }

    /// The runner is gone in the middle of the transaction; another takes the run up once its lease has run out.
    async fn a_lost_runner_leaves_no_order(t: TestDb) {
        let shop = shop(&t, None).await;
        let raw = t.raw().await;
        let (calls, written) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        {
            let lost = drive(&shop, "lost", &calls, |calls| calls == 1, &written);
            tokio::select! {
                done = lost => panic!("it ended: {done:?}"),
                () = written.notified() => {}
                () = tokio::time::sleep(Duration::from_secs(60)) => panic!("nothing was written"),
            }
        }
        assert_eq!(ordered(&raw).await, [""; 0]);
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let done = drive(&shop, "lost", &calls, |_| false, &written).await;
        assert!(matches!(done, Ok(Drive::Completed { already: false, .. })), "{done:?}");
        assert_eq!(calls.load(Ordering::Relaxed), 2);
        assert_eq!((ordered(&raw).await, on_board(&shop).await), (vec!["SHOP-1".to_owned()], vec!["SHOP-1".to_owned()]));
    }
}

async fn restocked(t: &TestDb, schema: Option<&str>) {
    let shop = shop(t, schema).await;
    let raw = t.raw().await;
    let shelves = [("twine".to_owned(), 2), ("gloves".to_owned(), 40), ("bulbs".to_owned(), 0)];
    for pass in 0..2 {
        let drive = shop.restock("restock-1", &shelves).await.expect("drive");
        let Drive::Completed { run, already } = drive else { panic!("not completed: {drive:?}") };
        assert_eq!((run.steps_completed, run.total_steps, already), (2, Some(2), pass > 0));
        assert_eq!(ordered(&raw).await, ["SHOP-1", "SHOP-2"]);
        assert_eq!(on_board(&shop).await, ["SHOP-1", "SHOP-2"]);
    }
    let what = super::texts(&raw, "SELECT what FROM orders ORDER BY item_key").await;
    assert_eq!(what, ["twine", "bulbs"]);
    let error = shop.restock("restock-1", &[]).await.expect_err("other inputs");
    assert!(error.to_string().contains("inputs"), "{error}");
}

/// Drives a step whose first attempt orders and fails; gives how often it was called.
async fn failing(shop: &Shop, id: &str, in_tx: bool) -> usize {
    let calls = Arc::new(AtomicUsize::new(0));
    let options = RunOptions::default();
    let step = Step::new("order").backoff(Duration::from_millis(1));
    let new = NewRun::new("failing", id);
    let drive = shop.board.drive(shop.actor, &new, options, |run| {
        let (calls, shop) = (Arc::clone(&calls), shop.clone());
        Box::pin(async move {
            let fail_first = |calls: &AtomicUsize| match calls.fetch_add(1, Ordering::Relaxed) {
                0 => Err(StepError::new("the first attempt fails")),
                _ => Ok(()),
            };
            if in_tx {
                run.step_tx(step, |tx| {
                    let calls = Arc::clone(&calls);
                    Box::pin(async move {
                        work::place(Unit::of(tx), "a pot".to_owned()).await?;
                        fail_first(&calls)
                    })
                })
                .await?;
            } else {
                run.step(step, || async {
                    shop.place("a pot").await?;
                    fail_first(&calls)
                })
                .await?;
            }
            Ok(())
        })
    });
    drive.await.expect("drive").completed().expect("the second attempt does it");
    calls.load(Ordering::Relaxed)
}

/// Drives a step that orders; where `stuck` says so it never ends, once its rows are written.
async fn drive(
    shop: &Shop,
    id: &str,
    calls: &Arc<AtomicUsize>,
    stuck: fn(usize) -> bool,
    written: &Arc<Notify>,
) -> Result<Drive, callboard_service::Error> {
    let options = RunOptions { lease: Duration::from_secs(1), ..RunOptions::default() };
    shop.board
        .drive(shop.actor, &NewRun::new("stuck", id), options, |run| {
            let (calls, written) = (Arc::clone(calls), Arc::clone(written));
            Box::pin(async move {
                run.step_tx("order", |tx| {
                    let (calls, written) = (Arc::clone(&calls), Arc::clone(&written));
                    Box::pin(async move {
                        work::place(Unit::of(tx), "a pot".to_owned()).await?;
                        if stuck(calls.fetch_add(1, Ordering::Relaxed) + 1) {
                            written.notify_one();
                            std::future::pending::<()>().await;
                        }
                        Ok(())
                    })
                })
                .await?;
                Ok(())
            })
        })
        .await
}
