//! Failing: the pause before the next attempt, and the end of all attempts.

use callboard_service::assignment::{Fail, Pause};
use callboard_service::entity::{TaskAssignmentStatus, WorkItemStatus};
use callboard_service::item::{NewItem, RetryItem};
use callboard_service::{ErrorKind, Ref, id};
use support::{TestDb, both};
use uuid::Uuid;

both! {
    /// random(0.5..1) of 10 s, doubled with each attempt, and never more than an hour.
    async fn the_backoff_doubles_within_its_bounds(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let items = seed.add_all((0..8).map(|n| NewItem { max_attempts: 30, ..NewItem::titled(format!("n{n}")) }).collect()).await;
        let mut factors = Vec::new();
        for attempt in [1, 2, 3, 8, 9, 10, 20, 29] {
            let count = attempt - 1;
            // Only the count of attempts decides, so it is set; the ledger catches up with the next claim.
            seed.sql(&format!("UPDATE work_items SET attempt_count = {count}")).await;
            for item in &items {
                let claimed = seed.claim(&agent).await;
                assert_eq!(claimed.attempt, attempt);
                let before = seed.board.now();
                let failed = seed.by(&agent, &fail(claimed.assignment)).await.expect("fail").item;
                let after = seed.board.now();
                let longest = 3600_f64.min(10.0 * 2_f64.powi(i32::try_from(count).expect("small")));
                let until = failed.available_at.expect("a backoff");
                let seconds = |from: chrono::DateTime<chrono::Utc>| (until - from).num_microseconds().map_or(0.0, |m| m as f64 / 1e6);
                assert!(seconds(before) >= longest * 0.5, "attempt {attempt}: {}", seconds(before));
                assert!(seconds(after) <= longest, "attempt {attempt}: {}", seconds(after));
                factors.push(seconds(before) / longest);
                assert_eq!(failed.status, WorkItemStatus::Todo);
                assert_eq!(seed.row(failed.id).await, failed);
                assert!(items.iter().any(|i| i.id == failed.id), "{}", item.key);
            }
            seed.end_backoffs().await;
            seed.expire().await;
        }
        let spread = factors.iter().copied().fold(f64::MIN, f64::max) - factors.iter().copied().fold(f64::MAX, f64::min);
        assert!(spread > 0.25, "64 backoffs lie within {spread} of each other: they are not random");
    }

    async fn a_failed_item_says_why(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        let failed = seed.by(&agent, &fail(held.assignment)).await.expect("fail");
        let row = seed.assignment(held.assignment).await;
        assert_eq!((row.status, row.notes.as_deref()), (TaskAssignmentStatus::Failed, Some("it broke")));
        assert_eq!((&failed.assignment, &failed.item), (&row, &seed.row(held.item.id).await));
        let last = seed.events(held.item.id).await.pop().expect("a ledger row");
        assert_eq!((last.kind.as_str(), last.reason.as_deref()), ("failed", Some("it broke")));
        assert_eq!((last.from_status.as_deref(), last.to_status.as_deref()), (Some("in_progress"), Some("todo")));
    }

    async fn a_permanent_failure_is_dead_at_once_until_it_is_retried(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        for paused in [false, true] {
            let held = seed.work(&agent).await;
            if paused {
                let pause = Pause { assignment: held.assignment, reason: "x".to_owned(), deadline_seconds: None };
                seed.must(&pause).await;
            }
            let failed = seed.by(&agent, &Fail { permanent: true, ..fail(held.assignment) }).await.expect("fail").item;
            assert_eq!((failed.status, failed.attempt_count), (WorkItemStatus::Blocked, 1));
            assert_eq!((failed.dead_at.is_some(), failed.available_at), (true, None));
            assert_eq!(failed.blocked_reason.as_deref(), Some("failed: it broke"));
            assert!(seed.try_claim(&agent).await.is_err(), "a dead letter is not ready");
            seed.must(&RetryItem { item: Ref::Id(failed.id), reason: None }).await;
            let again = seed.claim(&agent).await;
            assert_eq!((again.item.id, again.attempt), (failed.id, 1));
        }
    }

    async fn a_reason_and_a_known_assignment_are_asked_for(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await.assignment;
        for reason in ["", "\t", "a\u{0}b"] {
            let error = seed.must_refuse(&Fail { reason: reason.to_owned(), ..fail(held) }).await;
            assert_eq!(error.kind(), ErrorKind::Invalid, "{reason:?}");
        }
        assert_eq!(seed.must_refuse(&fail(id::new())).await.kind(), ErrorKind::NotFound);
    }
}

fn fail(assignment: Uuid) -> Fail {
    Fail { assignment, reason: "it broke".to_owned(), permanent: false }
}
