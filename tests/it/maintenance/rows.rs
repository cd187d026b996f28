//! A dry run tells exactly the rows that the run then changes.

use std::collections::BTreeSet;

use callboard_service::entity::{MaintenanceOperationValidationLevel as Level, WorkItemStatus};
use callboard_service::export::ExportBoard;
use callboard_service::item::{ItemRef, NewItem};
use callboard_service::maintenance::{Outcome, ScanCleanup, Sweep};
use callboard_service::setting::SetSetting;
use chrono::TimeDelta;
use serde_json::json;
use support::{Seed, TestDb, both};

use super::{changed, cleanup, idle, runs, scan, sweep};

/// Every row of the board but those of the runs themselves.
pub async fn all(seed: &Seed) -> BTreeSet<String> {
    let mut text = String::new();
    let mut sink = |lines: &str| {
        text.push_str(lines);
        Ok(())
    };
    seed.board.read(&ExportBoard::new(&mut sink)).await.expect("export");
    text.lines().filter(|line| !line.starts_with("{\"kind\":\"maintenance_operation\"")).map(str::to_owned).collect()
}

/// The keys of items whose own row is another in one than in the other, or gone.
fn touched(before: &BTreeSet<String>, after: &BTreeSet<String>) -> BTreeSet<String> {
    let items = before.difference(after).filter(|line| line.starts_with("{\"kind\":\"item\""));
    let key = |line: &String| {
        let row: serde_json::Value = serde_json::from_str(line).expect("a line");
        row["data"]["key"].as_str().expect("a key").to_owned()
    };
    items.map(key).collect()
}

both! {
    /// More than one portion of 20, with parents that go after their children.
    async fn a_clean_up_changes_what_its_dry_run_told(t: TestDb) {
        let seed = t.seed().await;
        let mut new: Vec<NewItem> = (0..120).map(|n| NewItem::titled(format!("n{n}"))).collect();
        // A parent that comes before its children, and one whose child stays.
        for (above, item) in new[1..60].iter_mut().enumerate() {
            item.parent = Some(ItemRef::Index(above));
        }
        new.push(NewItem { parent: Some(ItemRef::Index(100)), ..NewItem::titled("stays") });
        let items = seed.add_all(new).await;
        for item in &items[..120] {
            seed.put(item.id, WorkItemStatus::Done).await;
            idle(&seed, item.id, TimeDelta::days(95)).await;
        }
        let agent = seed.agent("coder").await;
        let held = seed.claim(&agent).await;
        assert_eq!(held.item.id, items[120].id);
        idle(&seed, held.item.id, TimeDelta::days(4)).await;

        let before = all(&seed).await;
        let ask = cleanup(Level::FullAudit);
        let rehearsed = scan(&seed, &ScanCleanup { dry_run: true, ..ask.clone() }).await;
        assert_eq!(all(&seed).await, before, "a dry run changes nothing");
        let done = scan(&seed, &ask).await;
        assert_eq!(rehearsed.findings, done.findings);
        assert_eq!((changed(&done.findings).len(), done.findings.len()), (120, 121));
        let told: BTreeSet<String> = changed(&done.findings).iter().map(|f| f.subject.clone()).collect();
        assert_eq!(touched(&before, &all(&seed).await), told, "the rows that are others now are those that were told");
        let rows = runs(&seed).await;
        assert_eq!(rows.iter().map(|row| row.dry_run).collect::<Vec<_>>(), [true, false]);
        // The parent whose child stayed could not go; its child is free by now, and never begun.
        assert!(done.findings.iter().any(|f| f.subject == items[100].key && f.outcome == Outcome::Kept));
    }

    async fn a_sweep_changes_what_its_dry_run_told(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.add_all((0..250).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        for _ in 0..250 {
            seed.claim(&agent).await;
        }
        seed.lapse_all().await;
        let item = seed.item().await;
        for seq in 1..=5 {
            let add = callboard_service::checkpoint::AddCheckpoint::of(item.id, format!("note {seq}"));
            let session = callboard_service::session::StartSession { beside: true, ..Default::default() };
            let inside = seed.in_session(seed.must(&session).await.id).await;
            inside.must(&add).await;
        }
        seed.must(&SetSetting { key: "checkpoints_kept".to_owned(), value: json!(2), project: None }).await;
        let before = all(&seed).await;
        let rehearsed = sweep(&seed, &Sweep { dry_run: true, ..Sweep::default() }).await;
        assert_eq!(all(&seed).await, before, "a dry run changes nothing");
        let done = sweep(&seed, &Sweep::default()).await;
        let names = |findings: &[callboard_service::maintenance::Finding]| {
            findings.iter().map(|f| (f.kind.clone(), f.subject.clone())).collect::<BTreeSet<_>>()
        };
        assert_eq!(names(&rehearsed.findings), names(&done.findings));
        assert_eq!(done.findings.len(), 251);
        let told: BTreeSet<String> = changed(&done.findings).iter().filter(|f| f.kind == "lease_expired").map(|f| f.subject.clone()).collect();
        assert_eq!(touched(&before, &all(&seed).await), told);
    }
}
