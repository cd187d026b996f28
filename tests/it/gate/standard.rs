//! The standard gate: no failed effective operation; what else differs is told.

use callboard_service::entity::{
    FileOperationOperation as Kind, FileOperationVerificationStatus as Verified, WorkItemQualityGateLevel as Level,
    WorkItemStatus as Status,
};
use callboard_service::file::judge::Problem;
use callboard_service::item::NewItem;
use callboard_service::prerequisite::{AddPrerequisite, Needed};
use support::{TestDb, both};

use super::{Gated, complete, criterion};

both! {
    async fn an_item_without_files_is_done_whatever_else_is_open(t: TestDb) {
        let gated = Gated::new(&t).await;
        let item = NewItem { acceptance_criteria: vec![criterion("fast", false)], ..NewItem::titled("plain") };
        let held = gated.work_on(item).await;
        let needs = Needed::ValidationRequirement { command: Some("make test".to_owned()) };
        gated.seed.must(&AddPrerequisite::on(held.item.id, needs)).await;
        let done = gated.complete(&held).await.expect("complete");
        assert!(done.gate.is_empty() && done.item.status == Status::Done);
        assert_eq!(gated.told(held.item.id).await, serde_json::Value::Null, "nothing is told of the usual");
    }

    /// No statement more than before there were gates, but for the probe that is a part of one.
    async fn an_item_without_files_costs_no_statement(t: TestDb) {
        let gated = Gated::new(&t).await;
        let held = gated.work(Level::Standard).await;
        let (few, _) = t.statements_of(&gated.seed.board, gated.seed.me, &complete(held.assignment)).await;
        let most = match t.kind() { support::Kind::Sqlite => 4, support::Kind::Postgres => 2 };
        assert_eq!(few, most);
    }

    async fn files_that_are_missing_or_altered_are_told_by_name(t: TestDb) {
        let gated = Gated::new(&t).await;
        let held = gated.work(Level::Standard).await;
        for path in ["gone", "good", "altered"] {
            gated.create(held.item.id, path, path).await;
        }
        gated.remove("gone");
        gated.write("altered", "by somebody");
        let done = gated.complete(&held).await.expect("complete");
        assert_eq!(done.item.status, Status::Done);
        let files: Vec<_> = done.gate.files.iter().map(|file| (file.path.as_str(), file.problem)).collect();
        assert_eq!(files, [("altered", Problem::Content), ("gone", Problem::Missing)]);
        let told = gated.told(held.item.id).await;
        assert_eq!(told["files"], serde_json::json!(["altered has another content", "gone is missing"]));
        assert_eq!((&told["level"], &told["files_count"]), (&"standard".into(), &2.into()));
        // What was seen is recorded as a verification records it.
        let found: Vec<_> = gated.operations().await.into_iter().map(|row| (row.path, row.verification_status)).collect();
        let is = |path: &str, status| (path.to_owned(), status);
        assert_eq!(found, [is("gone", Verified::Failed), is("good", Verified::Verified), is("altered", Verified::Partial)]);
        assert_eq!(gated.verifications().await.len(), 3);
    }

    async fn what_a_verification_found_failed_is_refused_until_it_is_mended(t: TestDb) {
        let gated = Gated::new(&t).await;
        let held = gated.work(Level::Standard).await;
        gated.create(held.item.id, "gone", "x").await;
        gated.remove("gone");
        gated.verify(held.item.id).await;
        assert_eq!(gated.missing(&held).await, ["the file gone is missing"]);
        assert_eq!(gated.row(held.item.id).await.status, Status::InProgress);
        gated.write("gone", "x");
        let done = gated.complete(&held).await.expect("it is there again");
        assert!(done.gate.is_empty() && done.item.status == Status::Done);
    }

    async fn an_operation_that_is_superseded_or_of_another_item_does_not_count(t: TestDb) {
        let gated = Gated::new(&t).await;
        let (held, other) = (gated.work(Level::Standard).await, gated.work(Level::Standard).await);
        gated.create(held.item.id, "a", "one").await;
        gated.remove("a");
        gated.verify(held.item.id).await;
        gated.track(other.item.id, Kind::Delete, "a").await;
        let done = gated.complete(&held).await.expect("its path is the other's now");
        assert!(done.gate.is_empty());
        gated.write("a", "again");
        let done = gated.complete(&other).await.expect("complete");
        assert_eq!(done.gate.files[0].problem, Problem::StillThere);
    }

    async fn a_root_that_is_gone_is_told_of_each_file(t: TestDb) {
        let gated = Gated::new(&t).await;
        let held = gated.work(Level::Standard).await;
        gated.create(held.item.id, "a", "one").await;
        std::fs::rename(&gated.folder, t.dir().join("elsewhere")).expect("move the folder");
        let done = gated.complete(&held).await.expect("complete");
        let file = &done.gate.files[0];
        assert_eq!((file.path.as_str(), file.problem), ("a", Problem::Unreadable));
        assert!(file.detail.as_ref().is_some_and(|detail| detail.contains("is not there")), "{file}");
        assert!(gated.verifications().await.is_empty(), "nothing was seen");
    }
}
