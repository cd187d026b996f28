//! Handover documents: the packages of what matters, within the budget, and what is left out is counted.

use callboard_service::entity::{
    MaintenanceOperationExecutionStatus as Execution, MaintenanceOperationType as Kind,
    MaintenanceOperationValidationLevel as Level, maintenance_operations as operations,
};
use callboard_service::item::{BlockItem, CommentOnItem, NewItem};
use callboard_service::maintenance::{PrepareHandover, PreparedHandover, Scope};
use callboard_service::recovery::tokens;
use callboard_service::{ErrorKind, Ref};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use serde_json::json;
use support::{Seed, TestDb, both};

use super::structure::request;

fn prepare(level: Level) -> PrepareHandover {
    PrepareHandover { request: request(Kind::PrepareHandover, level), budget: None }
}

async fn run(seed: &Seed, what: &PrepareHandover) -> PreparedHandover {
    let prepared = seed.board.prepare_handover(seed.me, what, &|_| {}).await.expect("prepare");
    assert!(prepared.maintained.refused.is_none(), "{prepared:?}");
    assert_eq!(prepared.tokens, tokens(prepared.document.len()));
    assert!(prepared.tokens <= prepared.budget, "{} of {}", prepared.tokens, prepared.budget);
    prepared
}

/// CB-1 is held, CB-2 is blocked, CB-3 is todo.
async fn board(t: &TestDb) -> Seed {
    let seed = t.seed().await;
    let coder = seed.agent("coder").await;
    seed.work(&coder).await;
    let blocked = seed.item().await;
    seed.must(&BlockItem { item: Ref::Id(blocked.id), reason: "no key".to_owned() }).await;
    seed.item().await;
    seed
}

both! {
    async fn a_level_has_more_items(t: TestDb) {
        let seed = board(&t).await;
        let basic = run(&seed, &prepare(Level::Basic)).await;
        assert_eq!((basic.packaged.as_slice(), basic.left_out), (["CB-1".to_owned()].as_slice(), 0));
        assert!(basic.document.starts_with("# Handover of demo: Demo\n"), "{}", basic.document);
        assert!(basic.document.contains("# CB-1: item 1") && basic.document.contains("Held by agent:coder"));
        assert!(basic.document.contains("3 items: 1 todo, 1 in_progress, 1 blocked"), "{}", basic.document);
        assert_eq!(run(&seed, &prepare(Level::Comprehensive)).await.packaged, ["CB-1", "CB-2"]);
        let all = run(&seed, &prepare(Level::FullAudit)).await;
        assert_eq!(all.packaged, ["CB-1", "CB-3", "CB-2"], "held ones first, then the newest activity");
        assert_eq!(all.document, run(&seed, &prepare(Level::FullAudit)).await.document, "the same rows, the same bytes");
    }

    async fn the_row_tells_what_was_packaged(t: TestDb) {
        let seed = board(&t).await;
        let before = super::structure::rows(&seed).await;
        let done = run(&seed, &prepare(Level::Comprehensive)).await;
        super::structure::assert_unchanged(&seed, &before, "a handover document").await;
        let row = operations::Entity::find_by_id(done.maintained.operation.id).one(&seed.raw).await.expect("read").expect("there");
        assert_eq!((row.execution_status, row.operation_type.as_str()), (Execution::Completed, "prepare_handover"));
        let results = row.results.expect("results");
        assert_eq!((&results["summary"]["packages"], &results["findings"][0]["subject"]), (&json!(2), &json!("CB-1")));
    }

    async fn it_fits_its_budget_whatever_there_is(t: TestDb) {
        let seed = t.seed().await;
        let long = |n: usize| NewItem {
            description: Some("what it is about, at length. ".repeat(400)),
            ..NewItem::titled(format!("a rather long title of item number {n}, which says what it is"))
        };
        seed.add_all((0..30).map(long).collect()).await;
        for budget in [1500, 4000, 20_000] {
            let what = PrepareHandover { budget: Some(budget), ..prepare(Level::FullAudit) };
            let done = run(&seed, &what).await;
            let told = done.packaged.len() + done.named.len();
            assert_eq!(told as u64 + done.left_out, 30, "{budget}");
            assert_eq!(done.left_out > 0, done.document.contains("Left out for want of room"), "{budget}");
            assert!(budget == 1500 || !done.packaged.is_empty(), "{budget}");
        }
        for wrong in [0, 1499, 1_000_001] {
            let what = PrepareHandover { budget: Some(wrong), ..prepare(Level::Basic) };
            let error = seed.board.prepare_handover(seed.me, &what, &|_| {}).await.expect_err("refused");
            assert_eq!(error.kind(), ErrorKind::Invalid, "{wrong}");
        }
    }

    async fn a_resumed_run_has_the_packages_of_before_too(t: TestDb) {
        let seed = board(&t).await;
        let whole = run(&seed, &prepare(Level::FullAudit)).await;
        let row = whole.maintained.operation;
        // As a kill after the first package leaves it.
        let first = super::structure_found::id(&seed, "CB-1").await;
        let killed = operations::ActiveModel {
            id: Set(row.id),
            execution_status: Set(Execution::Failed),
            cursor: Set(Some(json!({ "made": [[first, 3000]] }))),
            ..Default::default()
        };
        killed.update(&seed.raw).await.expect("as if killed");
        let mut again = prepare(Level::FullAudit);
        again.request.resume = Some(row.id);
        let resumed = run(&seed, &again).await;
        assert_eq!(resumed.packaged, whole.packaged);
        assert!(resumed.document.contains(" of 3000 tokens."), "{}", resumed.document);
        let told: Vec<&str> = resumed.maintained.findings.iter().map(|found| found.subject.as_str()).collect();
        assert_eq!(told, ["CB-3", "CB-2"], "only two were left");
    }

    async fn of_a_session_and_of_an_item(t: TestDb) {
        let seed = board(&t).await;
        seed.must(&callboard_service::session::StartSession { key: Some("day".to_owned()), ..Default::default() }).await;
        let inside = seed.in_session("day").await;
        inside.must(&CommentOnItem { item: Ref::from("CB-3"), text: "looked at".to_owned() }).await;
        let mut what = prepare(Level::Basic);
        what.request.scope = Scope::CurrentSession(Some(Ref::from("day")));
        let done = run(&seed, &what).await;
        assert!(done.packaged == ["CB-3"] && done.document.starts_with("# Handover of session day\n"), "{done:?}");
        let args = ["maintenance", "prepare-handover", "--scope", "item", "CB-2", "--as", "user:kim"];
        let shown = t.callboard(args).run().ok();
        assert!(shown.stdout.contains("# CB-2: item 2") && shown.stdout.contains("no key"), "{shown}");
        let document = t.callboard(args).arg("--json").run().ok().json();
        assert_eq!((&document["kind"], &document["data"]["packaged"]), (&json!("prepared_handover"), &json!(["CB-2"])));
        t.callboard(args).arg("--budget").arg("1").run().code(18);
    }
}
