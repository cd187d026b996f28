//! Closing a stream.

use callboard_service::assignment::Claim;
use callboard_service::entity::WorkStreamStatus;
use callboard_service::item::Ready;
use callboard_service::stream::{CloseStream, PrepareStream, ShowStream, StreamProgress, VerifyStreamReadiness};
use callboard_service::{Conflict, Error, Ref};
use support::{TestDb, both};

use super::filled;

fn close() -> CloseStream {
    CloseStream { project: None, stream: Ref::from("s") }
}

fn is_closed<T: std::fmt::Debug>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Conflict(Conflict::Inactive { entity: "stream", status, .. })) if status == "closed")
}

both! {
    async fn no_work_is_taken_from_a_closed_stream(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let items = filled(&seed, 2).await;
        let closed = seed.must(&close()).await;
        assert_eq!(closed.status, WorkStreamStatus::Closed);
        assert_eq!(seed.must(&close()).await, closed, "again is no change");
        let stream = Some(Ref::from("s"));
        let claim = seed.by(&agent, &Claim { stream: stream.clone(), ..Claim::one("coder") }).await;
        assert!(is_closed(&claim), "{claim:?}");
        let ready = seed.board.read(&Ready { stream, ..Ready::default() }).await;
        assert!(is_closed(&ready), "{ready:?}");
        let readiness = VerifyStreamReadiness { project: None, stream: Ref::from("s"), items: Vec::new() };
        assert!(is_closed(&seed.board.read(&readiness).await));
        let prepare = PrepareStream { project: None, stream: Ref::from("s"), budget: None };
        assert!(is_closed(&seed.board.read(&prepare).await));
        // What was can still be looked at, and the items are as they were.
        let shown = seed.board.read(&ShowStream { project: None, stream: Ref::from("s") }).await.expect("show");
        assert_eq!(shown.items.len(), 2);
        let progress = StreamProgress { project: None, stream: Ref::from("s") };
        assert_eq!(seed.board.read(&progress).await.expect("progress").total, 2);
        assert_eq!(seed.claim(&agent).await.item.id, items[0].id, "anybody may claim them otherwise");
    }
}
