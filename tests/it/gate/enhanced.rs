//! The enhanced gate: files as they were left, criteria met, prerequisites satisfied or waived.

use callboard_service::ErrorKind;
use callboard_service::entity::{
    FileOperationOperation as Kind, WorkItemQualityGateLevel as Level, WorkItemStatus as Status,
};
use callboard_service::item::{EditItem, NewItem};
use callboard_service::prerequisite::{
    AddPrerequisite, FailPrerequisite, Needed, SatisfyPrerequisite, WaivePrerequisite,
};
use support::{TestDb, both};

use super::{Gated, complete, criterion};

fn enhanced() -> NewItem {
    NewItem { quality_gate_level: Level::Enhanced, ..NewItem::titled("gated") }
}

fn validation(text: &str) -> AddPrerequisite {
    let needs = Needed::ValidationRequirement { command: None };
    AddPrerequisite { description: Some(text.to_owned()), ..AddPrerequisite::on("CB-1", needs) }
}

both! {
    async fn a_refusal_lists_all_that_is_missing(t: TestDb) {
        let gated = Gated::new(&t).await;
        let criteria = vec![criterion("it is fast", false), criterion("it is small", true), criterion("it is kind", false)];
        let held = gated.work_on(NewItem { acceptance_criteria: criteria.clone(), ..enhanced() }).await;
        for path in ["altered", "gone", "good"] {
            gated.create(held.item.id, path, path).await;
        }
        gated.remove("gone");
        gated.write("altered", "by somebody");
        gated.seed.must(&validation("kim agrees")).await;
        gated.seed.must(&AddPrerequisite { optional: true, ..validation("a hint") }).await;
        let missing = gated.missing(&held).await;
        assert_eq!(missing, [
            "criterion 1 is not met: it is fast",
            "criterion 3 is not met: it is kind",
            "the prerequisite 'kim agrees' is pending",
            "the file altered has another content",
            "the file gone is missing",
        ]);
        let error = gated.complete(&held).await.expect_err("refused");
        assert_eq!(error.kind(), ErrorKind::GateNotMet);
        assert!(error.to_string().starts_with("CB-1 does not meet its enhanced gate: criterion 1"), "{error}");
        assert!(gated.verifications().await.is_empty(), "a refusal records nothing");

        // One after the other is mended.
        gated.write("gone", "gone");
        gated.track(held.item.id, Kind::Modify, "altered").await;
        let met = criteria.into_iter().map(|c| criterion(&c.text, true)).collect();
        gated.seed.must(&EditItem { acceptance_criteria: Some(met), ..EditItem::new("CB-1") }).await;
        assert_eq!(gated.missing(&held).await, ["the prerequisite 'kim agrees' is pending"]);
        let satisfy = SatisfyPrerequisite {
            item: "CB-1".into(), prerequisite: "kim agrees".into(), evidence: "by letter".to_owned(),
        };
        gated.seed.must(&satisfy).await;
        let done = gated.complete(&held).await.expect("all is met");
        assert!(done.gate.is_empty() && done.item.status == Status::Done);
        assert_eq!(gated.told(held.item.id).await, serde_json::json!({ "level": "enhanced" }));
        assert_eq!(gated.verifications().await.len(), 3, "what was seen is recorded");
    }

    async fn what_failed_is_missing_and_what_is_waived_is_not(t: TestDb) {
        let gated = Gated::new(&t).await;
        let held = gated.work_on(enhanced()).await;
        for text in ["it builds", "it is signed"] {
            gated.seed.must(&validation(text)).await;
        }
        let fail = FailPrerequisite { item: "CB-1".into(), prerequisite: "it builds".into(), reason: "no".to_owned() };
        gated.seed.must(&fail).await;
        assert_eq!(gated.missing(&held).await, [
            "the prerequisite 'it builds' is failed",
            "the prerequisite 'it is signed' is pending",
        ]);
        for text in ["it builds", "it is signed"] {
            let waive = WaivePrerequisite { item: "CB-1".into(), prerequisite: text.into(), reason: "late".to_owned() };
            gated.seed.must(&waive).await;
        }
        gated.complete(&held).await.expect("complete");
    }

    async fn what_was_only_read_may_change_and_what_is_unverified_is_looked_at(t: TestDb) {
        let gated = Gated::new(&t).await;
        let held = gated.work_on(enhanced()).await;
        gated.write("read", "one");
        gated.track(held.item.id, Kind::Read, "read").await;
        gated.create(held.item.id, "own", "two").await;
        gated.remove("read");
        // Nobody verified anything: the look of the gate is what counts, not what is recorded.
        gated.complete(&held).await.expect("complete");
        let paths: Vec<_> = gated.verifications().await.into_iter().map(|row| row.operation_id).collect();
        assert_eq!(paths, [gated.operations().await[1].id]);
    }

    /// A recorded success is no proof: the file may have changed since.
    async fn what_was_verified_before_is_looked_at_again(t: TestDb) {
        let gated = Gated::new(&t).await;
        let held = gated.work_on(enhanced()).await;
        gated.create(held.item.id, "a", "one").await;
        gated.verify(held.item.id).await;
        gated.write("a", "two");
        assert_eq!(gated.missing(&held).await, ["the file a has another content"]);
    }

    async fn a_root_that_is_gone_is_refused_and_said(t: TestDb) {
        let gated = Gated::new(&t).await;
        let held = gated.work_on(enhanced()).await;
        gated.create(held.item.id, "a", "one").await;
        std::fs::rename(&gated.folder, t.dir().join("elsewhere")).expect("move the folder");
        let missing = gated.missing(&held).await;
        assert!(missing.len() == 1 && missing[0].starts_with("the file a can't be read"), "{missing:?}");
        gated.set_root(&t.dir().join("elsewhere")).await;
        gated.complete(&held).await.expect("there it is");
    }

    /// More than a hundred are counted, not named.
    async fn a_refusal_is_no_book(t: TestDb) {
        let gated = Gated::new(&t).await;
        let criteria = (0..100).map(|n| criterion(&format!("point {n}"), false)).collect();
        let held = gated.work_on(NewItem { acceptance_criteria: criteria, ..enhanced() }).await;
        for n in 0..5 {
            gated.seed.must(&validation(&format!("check {n}"))).await;
        }
        let missing = gated.missing(&held).await;
        assert_eq!((missing.len(), missing[100].as_str()), (101, "and 5 more"));
    }

    /// The lease is looked at first: who holds nothing any more learns nothing of the gate.
    async fn a_lease_that_ran_out_comes_first(t: TestDb) {
        let gated = Gated::new(&t).await;
        let held = gated.work_on(NewItem { acceptance_criteria: vec![criterion("x", false)], ..enhanced() }).await;
        gated.seed.lapse(held.assignment).await;
        let error = gated.seed.by(&gated.agent, &complete(held.assignment)).await.expect_err("too late");
        assert_eq!(error.kind(), ErrorKind::LeaseLost);
    }
}
