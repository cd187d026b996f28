//! Packages and their budgets.

use callboard_service::Ref;
use callboard_service::checkpoint::AddCheckpoint;
use callboard_service::entity::{DecisionImpact, board_decisions as decisions};
use callboard_service::item::{CommentOnItem, Criterion, NewItem};
use callboard_service::recovery::{
    BYTES_PER_TOKEN, MAX_BUDGET, MIN_BUDGET, Recover, RecoveryPackage, markdown, tokens,
};
use serde_json::json;
use support::{Seed, TestDb, both, plain};
use uuid::Uuid;

use super::{decide, decision, operation, track};

plain! {
    fn a_token_is_three_bytes() {
        assert_eq!([0, 1, 3, 4, 3000].map(tokens), [0, 1, 1, 2, 1000]);
        assert_eq!(BYTES_PER_TOKEN, 3);
    }
}

both! {
    async fn it_is_never_larger_and_counts_what_is_left_out(t: TestDb) {
        let seed = t.seed().await;
        let item = full(&seed).await;
        let whole = ask(&seed, item, MAX_BUDGET).await;
        // Texts above 6,000 bytes are shortened whatever the budget.
        assert_eq!((whole.budget.left_out.len(), whole.budget.shortened), (1, 1), "{:?}", whole.budget);
        assert_eq!(whole.budget.left_out["notes"], 20, "a hundred notes are read");
        let mut shown = Vec::new();
        for budget in [MIN_BUDGET, 2000, 3000, 5000, 8000, 20_000, 60_000] {
            let found = ask(&seed, item, budget).await;
            let longest = serde_json::to_string(&found).expect("JSON").len().max(markdown(&found).len());
            assert!(tokens(longest) <= budget, "{longest} bytes in {budget} tokens");
            assert!(found.budget.used.abs_diff(tokens(longest)) <= 2, "{} said, {longest} bytes", found.budget.used);
            assert_eq!(found.budget.tokens, budget);
            assert!(!found.budget.left_out.is_empty());
            for (section, there, all) in sections(&found, &whole) {
                let left = found.budget.left_out.get(section).copied().unwrap_or(0);
                assert_eq!(there + left, all, "{section} with {budget}");
            }
            shown.push(sections(&found, &whole).iter().map(|(_, there, _)| there).sum::<u64>());
        }
        assert!(shown.is_sorted(), "more room, more entries: {shown:?}");
        assert!(shown[0] >= 8, "the smallest one says something of most: {shown:?}");
    }

    async fn the_most_important_is_kept(t: TestDb) {
        let seed = t.seed().await;
        let item = full(&seed).await;
        let found = ask(&seed, item, 2000).await;
        let checkpoint = found.checkpoint.as_ref().expect("the checkpoint is kept, shortened");
        assert!(checkpoint.note.starts_with("done ") && checkpoint.note.ends_with(" more bytes)"), "{}", checkpoint.note);
        assert!(checkpoint.data.is_none() && checkpoint.data_left_out > Some(5000), "{checkpoint:?}");
        assert!(!found.recommendations.is_empty() && !found.guidance.is_empty());
        let impacts: Vec<_> = found.decisions.iter().map(|d| d.impact).collect();
        assert!(!impacts.is_empty() && impacts.iter().all(|impact| *impact == DecisionImpact::High), "{impacts:?}");
        assert!(found.budget.shortened > 0);
        let text = markdown(&found);
        let last = text.lines().last().expect("a last line");
        assert!(last.contains(" of 2000 tokens.") && last.contains("Left out: ") && last.contains("notes 1"), "{last}");
    }

    async fn letters_are_never_cut_in_two(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await.id;
        for shift in 0..4 {
            let text = format!("{}{}", "x".repeat(shift), "\u{1F980}".repeat(3000));
            seed.must(&CommentOnItem { item: Ref::Id(item), text }).await;
        }
        let found = ask(&seed, item, MAX_BUDGET).await;
        assert_eq!(found.budget.shortened, 4);
        for note in &found.notes {
            let kept = note.text.split(" ... (").next().expect("the text").trim_start_matches('x');
            assert!(kept.chars().all(|c| c == '\u{1F980}'), "{kept}");
        }
    }

    /// The head alone, of a title that is as long as one may be in letters of four bytes.
    async fn the_longest_head_fits_the_smallest_budget(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent(&"a".repeat(64)).await;
        let parent = seed.add(NewItem::titled("p")).await;
        let item = seed.add(NewItem {
            parent: Some(callboard_service::item::ItemRef::Existing(Ref::Id(parent.id))),
            due_at: Some(seed.board.now()),
            priority: 0,
            ..NewItem::titled("\u{1F980}".repeat(500))
        }).await;
        let held = seed.claim(&agent).await;
        assert_eq!(held.item.id, item.id);
        let fail = callboard_service::assignment::Fail {
            assignment: held.assignment,
            reason: "\u{1F980}".repeat(500),
            permanent: true,
        };
        seed.by(&agent, &fail).await.expect("fail");
        let found = ask(&seed, item.id, MIN_BUDGET).await;
        let size = serde_json::to_string(&found).expect("JSON").len().max(markdown(&found).len());
        assert!(tokens(size) <= MIN_BUDGET, "{size}");
        assert!(!found.recommendations.is_empty(), "{found:?}");
    }
}

