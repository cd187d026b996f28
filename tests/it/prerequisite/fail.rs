//! Saying that a prerequisite is not met.

use callboard_service::entity::TaskPrerequisiteStatus as Status;
use callboard_service::item::NewItem;
use callboard_service::prerequisite::{AddPrerequisite, FailPrerequisite, Needed, SatisfyPrerequisite};
use callboard_service::{Actor, ErrorKind, Ref};
use support::{TestDb, both};
use uuid::Uuid;

fn fail(item: Uuid, what: &str) -> FailPrerequisite {
    FailPrerequisite { item: Ref::Id(item), prerequisite: what.into(), reason: "3 of 200 fail".to_owned() }
}

both! {
    /// What was met is not met any more: its item waits again.
    async fn the_item_waits_with_the_reason(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.add(NewItem { prerequisite_satisfaction_required: true, ..NewItem::titled("waits") }).await.id;
        let needs = Needed::ValidationRequirement { command: Some("make test".to_owned()) };
        seed.must(&AddPrerequisite::on(item, needs)).await;
        let what = "`make test` succeeds";
        let evidence = "green".to_owned();
        seed.must(&SatisfyPrerequisite { item: Ref::Id(item), prerequisite: what.into(), evidence }).await;
        let changed = seed.must(&fail(item, what)).await;
        assert_eq!((changed.edge.status, changed.edge.satisfied_at, changed.unmet), (Status::Failed, None, 1));
        let failure = &changed.edge.validation_criteria.expect("criteria")["failure"];
        assert_eq!((&failure["text"], &failure["by"]), (&"3 of 200 fail".into(), &"user:kim".into()));
        let last = seed.events(item).await.pop().expect("a ledger row");
        assert_eq!((last.kind.as_str(), last.reason.as_deref()), ("prerequisite_failed", Some("3 of 200 fail")));
        assert!(seed.try_claim(&agent).await.is_err());
        assert!(seed.must(&fail(item, what)).await.already);
    }

    async fn a_pending_one_counts_as_before(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.add(NewItem { prerequisite_satisfaction_required: true, ..NewItem::titled("waits") }).await.id;
        let file = Needed::FileDependency { path: "a".to_owned(), content_hash: None };
        seed.must(&AddPrerequisite::on(item, file)).await;
        assert_eq!(seed.must(&fail(item, "a")).await.unmet, 1);
        assert_eq!(seed.row(item).await.unmet_prerequisites, 1);
    }

    async fn it_needs_a_reason_somebody_and_no_completion(t: TestDb) {
        let seed = t.seed().await;
        let (item, other) = (seed.item().await.id, seed.item().await.id);
        seed.must(&AddPrerequisite::new(item, other)).await;
        let error = seed.must_refuse(&fail(item, "CB-2")).await;
        assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains("reopen that one"), "{error}");
        let blank = FailPrerequisite { reason: " ".to_owned(), ..fail(item, "CB-2") };
        assert_eq!(seed.must_refuse(&blank).await.kind(), ErrorKind::Invalid);
        assert_eq!(seed.board.run(Actor::SYSTEM, &fail(item, "CB-2")).await.expect_err("nobody").kind(), ErrorKind::Invalid);
        assert_eq!(seed.must_refuse(&fail(item, "nothing")).await.kind(), ErrorKind::NotFound);
    }
}
