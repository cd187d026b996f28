//! Files are looked at while no transaction is open, and the decision is by what was seen of the same operations.

use std::time::Duration;

use callboard_service::entity::{
    FileOperationOperation as Kind, WorkItemQualityGateLevel as Level, WorkItemStatus as Status,
};
use callboard_service::item::CommentOnItem;
use callboard_service::{Actor, OpenOptions, Ref};
use support::{TestDb, both};

use super::{Gated, complete};

/// Takes a good part of a second to read, and no space: it is sparse.
const LARGE: u64 = 1024 * 1024 * 1024;

both! {
    /// On SQLite there is one writer: it must be free while a gate reads.
    async fn others_write_while_a_gate_reads(t: TestDb) {
        let gated = Gated::new(&t).await;
        let held = gated.work(Level::Enhanced).await;
        std::fs::File::create(gated.folder.join("large")).and_then(|file| file.set_len(LARGE)).expect("make it");
        gated.track(held.item.id, Kind::Create, "large").await;
        let options = OpenOptions { busy_timeout: Duration::from_millis(100), ..OpenOptions::default() };
        let other = t.board_with(options).await;
        let (board, by, assignment) = (gated.seed.board.clone(), Actor::agent(gated.agent.id), held.assignment);
        let completing = tokio::spawn(async move { board.run(by, &complete(assignment)).await });
        let comment = CommentOnItem { item: Ref::Id(held.item.id), text: "meanwhile".to_owned() };
        let mut written = 0;
        while !completing.is_finished() {
            other.run(gated.seed.me, &comment).await.expect("the writer is free");
            written += 1;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let done = completing.await.expect("the call ends").expect("complete");
        assert_eq!(done.item.status, Status::Done);
        assert!(written >= 5, "only {written} writes while 1 GiB was read");
    }

    /// What was tracked after the look is looked at, too: the decision never rests on other operations.
    async fn an_operation_that_comes_between_is_seen(t: TestDb) {
        let gated = Gated::new(&t).await;
        let held = gated.work(Level::Enhanced).await;
        gated.create(held.item.id, "a", "one").await;
        let looked = gated.seed.board.having_looked(&[Ref::Id(held.item.id)]).await.expect("look");
        gated.create(held.item.id, "b", "two").await;
        gated.remove("b");
        let error = looked.run(Actor::agent(gated.agent.id), &complete(held.assignment)).await.expect_err("b is missing");
        assert!(error.to_string().ends_with("the file b is missing"), "{error}");
        gated.write("b", "two");
        looked.run(Actor::agent(gated.agent.id), &complete(held.assignment)).await.expect("complete");
    }

    /// The control: by the look alone, without a second look at the operations, it would have been done.
    async fn a_look_is_used_while_the_operations_are_the_same(t: TestDb) {
        let gated = Gated::new(&t).await;
        let held = gated.work(Level::Enhanced).await;
        gated.create(held.item.id, "a", "one").await;
        let looked = gated.seed.board.having_looked(&[Ref::Id(held.item.id)]).await.expect("look");
        gated.remove("a");
        let done = looked.run(Actor::agent(gated.agent.id), &complete(held.assignment)).await.expect("as it was seen");
        assert_eq!(done.item.status, Status::Done);
    }

    async fn an_unknown_item_is_not_looked_at(t: TestDb) {
        let gated = Gated::new(&t).await;
        let error = gated.seed.board.having_looked(&["CB-99".into()]).await.expect_err("unknown");
        assert_eq!(error.kind(), callboard_service::ErrorKind::NotFound);
    }
}
