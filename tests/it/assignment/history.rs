//! The history of an item's assignments.

use callboard_service::assignment::{AssignmentHistory, Cancel, Complete, Past};
use callboard_service::entity::TaskAssignmentStatus as Status;
use callboard_service::item::NewItem;
use callboard_service::{Error, Ref, id};
use support::{Seed, TestDb, both};

both! {
    async fn each_assignment_with_its_ledger_rows(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        let item = seed.item().await;
        let first = seed.claim(&one).await.assignment;
        seed.lapse(first).await;
        seed.expire().await;
        seed.end_backoffs().await;
        let second = seed.claim(&two).await.assignment;
        seed.by(&two, &Complete { assignment: second, ..Complete::default() }).await.expect("complete");
        // Another item's history is not mixed in.
        seed.work(&one).await;

        let found = history(&seed, Ref::from(item.key.as_str())).await.expect("a history");
        let told: Vec<_> = found.iter().map(|p| (p.assignment.id, p.assignment.status, kinds(p))).collect();
        let expected = [
            (second, Status::Completed, vec!["claimed", "completed"]),
            (first, Status::Expired, vec!["claimed", "expired"]),
        ];
        assert_eq!(told, expected, "the newest first");
        assert!(found.iter().all(|p| p.item == item.key));
        assert_eq!(found[0].assignment, seed.assignment(second).await);
        assert_eq!(history(&seed, Ref::Id(item.id)).await.expect("by the item's id"), found);
        assert_eq!(history(&seed, Ref::Id(first)).await.expect("by the assignment's id"), found[1..]);
    }

    async fn the_newest_hundred_in_three_statements(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        let ask = AssignmentHistory { of: Ref::Id(item.id) };
        let mut ids = Vec::new();
        let mut few = 0;
        for round in 0..102 {
            let held = seed.claim(&agent).await.assignment;
            seed.must(&Cancel { assignment: held, reason: format!("round {round}") }).await;
            ids.push(held);
            if round == 1 {
                few = t.statements(&seed.board, &ask).await;
            }
        }
        let found = history(&seed, Ref::Id(item.id)).await.expect("a history");
        ids.reverse();
        assert_eq!(found.iter().map(|p| p.assignment.id).collect::<Vec<_>>(), ids[..100]);
        assert!(found.iter().all(|p| kinds(p) == ["claimed", "unassigned"]));
        assert_eq!(t.statements(&seed.board, &ask).await, few, "the statements do not grow with the rows");
    }

    async fn an_item_without_any_and_what_is_not_there(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.add(NewItem::titled("untouched")).await;
        assert_eq!(history(&seed, Ref::Id(item.id)).await.expect("a history"), []);
        for of in [Ref::from("CB-12"), Ref::Id(id::new())] {
            let error = history(&seed, of.clone()).await.expect_err("it is not there");
            assert!(matches!(&error, Error::NotFound { entity: "item or assignment", .. }), "{of}: {error}");
        }
    }
}

async fn history(seed: &Seed, of: Ref) -> Result<Vec<Past>, Error> {
    seed.board.read(&AssignmentHistory { of }).await
}

fn kinds(past: &Past) -> Vec<&str> {
    past.events.iter().map(|e| e.kind.as_str()).collect()
}
