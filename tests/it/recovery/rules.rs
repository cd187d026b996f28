//! The rules by which guidance and recommendations follow from the rows: each is seen to speak when one row moves.

use std::collections::BTreeSet;

use callboard_service::Ref;
use callboard_service::assignment::{Complete, Fail, Pause, Reassign};
use callboard_service::checkpoint::AddCheckpoint;
use callboard_service::entity::{
    DecisionImpact::High, DecisionImplementationStatus as Carried, DecisionStatus, FileOperationOperation as Operation,
    FileOperationVerificationStatus as Verified, WorkItemQualityGateLevel as Level, agent_profiles,
    board_decisions as decisions, file_operations as operations,
};
use callboard_service::item::{
    ArchiveItem, BlockItem, CancelItem, CommentOnItem, Criterion, EditItem, NewItem, RetryItem, UnblockItem,
};
use callboard_service::message::AcknowledgeMessages;
use callboard_service::prerequisite::AddPrerequisite;
use callboard_service::recovery::{GUIDANCE, HandOver, RECOMMENDATIONS, Recover};
use callboard_service::review::RejectReview;
use serde_json::json;
use support::work::holder;
use support::{Seed, TestDb, both, plain};
use uuid::Uuid;

use super::{decide, decision, operation, package, track};

/// What each rule says of an item to whoever asks: its name and its texts, in order.
async fn said(seed: &Seed, item: Uuid) -> Vec<(String, String)> {
    let found = package(seed, item).await;
    found.guidance.into_iter().chain(found.recommendations).map(|advice| (advice.rule, advice.text)).collect()
}

/// The texts of one rule.
async fn says(seed: &Seed, item: Uuid, rule: &str) -> Vec<String> {
    said(seed, item).await.into_iter().filter(|(name, _)| name == rule).map(|(_, text)| text).collect()
}

/// The only text of a rule.
#[track_caller]
fn only(mut texts: Vec<String>, part: &str) {
    assert_eq!(texts.len(), 1, "{part}: {texts:?}");
    let text = texts.remove(0);
    assert!(text.contains(part), "{part}: {text}");
}

async fn fail(seed: &Seed, agent: &agent_profiles::Model, assignment: Uuid, reason: &str) {
    let fail = Fail { assignment, reason: reason.to_owned(), permanent: false };
    seed.by(agent, &fail).await.expect("fail");
}

plain! {
    fn the_documentation_lists_every_rule_and_no_other() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace");
        let text = std::fs::read_to_string(root.join("docs/continuity.md")).expect("read the page");
        let listed = |heading: &str| -> Vec<String> {
            let part = text.split(heading).nth(1).expect("the heading").split("\n#").next().expect("its part");
            part.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next().map(str::to_owned)).collect()
        };
        let names = |rules: &[callboard_service::recovery::Rule]| rules.iter().map(|r| r.name.to_owned()).collect::<Vec<_>>();
        assert_eq!(listed("# Recommendations\n"), names(RECOMMENDATIONS));
        assert_eq!(listed("# Guidance\n"), names(GUIDANCE));
    }

    fn every_rule_has_a_test_here() {
        let own = include_str!("rules.rs");
        let untested: BTreeSet<&str> = RECOMMENDATIONS
            .iter()
            .chain(GUIDANCE)
            .map(|rule| rule.name)
            .filter(|name| !own.contains(&format!("says(&seed, item, \"{name}\")")))
            .collect();
        assert_eq!(untested, BTreeSet::new());
    }
}

