//! How many statements the two hottest verbs take: each one more would be paid by every item.

use std::sync::{Arc, Mutex};

use callboard_service::assignment::{Claim, Complete};
use callboard_service::item::NewItem;
use callboard_service::{Actor, Callboard, OpenOptions, Ref, WriteLane};
use support::{TestDb, on_sqlite};

use super::{claim, normal, stocked};

on_sqlite! {
    /// Wherever they run: the list is one. The one that others wait for is the control, which takes more.
    why: "PostgreSQL has no lane, and lists of its own";
    async fn a_claim_takes_six_and_a_complete_four(t: TestDb) {
        let (seed, agent) = stocked(&t, 8).await;
        let one = claim(&agent);
        for lane in [WriteLane::default(), WriteLane::off()] {
            let told = Arc::new(Mutex::new(Vec::new()));
            let tell = Arc::clone(&told);
            let options = OpenOptions { lane, ..normal() }.on_statement(move |statement| {
                let words: Vec<_> = statement.sql.split_whitespace().take(3).collect();
                tell.lock().expect("the list").push(words.join(" "));
            });
            let board = t.board_with(options).await;
            let heard = || std::mem::take(&mut *told.lock().expect("the list"));
            // The first one takes back what ran out, and finds nothing.
            cycle(&board, &one).await;
            heard();
            let held = held(&board, &one).await;
            let writes = ["INSERT INTO task_assignments", "UPDATE work_items SET", "INSERT INTO work_item_events"];
            let claimed = heard();
            assert_eq!((claimed.len(), &claimed[3..]), (6, writes.map(str::to_owned).as_slice()), "{claimed:?}");
            board.run(seed.me, &complete(held)).await.expect("complete");
            let completed = heard();
            let writes = ["UPDATE task_assignments SET", "UPDATE work_items SET", "INSERT INTO work_item_events"];
            assert_eq!((completed.len(), &completed[1..]), (4, writes.map(str::to_owned).as_slice()), "{completed:?}");
            // Where another item waits for it, that is found and told of.
            let first = seed.add(NewItem::titled("first")).await;
            seed.add(NewItem { prerequisites: vec![Ref::Id(first.id).into()], ..NewItem::titled("second") }).await;
            let held = {
                let named = Claim { item: Some(Ref::Id(first.id)), ..one.clone() };
                board.run(seed.me, &named).await.expect("claim").claimed[0].assignment
            };
            heard();
            let done = board.run(seed.me, &complete(held)).await.expect("complete");
            assert_eq!(done.unblocked.len(), 1);
            assert!(heard().len() > 4);
        }
    }
}

fn complete(assignment: uuid::Uuid) -> Complete {
    Complete { assignment, ..Complete::default() }
}

async fn held(board: &Callboard, claim: &Claim) -> uuid::Uuid {
    board.run(Actor::SYSTEM, claim).await.expect("claim").claimed[0].assignment
}

async fn cycle(board: &Callboard, claim: &Claim) {
    let held = held(board, claim).await;
    board.run(Actor::SYSTEM, &complete(held)).await.expect("complete");
}
