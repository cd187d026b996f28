//! What runs beside the work: the sweep, and what it reads of a large board.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use callboard_service::maintenance::Sweep;
use callboard_service::session::Continuity;
use callboard_service::{Actor, OpenOptions};
use sea_orm::TransactionTrait;
use support::large::{Of, id};
use support::{TestDb, both_large};

use super::call::{call, statements};
use super::check::asks_for_nothing;
use super::explain::{generic, large_tables};
use super::hot::project;
use super::work::Meter;

/// Statements that may read a whole table, each by a part of its text, with the reason.
const WHOLE: &[(&str, &str)] = &[];

both_large! {
    /// SQLite has no figures to see that a project has more rows than are open anywhere.
    async fn what_is_open_in_a_project_is_not_looked_for_in_all_of_it(t: TestDb) {
        let call = call!("session continuity --project", |c| {
            c.read(&Continuity { project: project() }).await;
        });
        let (meter, board) = (Meter::of(&t).await, t.board().await);
        let sent = statements(&board, &meter, &call).await;
        let tx = meter.connection().begin().await.expect("begin");
        let mut looked = 0;
        for statement in &sent {
            let open = ["file_operations", "task_assignments", "work_sessions"].iter().any(|of| statement.sql.contains(of));
            if open {
                looked += 1;
                let work = meter.run(&tx, statement).await;
                assert!(work < 20_000, "{work}: {}", statement.sql);
            }
        }
        assert!(looked >= 6, "{looked} of {}", sent.len());
        tx.rollback().await.expect("roll back");
        board.close().await.expect("close");
    }
}

both_large! {
    /// A sweep owns its transactions, so its statements are known by their texts.
    async fn a_sweep_finds_what_is_over_by_indexes(t: TestDb) {
        let sent: Arc<Mutex<BTreeSet<String>>> = Arc::default();
        let sink = Arc::clone(&sent);
        let told = OpenOptions::default().on_statement(move |statement| {
            sink.lock().expect("lock").insert(statement.sql.to_owned());
        });
        let board = t.board_with(told).await;
        let swept = board.maintain(Actor::user(id(Of::User, 1)), &Sweep { project: None, dry_run: false }, &|_| {}).await;
        let swept = swept.expect("sweep");
        assert!(swept.refused.is_none() && swept.findings.len() > 20, "{:?}", swept.findings.len());
        board.close().await.expect("close");
        let sent = std::mem::take(&mut *sent.lock().expect("lock"));
        assert!(sent.len() > 20, "{}", sent.len());

        let meter = Meter::of(&t).await;
        let tx = meter.connection().begin().await.expect("begin");
        let large = large_tables(&tx, t.kind()).await;
        let (mut found, mut excused) = (Vec::new(), BTreeSet::new());
        for sql in sent.iter().filter(|sql| !asks_for_nothing(sql)) {
            let plan = generic(&tx, t.kind(), &large, sql).await;
            if plan.scanned.is_empty() {
                continue;
            }
            match WHOLE.iter().find(|(part, _)| sql.contains(part)) {
                Some((part, _)) => drop(excused.insert(*part)),
                None => found.push(format!("reads all of {:?}: {sql}", plan.scanned)),
            }
        }
        tx.rollback().await.expect("roll back");
        assert!(found.is_empty(), "{}", found.join("\n"));
        let unused: Vec<_> = WHOLE.iter().filter(|(part, _)| !excused.contains(part)).collect();
        assert!(unused.is_empty(), "no longer needed: {unused:?}");
    }
}
