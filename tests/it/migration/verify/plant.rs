//! Damage that is planted, found and undone.

use callboard_migration::runner;
use support::{Seed, TestDb};

use super::super::common::{sql, up};
use super::damage::board;
use super::{assert_clean, look};

/// SQL that damages and undoes, and what must be found: check, table, part, found, expected.
pub struct Planted {
    pub damage: String,
    pub undo: String,
    pub finding: [&'static str; 5],
    pub exit: u8,
}

pub fn planted(damage: impl Into<String>, undo: impl Into<String>, finding: [&'static str; 5], exit: u8) -> Planted {
    Planted { damage: damage.into(), undo: undo.into(), finding, exit }
}

/// Plants one after the other; each alone is the one finding, through the library and through the binary.
pub async fn for_each(t: &TestDb, cases: Vec<Planted>) {
    up(t, runner::Goal::Latest).await.expect("up");
    let seed: Seed = board(t).await;
    assert_clean(&look(t).await, "before anything is planted");
    for Planted { damage, undo, finding: [check, table, part, found, expected], exit } in cases {
        // A connection of its own each: SQLite refuses names that another one has just freed.
        sql(&t.raw().await, &damage).await;
        let report = look(t).await;
        let [finding] = report.findings.as_slice() else { panic!("{damage}: {:#?}", report) };
        let told = (finding.check.as_str(), finding.table.as_str(), finding.part.as_str());
        assert_eq!(told, (check, table, part), "{damage}: {finding}");
        assert!(finding.found.contains(found) && finding.expected.contains(expected), "{damage}: {finding}");
        assert_eq!((report.exit_code(), report.total()), (exit, 1), "{damage}");
        let by_row = ["foreign_keys", "orphans", "records", "counters"].contains(&check);
        assert!(finding.row.as_ref().is_some_and(|row| row.len() >= 36) || !by_row, "{damage}: {finding}");
        let output = t.migration(["verify"]).run().code(i32::from(exit));
        assert!(output.stdout.contains(&format!("{check:13} 1 found\n  {finding}\n")), "{output}");
        sql(&t.raw().await, &undo).await;
        assert_clean(&look(t).await, &undo);
    }
    drop(seed);
}
