//! How far a stream is.

use callboard_service::Ref;
use callboard_service::assignment::Complete;
use callboard_service::entity::{TaskAssignmentStatus, WorkItemStatus};
use callboard_service::item::CancelItem;
use callboard_service::stream::StreamProgress;
use support::{TestDb, both};

use super::{filled, stream};

both! {
    async fn done_of_total_and_who_is_at_what(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        let items = filled(&seed, 4).await;
        let ask = StreamProgress { project: None, stream: Ref::from("s") };
        let held = seed.claim(&one).await;
        seed.by(&one, &Complete { assignment: held.assignment, ..Complete::default() }).await.expect("complete");
        let held = seed.claim(&two).await;
        assert_eq!(held.item.id, items[1].id);
        let cancel = CancelItem {
            item: Ref::Id(items[3].id),
            reason: None,
            waive_dependents: false,
            cancel_dependents: false,
        };
        seed.must(&cancel).await;
        let found = seed.board.read(&ask).await.expect("progress");
        assert_eq!((found.done, found.total, found.percent), (1, 3, Some(33)));
        assert_eq!(found.counts.by_status[&WorkItemStatus::Cancelled], 1);
        let [at] = &found.at_work[..] else { panic!("one is at work: {:?}", found.at_work) };
        assert_eq!((at.position, at.key.as_str(), at.holder.as_str()), (2, "CB-2", "agent:two"));
        assert_eq!((at.assignment, at.status), (held.assignment, TaskAssignmentStatus::Started));
        assert_eq!(at.until, held.lease_expires_at);
    }

    async fn of_an_empty_stream(t: TestDb) {
        let seed = t.seed().await;
        stream(&seed, "s").await;
        let found = seed.board.read(&StreamProgress { project: None, stream: Ref::from("s") }).await.expect("progress");
        assert_eq!((found.done, found.total, found.percent, found.at_work.len()), (0, 0, None, 0));
    }
}
