//! Holds calls against what they may do: no large table is read from end to end, and no statement is much work.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement, TransactionTrait};
use support::{Kind, TestDb};

use super::call::{Call, statements, texts};
use super::explain::{generic, large_tables, plan};
use super::work::Meter;

/// The most work of a statement: four counts to 1,000 are nearly as much, a look at every item ten times that.
fn most(kind: Kind) -> u64 {
    match kind {
        Kind::Sqlite => 60_000,
        Kind::Postgres => 3_000,
    }
}

/// What PostgreSQL plans by its values each time, since the limit of a page (of backoffs that are over) is one of them: a
/// plan for any limit costs more than those, and is taken by nobody who does not force it.
const BY_VALUE: &[&str] = &["ready", "ready in a project"];

/// What is wrong with these calls, a line for each thing.
pub async fn faults(t: &TestDb, calls: &[Call]) -> Vec<String> {
    let (meter, board) = (Meter::of(t).await, t.board().await);
    let mut found = Vec::new();
    for call in calls {
        let sent = statements(&board, &meter, call).await;
        let tx = meter.connection().begin().await.expect("begin");
        let large = large_tables(&tx, t.kind()).await;
        found.extend(replayed(&meter, &tx, &large, call, &sent).await);
        tx.rollback().await.expect("roll back");
        if t.kind() == Kind::Postgres && !BY_VALUE.contains(&call.name) {
            // As it is once PostgreSQL has found that a plan for all values is as good as one for some.
            let tx = meter.connection().begin().await.expect("begin");
            let force = "SET LOCAL plan_cache_mode = force_generic_plan";
            tx.execute_unprepared(force).await.expect("force generic plans");
            found.extend(worked(&meter, &tx, call, &sent, " by the generic plan").await);
            tx.rollback().await.expect("roll back");
        }
        // The board may send others than it does in somebody's transaction: what they do is known by their plans alone.
        let all = texts(t, call).await.into_iter().chain(sent.into_iter().map(|statement| statement.sql));
        let tx = meter.connection().begin().await.expect("begin");
        for sql in all.collect::<BTreeSet<String>>() {
            if asks_for_nothing(&sql) {
                continue;
            }
            let plan = generic(&tx, t.kind(), &large, &sql).await;
            for table in &plan.scanned {
                found.push(format!("{}: any values: reads all of {table}: {sql}\n{}", call.name, plan.text));
            }
        }
        tx.rollback().await.expect("roll back");
    }
    board.close().await.expect("close the board");
    found
}

/// Explains each statement where it stands in the call, then runs it.
async fn replayed(
    meter: &Meter,
    tx: &DatabaseTransaction,
    large: &BTreeSet<String>,
    call: &Call,
    sent: &[Statement],
) -> Vec<String> {
    let mut found = Vec::new();
    for statement in sent {
        let plan = plan(tx, meter.kind(), large, statement).await;
        for table in plan.scanned.iter().filter(|_| !asks_for_nothing(&statement.sql)) {
            found.push(format!("{}: reads all of {table}: {}\n{}", call.name, statement.sql, plan.text));
        }
        found.extend(worked(meter, tx, call, std::slice::from_ref(statement), "").await);
    }
    found
}

/// Whether its condition is that of a list without values, 1 = 2: it reads nothing, whatever its plan says.
pub fn asks_for_nothing(sql: &str) -> bool {
    sql.contains(" WHERE ? = ?") || sql.contains(" WHERE $1 = $2")
}

async fn worked(meter: &Meter, tx: &DatabaseTransaction, call: &Call, sent: &[Statement], how: &str) -> Vec<String> {
    let mut found = Vec::new();
    for statement in sent {
        let work = meter.run(tx, statement).await;
        if work > most(meter.kind()) {
            found.push(format!("{}: {work} steps{how}: {}", call.name, statement.sql));
        }
    }
    found
}

/// Fails where something is wrong, naming all of it.
pub async fn assert_bounded(t: &TestDb, calls: &[Call]) {
    let found = faults(t, calls).await;
    assert!(found.is_empty(), "{}", found.join("\n"));
}
