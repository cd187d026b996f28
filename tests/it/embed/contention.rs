//! The app's transactions at once: what loses a race is a typed error, and its retry loop gets everything done.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use callboard_embed::{Shop, work};
use callboard_service::{DatabaseError, Error, ErrorKind};
use sea_orm::{ConnectionTrait, IsolationLevel, TransactionTrait};
use support::{TestDb, both_empty};

use super::{levels, on_board, ordered, shop, texts};

const WRITERS: usize = 6;
const ORDERS: usize = 6;

both_empty! {
    async fn orders_at_once_are_all_placed(t: TestDb) {
        at_once(&t, None).await;
    }

    async fn orders_at_once_are_all_placed_in_another_schema(t: TestDb) {
        at_once(&t, Some("board")).await;
    }

    /// The control of the loop above: without it the second of two loses, with an error that says so.
    async fn a_verb_that_loses_a_race_says_so(t: TestDb) {
        let shop = shop(&t, None).await;
        let Some(own) = &shop.own else { return one_writer(&shop).await };
        let begin = || own.begin_with_config(Some(IsolationLevel::Serializable), None);
        let (first, second) = (begin().await.expect("begin"), begin().await.expect("begin"));
        // A snapshot is taken by the first statement.
        texts(&second, "SELECT what FROM orders").await;
        add(&shop, &first, "first").await.expect("the first");
        first.commit().await.expect("commit");
        let error = add(&shop, &second, "second").await.expect_err("its project's row was changed meanwhile");
        assert_lost(&error);
        drop(second);
        let third = begin().await.expect("begin");
        add(&shop, &third, "second again").await.expect("a new transaction");
        third.commit().await.expect("commit");
        assert_eq!(on_board(&shop).await, ["SHOP-1", "SHOP-2"]);
    }

    /// Two that read what the other writes: each alone would do, and the commit of the second is refused.
    async fn a_commit_that_loses_a_race_says_so(t: TestDb) {
        let shop = shop(&t, None).await;
        let Some(own) = &shop.own else { return one_writer(&shop).await };
        for (level, loses) in [(IsolationLevel::Serializable, true), (IsolationLevel::ReadCommitted, false)] {
            let begin = || own.begin_with_config(Some(level), None);
            let (first, second) = (begin().await.expect("begin"), begin().await.expect("begin"));
            for tx in [&first, &second] {
                texts(tx, "SELECT what FROM orders").await;
            }
            for (tx, id) in [(&first, 1), (&second, 2)] {
                let insert = format!("INSERT INTO orders (id, project_id, what, status) VALUES (gen_random_uuid(), 1, '{id}', 'new')");
                tx.execute_unprepared(&insert).await.expect("insert");
            }
            first.commit().await.expect("commit the first");
            let committed = second.commit().await;
            assert_eq!(committed.is_err(), loses, "{level:?}");
            if let Err(error) = committed {
                assert_lost(&Error::from(error));
            }
        }
    }
}

async fn at_once(t: &TestDb, schema: Option<&str>) {
    let raw = t.raw().await;
    for level in levels(t) {
        // Two apps, as two processes have them.
        let mut shops = [shop(t, schema).await, shop(t, schema).await];
        shops.iter_mut().for_each(|shop| shop.level = *level);
        let before = ordered(&raw).await.len();
        let bodies = Arc::new(AtomicUsize::new(0));
        let writers = (0..WRITERS).map(|n| tokio::spawn(place_some(shops[n % 2].clone(), Arc::clone(&bodies))));
        for writer in writers.collect::<Vec<_>>() {
            writer.await.expect("a writer ends");
        }
        let keys = ordered(&raw).await;
        assert_eq!(keys.len() - before, WRITERS * ORDERS, "{level:?}");
        let numbered: Vec<String> = (1..=keys.len()).map(|n| format!("SHOP-{n}")).collect();
        assert_eq!(keys, numbered, "each order has an item of its own, and no number is lost: {level:?}");
        assert_eq!(on_board(&shops[0]).await, keys);
        let retries = bodies.load(Ordering::Relaxed) - WRITERS * ORDERS;
        if *level == IsolationLevel::Serializable {
            assert!(retries > 0, "nothing lost a race, so nothing was shown");
        }
    }
}

async fn place_some(shop: Shop, bodies: Arc<AtomicUsize>) {
    for n in 0..ORDERS {
        let placed = shop.in_one(|unit| {
            bodies.fetch_add(1, Ordering::Relaxed);
            Box::pin(work::place(unit, format!("order {n}")))
        });
        placed.await.unwrap_or_else(|error| panic!("the loop gave up: {error}"));
    }
}

/// On SQLite one writes at a time, so that nothing is lost: the second waits for the first.
async fn one_writer(shop: &Shop) {
    let (first, second) = tokio::join!(shop.place("first"), shop.place("second"));
    first.expect("the first");
    second.expect("the second");
    assert_eq!(on_board(shop).await, ["SHOP-1", "SHOP-2"]);
}

async fn add(shop: &Shop, tx: &sea_orm::DatabaseTransaction, title: &str) -> Result<(), Error> {
    use callboard_service::item::{AddItems, NewItem};
    let add = AddItems { project: None, items: vec![NewItem::titled(title)] };
    shop.board.run_in(tx, shop.actor, &add).await.map(|_| ())
}

fn assert_lost(error: &Error) {
    assert!(matches!(error, Error::Database(DatabaseError::Busy(_))), "{error:?}");
    assert_eq!(error.kind(), ErrorKind::Busy);
    assert!(error.is_retryable());
}