async fn ask(seed: &Seed, item: Uuid, budget: u64) -> RecoveryPackage {
    let ask = Recover { budget: Some(budget), ..Recover::of(Ref::Id(item)) };
    seed.board.read(&ask).await.expect("a package")
}

/// Each section with the number of its entries here, and of all that there are.
fn sections(found: &RecoveryPackage, whole: &RecoveryPackage) -> Vec<(&'static str, u64, u64)> {
    let count = |of: fn(&RecoveryPackage) -> usize| (of(found) as u64, of(whole) as u64);
    let sections: [(&str, (u64, u64)); 12] = [
        ("recommendations", count(|p| p.recommendations.len())),
        ("guidance", count(|p| p.guidance.len())),
        ("checkpoint", count(|p| p.checkpoint.iter().len())),
        ("criteria", count(|p| p.criteria.len())),
        ("prerequisites", count(|p| p.prerequisites.len())),
        ("risks", count(|p| p.risks.len())),
        ("decisions", count(|p| p.decisions.len())),
        ("attempts", count(|p| p.attempts.len())),
        ("files", count(|p| p.files.len())),
        ("about", count(|p| p.about.len())),
        ("notes", count(|p| p.notes.len())),
        ("components", count(|p| p.components.len())),
    ];
    let unread = |name: &str| if name == "notes" { 20 } else { 0 };
    sections.into_iter().map(|(name, (there, all))| (name, there, all + unread(name))).collect()
}

/// An item with far more than fits anywhere: 120 notes, 60 decisions, 300 files, a checkpoint of 20,000 bytes.
async fn full(seed: &Seed) -> Uuid {
    let agent = seed.agent("coder").await;
    let item = seed
        .add(NewItem {
            description: Some("describe ".repeat(300)),
            acceptance_criteria: (1..=30).map(|n| Criterion { text: format!("criterion {n}"), done: false }).collect(),
            ..NewItem::titled("much")
        })
        .await
        .id;
    seed.claim(&agent).await;
    let add =
        AddCheckpoint { data: Some(json!("d".repeat(5500))), ..AddCheckpoint::of(Ref::Id(item), "done ".repeat(4000)) };
    seed.by(&agent, &add).await.expect("write");
    for number in 0..120 {
        seed.must(&CommentOnItem { item: Ref::Id(item), text: format!("note {number} {}", "word ".repeat(30)) }).await;
    }
    for number in 1..=60 {
        let impact = if number % 10 == 0 { DecisionImpact::High } else { DecisionImpact::Low };
        let risks = Some(json!([format!("risk {number}")]));
        let components = Some(json!([format!("component {number}")]));
        let row = decisions::Model { impact, risks, affected_components: components, ..decision(seed, item, number) };
        decide(seed, row).await;
    }
    for number in 0..300 {
        let path = format!("src/some/folder/file_{number:03}.rs");
        track(seed, operation(seed, item, number, callboard_service::entity::FileOperationOperation::Create, &path))
            .await;
    }
    item
}
