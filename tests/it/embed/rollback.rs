//! Rolling back leaves neither the app's rows nor the board's.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use callboard_embed::{Shop, Unit, work};
use callboard_service::agent::RegisterAgent;
use callboard_service::{Error, ErrorKind};
use support::{TestDb, both_empty};
use tokio::sync::Notify;

use super::tables::Tables;
use super::{levels, shop};

/// What a body writes to: the app's table and the board's.
const WRITTEN: [&str; 11] = [
    "agent_profiles",
    "board_projects",
    "board_search",
    "orders",
    "task_assignments",
    "work_item_events",
    "work_items",
    "workflow_events",
    "workflow_runs",
    "workflow_step_dependencies",
    "workflow_steps",
];

both_empty! {
    async fn an_error_of_the_apps_leaves_neither(t: TestDb) {
        undone(&t, None).await;
    }

    async fn an_error_of_the_apps_leaves_neither_in_another_schema(t: TestDb) {
        undone(&t, Some("board")).await;
    }

    async fn a_dropped_transaction_leaves_neither(t: TestDb) {
        let mut shop = shop(&t, None).await;
        let raw = t.raw().await;
        for level in levels(&t) {
            shop.level = *level;
            let before = Tables::read(&raw, t.kind()).await;
            let written = Arc::new(Notify::new());
            let stuck = shop.in_one(|unit| {
                let written = Arc::clone(&written);
                Box::pin(async move {
                    everything(unit, "dropped".to_owned()).await?;
                    written.notify_one();
                    std::future::pending::<Result<(), Error>>().await
                })
            });
            tokio::select! {
                done = stuck => panic!("it ended: {done:?}"),
                () = written.notified() => {}
                () = tokio::time::sleep(Duration::from_secs(60)) => panic!("nothing was written"),
            }
            // The next write waits until the dropped one is rolled back.
            shop.place("after").await.expect("place");
            let after = Tables::read(&raw, t.kind()).await;
            let changed = before.changed(&after);
            let expected = ["board_projects", "board_search", "orders", "work_item_events", "work_items"];
            assert_eq!(changed, expected.into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), "only the last order");
        }
    }
}

async fn undone(t: &TestDb, schema: Option<&str>) {
    let mut shop = shop(t, schema).await;
    let raw = t.raw().await;
    for (n, level) in levels(t).iter().enumerate() {
        shop.level = *level;
        let before = Tables::read(&raw, t.kind()).await;
        let agent = format!("helper-{n}");
        let error = body(&shop, &agent, true).await.expect_err("it is rolled back");
        assert!(matches!(error, Error::App(_)), "{error}");
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Conflict, "changed my mind"));
        let after = Tables::read(&raw, t.kind()).await;
        assert_eq!(before.changed(&after), BTreeSet::new(), "{level:?}");
        // The same, committed, writes to all of these: else nothing would have been seen above.
        body(&shop, &agent, false).await.expect("it is committed");
        let changed = before.changed(&Tables::read(&raw, t.kind()).await);
        assert_eq!(changed, WRITTEN.map(str::to_owned).into_iter().collect(), "{level:?}");
    }
}

async fn body(shop: &Shop, agent: &str, undo: bool) -> Result<(), Error> {
    shop.in_one(|unit| {
        let agent = agent.to_owned();
        Box::pin(async move {
            everything(unit, agent).await?;
            if undo { Err(Error::app("changed my mind")) } else { Ok(()) }
        })
    })
    .await
}

/// Writes rows of the app's and of the board's, by an agent that is new.
async fn everything(unit: Unit<'_>, agent: String) -> Result<(), Error> {
    unit.run(&RegisterAgent::new(agent.as_str())).await?;
    let order = work::place(unit, "a spade".to_owned()).await?;
    work::place_large(unit, "a hedge".to_owned()).await?;
    let taken = work::take(unit, agent, order.id).await?.expect("it is ready");
    work::deliver(unit, taken).await?;
    Ok(())
}
