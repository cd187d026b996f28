//! Opening a stream again.

use callboard_service::assignment::Claim;
use callboard_service::entity::WorkStreamStatus;
use callboard_service::project::ArchiveProject;
use callboard_service::stream::{CloseStream, ReopenStream};
use callboard_service::{Conflict, Error, Ref};
use support::{TestDb, both};

use super::{dense, filled, order};

both! {
    async fn it_is_as_it_was(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        filled(&seed, 2).await;
        let reopen = ReopenStream { project: None, stream: Ref::from("s") };
        seed.must(&CloseStream { project: None, stream: Ref::from("s") }).await;
        let open = seed.must(&reopen).await;
        assert_eq!(open.status, WorkStreamStatus::Open);
        assert_eq!(seed.must(&reopen).await, open, "again is no change");
        assert_eq!(order(&seed, open.id).await, dense(&["CB-1", "CB-2"]));
        let claim = Claim { stream: Some(Ref::from("s")), ..Claim::one("coder") };
        assert_eq!(seed.must(&claim).await.claimed[0].item.key, "CB-1");
        let error = seed.must_refuse(&ReopenStream { project: None, stream: Ref::from("t") }).await;
        assert!(matches!(error, Error::NotFound { entity: "stream", .. }), "{error}");
    }

    async fn not_in_an_archived_project(t: TestDb) {
        let seed = t.seed().await;
        filled(&seed, 1).await;
        seed.must(&CloseStream { project: None, stream: Ref::from("s") }).await;
        seed.must(&ArchiveProject { project: Ref::from("demo"), reason: None }).await;
        let error = seed.must_refuse(&ReopenStream { project: None, stream: Ref::from("s") }).await;
        assert!(matches!(error, Error::Conflict(Conflict::Inactive { entity: "project", .. })), "{error}");
    }
}