both! {
    async fn of_an_item_that_nobody_touched(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let names: Vec<_> = said(&seed, item.id).await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["position", "first"], "nothing else is known of it");
    }

    async fn the_items_own_state(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await.id;
        only(says(&seed, item, "position").await, "is todo, attempt 0 of 3: nobody has worked on it");
        assert!(says(&seed, item, "due").await.is_empty());
        seed.sql("UPDATE work_items SET due_at = created_at").await;
        only(says(&seed, item, "due").await, "it is due 20");
        assert!(says(&seed, item, "blocked").await.is_empty());
        seed.must(&BlockItem { item: Ref::Id(item), reason: "no key".to_owned() }).await;
        only(says(&seed, item, "blocked").await, "(no key)");
        seed.must(&UnblockItem { item: Ref::Id(item), reason: None }).await;
        assert!(says(&seed, item, "held").await.is_empty());
        let held = seed.claim(&agent).await;
        only(says(&seed, item, "held").await, "agent:coder holds CB-1 (started) until 20");
        only(says(&seed, item, "position").await, "attempt 1 of 3: no attempt came before");
        assert!(says(&seed, item, "dead").await.is_empty());
        let fail = Fail { assignment: held.assignment, reason: "never".to_owned(), permanent: true };
        seed.by(&agent, &fail).await.expect("fail");
        only(says(&seed, item, "dead").await, "failed: never");
        only(says(&seed, item, "position").await, "so far 1 failed");
        assert!(says(&seed, item, "blocked").await.is_empty(), "a retry, not an unblock, is what it needs");
        assert!(says(&seed, item, "finished").await.is_empty());
        seed.must(&RetryItem { item: Ref::Id(item), reason: None }).await;
        seed.must(&CancelItem { item: Ref::Id(item), reason: None, waive_dependents: false, cancel_dependents: false }).await;
        only(says(&seed, item, "finished").await, "CB-1 is cancelled");
        assert!(says(&seed, item, "archived").await.is_empty());
        seed.must(&ArchiveItem { item: Ref::Id(item), reason: None }).await;
        only(says(&seed, item, "archived").await, "`callboard item unarchive CB-1`");
        assert_eq!(package(&seed, item).await.recommendations.len(), 1, "nothing else matters then");
    }

    async fn what_it_waits_for(t: TestDb) {
        let seed = t.seed().await;
        let (item, other) = (seed.item().await.id, seed.item().await.id);
        assert!(says(&seed, item, "prerequisite").await.is_empty());
        let edge = AddPrerequisite::new(Ref::Id(item), Ref::Id(other));
        seed.must(&edge).await;
        only(says(&seed, item, "prerequisite").await, "CB-2 comes first: it is todo");
        let agent = seed.agent("coder").await;
        let held = seed.claim(&agent).await;
        assert_eq!(held.item.id, other);
        let fail = Fail { assignment: held.assignment, reason: "never".to_owned(), permanent: true };
        seed.by(&agent, &fail).await.expect("fail");
        only(says(&seed, item, "prerequisite").await, "waits in vain for CB-2, which is blocked");
        seed.sql("UPDATE task_prerequisites SET is_mandatory = FALSE").await;
        assert!(says(&seed, item, "prerequisite").await.is_empty(), "what is optional stops nobody");
    }

    async fn how_the_attempts_went(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await.id;
        only(says(&seed, item, "first").await, "begin with the description");
        for rule in ["backoff", "last_ending", "no_checkpoint", "last_attempt", "same_failure"] {
            assert!(says(&seed, item, rule).await.is_empty(), "{rule}");
        }
        let held = seed.claim(&agent).await;
        fail(&seed, &agent, held.assignment, "no grammar").await;
        only(says(&seed, item, "backoff").await, "no claim hands out CB-1 before 20");
        only(says(&seed, item, "last_ending").await, "by agent:coder, is failed: no grammar");
        only(says(&seed, item, "no_checkpoint").await, "no attempt left a checkpoint");
        assert!(says(&seed, item, "first").await.is_empty());
        seed.end_backoffs().await;
        let held = seed.claim(&agent).await;
        fail(&seed, &agent, held.assignment, "no grammar").await;
        only(says(&seed, item, "same_failure").await, "the last 2 attempts ended alike (no grammar)");
        only(says(&seed, item, "last_attempt").await, "the next is the last attempt of 3");
        seed.sql("UPDATE task_assignments SET notes = 'no time' WHERE attempt = 1").await;
        assert!(says(&seed, item, "same_failure").await.is_empty(), "they ended for two reasons");
        seed.end_backoffs().await;
        seed.claim(&agent).await;
        only(says(&seed, item, "last_attempt").await, "this is the last attempt of 3");
    }

    async fn where_to_go_on(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await.id;
        let held = seed.claim(&agent).await;
        assert!(says(&seed, item, "from_checkpoint").await.is_empty());
        seed.by(&agent, &AddCheckpoint::of(Ref::Id(item), "half")).await.expect("write");
        only(says(&seed, item, "from_checkpoint").await, "go on from checkpoint 1 of agent:coder");
        fail(&seed, &agent, held.assignment, "tired").await;
        assert!(says(&seed, item, "no_checkpoint").await.is_empty());
        assert!(says(&seed, item, "after_checkpoint").await.is_empty(), "it was written in the last attempt");
        seed.end_backoffs().await;
        let held = seed.claim(&agent).await;
        fail(&seed, &agent, held.assignment, "lazy").await;
        only(says(&seed, item, "after_checkpoint").await, "1 attempt after that left no checkpoint");

        assert!(says(&seed, item, "notes").await.is_empty());
        seed.must(&CommentOnItem { item: Ref::Id(item), text: "ask lin".to_owned() }).await;
        only(says(&seed, item, "notes").await, "the newest is of user:kim");
        assert!(says(&seed, item, "handover").await.is_empty());
        let two = seed.agent("two").await;
        let hand = HandOver { to: Some(Ref::from("two")), ..HandOver::of(Ref::Id(item), "yours") };
        seed.end_backoffs().await;
        let message = seed.must(&hand).await.message;
        only(says(&seed, item, "handover").await, &format!("`callboard message ack {message}`"));
        // Another one has it since, who could not acknowledge what was not for it.
        let (item_ref, holder) = (Ref::Id(item), holder(&agent));
        seed.must(&Reassign { item: item_ref, holder, reason: "two is ill".to_owned(), accept_seconds: None }).await;
        only(says(&seed, item, "handover").await, "read what user:kim handed over to agent:two");
        assert!(!says(&seed, item, "handover").await[0].contains("message ack"));
        seed.by(&two, &AcknowledgeMessages { messages: vec![message] }).await.expect("acknowledge");
        assert!(says(&seed, item, "handover").await.is_empty());
    }

    /// What a gate asks for, and what a review found wanting.
    async fn how_it_is_judged(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await.id;
        assert!(says(&seed, item, "gate").await.is_empty(), "the standard gate asks for nothing");
        seed.must(&EditItem { quality_gate_level: Some(Level::Enhanced), ..EditItem::new(item) }).await;
        only(says(&seed, item, "gate").await, "its gate is enhanced: every tracked file as it was left");
        seed.must(&EditItem { quality_gate_level: Some(Level::Strict), ..EditItem::new(item) }).await;
        only(says(&seed, item, "gate").await, "then somebody else reviews it");
        let held = seed.claim(&agent).await;
        seed.by(&agent, &Complete { assignment: held.assignment, ..Complete::default() }).await.expect("complete");
        assert!(says(&seed, item, "rejected").await.is_empty());
        seed.must(&RejectReview { item: Ref::Id(item), reason: "no test".to_owned() }).await;
        only(says(&seed, item, "rejected").await, "user:kim rejected the last result: no test");
    }

    async fn what_the_holder_is_told(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await.id;
        let held = seed.claim(&agent).await;
        assert!(says(&seed, item, "report").await.is_empty(), "who does not hold it has nothing to report");
        let ask = Recover { assignment: Some(held.assignment), ..Recover::of(Ref::Id(item)) };
        let found = seed.board.read(&ask).await.expect("a package");
        let told: Vec<_> = found.guidance.iter().map(|advice| advice.rule.as_str()).collect();
        assert!(told.contains(&"report"), "{told:?}");
        assert!(!found.recommendations.iter().any(|advice| advice.rule == "held"));
    }

    async fn files_and_how_they_were_verified(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await.id;
        for rule in ["files", "file_unverified", "file_differs"] {
            assert!(says(&seed, item, rule).await.is_empty(), "{rule}");
        }
        track(&seed, operation(&seed, item, 0, Operation::Read, "read")).await;
        assert!(said(&seed, item).await.iter().all(|(rule, _)| !rule.starts_with("file")), "what is only read needs nothing");
        track(&seed, operation(&seed, item, 0, Operation::Create, "made")).await;
        only(says(&seed, item, "files").await, "1 file created or changed and 0 files deleted");
        only(says(&seed, item, "file_unverified").await, "verify the 1 file");
        seed.sql("UPDATE file_operations SET verification_status = 'failed' WHERE path = 'made'").await;
        only(says(&seed, item, "file_differs").await, "made is not as its create left it (failed)");
        assert!(says(&seed, item, "file_unverified").await.is_empty());
        seed.sql("UPDATE file_operations SET verification_status = 'verified' WHERE path = 'made'").await;
        assert!(says(&seed, item, "file_differs").await.is_empty());
        let row = operation(&seed, item, 9, Operation::Delete, "made");
        track(&seed, operations::Model { verification_status: Verified::Verified, ..row }).await;
        only(says(&seed, item, "files").await, "0 files created or changed and 1 file deleted");
    }

    async fn what_was_decided(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await.id;
        for rule in ["decisions", "components", "decision_to_do", "decision_proposed", "decision_failed", "risk"] {
            assert!(says(&seed, item, rule).await.is_empty(), "{rule}");
        }
        let row = decision(&seed, item, 1);
        let row = decisions::Model { risks: Some(json!(["slow"])), affected_components: Some(json!(["parser"])), ..row };
        decide(&seed, row).await;
        only(says(&seed, item, "decisions").await, "keep to what is decided (CB-D1)");
        only(says(&seed, item, "components").await, "test these parts of the system: parser");
        for rule in ["decision_to_do", "risk"] {
            assert!(says(&seed, item, rule).await.is_empty(), "{rule}: of low impact");
        }
        seed.sql("UPDATE board_decisions SET impact = 'high'").await;
        only(says(&seed, item, "decision_to_do").await, "carry out CB-D1 (decision 1): it is planned");
        only(says(&seed, item, "risk").await, "CB-D1 names a risk that nothing is done against: slow");
        seed.sql("UPDATE board_decisions SET mitigations = '[\"measure\"]'").await;
        assert!(says(&seed, item, "risk").await.is_empty());
        seed.sql("UPDATE board_decisions SET status = 'proposed'").await;
        only(says(&seed, item, "decision_proposed").await, "settle CB-D1 before");
        assert!(says(&seed, item, "decision_to_do").await.is_empty());
        seed.sql("UPDATE board_decisions SET status = 'accepted', implementation_status = 'failed'").await;
        only(says(&seed, item, "decision_failed").await, "CB-D1 could not be carried out");
        seed.sql("UPDATE board_decisions SET implementation_status = 'completed'").await;
        assert!(says(&seed, item, "decision_failed").await.is_empty());
        assert_eq!(package(&seed, item).await.risks, [], "what is done risks nothing more");
        let high = decisions::Model { impact: High, status: DecisionStatus::Accepted, ..decision(&seed, item, 2) };
        decide(&seed, decisions::Model { implementation_status: Carried::InProgress, ..high }).await;
        only(says(&seed, item, "decision_to_do").await, "carry out CB-D2 (decision 2): it is in_progress");
    }

    async fn when_it_is_done(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let criteria = |done: bool| vec![Criterion { text: "it parses".to_owned(), done }];
        let item = seed.add(NewItem { acceptance_criteria: criteria(false), ..NewItem::titled("x") }).await.id;
        only(says(&seed, item, "criteria").await, "1 of 1 acceptance criteria are not met");
        let held = seed.claim(&agent).await;
        assert!(says(&seed, item, "complete").await.is_empty());
        let edit = EditItem { acceptance_criteria: Some(criteria(true)), ..EditItem::new(Ref::Id(item)) };
        seed.must(&edit).await;
        assert!(says(&seed, item, "criteria").await.is_empty());
        only(says(&seed, item, "complete").await, "every criterion of CB-1 is met");
        track(&seed, operation(&seed, item, 0, Operation::Create, "made")).await;
        assert!(says(&seed, item, "complete").await.is_empty(), "a file is not verified");
        seed.sql("UPDATE file_operations SET verification_status = 'verified'").await;
        only(says(&seed, item, "complete").await, "complete it");
        seed.must(&Pause { assignment: held.assignment, reason: "x".to_owned(), deadline_seconds: None }).await;
        assert!(says(&seed, item, "complete").await.is_empty(), "a paused one is resumed first");
    }
}
