//! Each index of the schema earns its place: what it serves is less work with it than without.
//!
//! The report docs/performance/indexes.md is written from these figures: `CALLBOARD_BLESS=1` renews it.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, Statement, TransactionTrait};
use support::{Kind, TestDb, both_large};

use super::call::statements;
use super::catalogue::{Index, indexes, references, types};
use super::report::{self, Line};
use super::served::{self, Served};
use super::work::Meter;

/// With less than half the work an index is worth its writes.
const WORTH: u64 = 2;

both_large! {
    async fn each_index_serves_something(t: TestDb) {
        let (meter, board) = (Meter::of(&t).await, t.board().await);
        let db = meter.connection();
        let (found, keys) = (indexes(&db, t.kind()).await, references(&db, t.kind()).await);
        assert!(found.len() > 90 && keys.len() > 50, "{} indexes, {} foreign keys", found.len(), keys.len());
        let mut served: BTreeMap<&str, Served> = served::all().into_iter().collect();
        let (mut lines, mut idle) = (Vec::new(), Vec::new());
        for (name, index) in &found {
            let (what, asked, must_help) = match served.remove(name.as_str()) {
                Some(Served::Call(call)) => (call.name.to_owned(), statements(&board, &meter, &call).await, true),
                Some(Served::Sql(what, sql)) => {
                    let sql = support::large::sql(t.kind(), sql);
                    (what.to_owned(), vec![Statement::from_string(db.get_database_backend(), sql)], true)
                }
                None => {
                    let referring = index.finds_references()
                        && keys.contains(&(index.table.clone(), index.columns[0].clone()));
                    let columns = if index.is_unique { &index.columns[..] } else { &index.columns[..1] };
                    let what = match (index.is_unique, referring) {
                        (true, _) => format!("holds {} unique{}", columns.join(", "), part(index)),
                        (false, true) => format!("deleting what {} refers to", columns[0]),
                        (false, false) => {
                            idle.push(format!("{name} on {}: nothing is listed that it serves", index.table));
                            continue;
                        }
                    };
                    let lookup = lookup(&db, t.kind(), index, columns).await;
                    (what, vec![Statement::from_string(db.get_database_backend(), lookup)], !index.is_unique)
                }
            };
            let other = served::ONE_SIDED.iter().find(|(of, kind, _)| of == name && *kind != t.kind());
            let what = other.map_or(what.clone(), |(.., why)| format!("{what} (not needed here: {why})"));
            let must_help = must_help && other.is_none();
            // What another index could do in its place, did this database not do without that one.
            let spare: Vec<&str> = served::ONE_SIDED
                .iter()
                .filter(|(of, kind, _)| of != name && *kind != t.kind() && found[*of].table == index.table)
                .map(|(of, ..)| *of)
                .collect();
            let (with, without) = compared(&meter, name, &spare, &asked).await;
            if must_help && (without < with * WORTH || without == with) {
                idle.push(format!("{name} on {}: {what}: {with} with it, {without} without", index.table));
            }
            lines.push(Line { table: index.table.clone(), index: name.clone(), what, with, without });
        }
        assert!(idle.is_empty(), "{}", idle.join("\n"));
        // The full-text index is one of PostgreSQL's; SQLite has a table of its own for it.
        served.retain(|name, _| t.kind() == Kind::Postgres || *name != "ix_board_search_search_vector");
        assert!(served.is_empty(), "there is no {:?}", served.keys().collect::<BTreeSet<_>>());
        report::compare(t.kind(), &lines);
    }
}

both_large! {
    /// What the database looks for by itself, before a row goes that others may refer to.
    async fn what_refers_to_a_row_is_found_when_it_goes(t: TestDb) {
        let meter = Meter::of(&t).await;
        let tx = meter.connection().begin().await.expect("begin");
        for (table, row) in [("board_users", "{id 02 50}"), ("agent_profiles", "{id 03 10}"), ("work_items", "{id 10 1}")] {
            let sql = format!("DELETE FROM {table} WHERE id = {}", support::large::sql(t.kind(), row));
            let work = meter.run(&tx, &Statement::from_string(tx.get_database_backend(), sql)).await;
            // The item has 3,000 events and checkpoints, which go with it.
            let most = if table == "work_items" { 500_000 } else { 20_000 };
            assert!(work < most, "{table}: {work}");
        }
        tx.rollback().await.expect("roll back");
    }
}

fn part(index: &Index) -> &'static str {
    if index.predicate.is_some() { ", where it is asked for" } else { "" }
}

/// Whether a row has these values, which none has.
async fn lookup(db: &DatabaseConnection, kind: Kind, index: &Index, columns: &[String]) -> String {
    let types = types(db, kind, &index.table).await;
    let conditions = columns.iter().map(|column| {
        let value = match types[column].as_str() {
            name if name.starts_with("uuid") => support::large::sql(kind, "{id ff 1}"),
            name if name.contains("int") => "-1".to_owned(),
            _ => "'no such thing'".to_owned(),
        };
        format!("{column} = {value}")
    });
    let conditions: Vec<String> = conditions.chain(index.predicate.clone()).collect();
    format!("SELECT 1 AS one FROM {} WHERE {}", index.table, conditions.join(" AND "))
}

/// The work with an index and without it, of that statement of these which it serves best.
async fn compared(meter: &Meter, index: &str, spare: &[&str], asked: &[Statement]) -> (u64, u64) {
    let tx = meter.connection().begin().await.expect("begin");
    for other in spare {
        tx.execute_unprepared(&format!("DROP INDEX {other}")).await.unwrap_or_else(|e| panic!("drop {other}: {e}"));
    }
    let with = replayed(meter, &tx, asked).await;
    tx.execute_unprepared(&format!("DROP INDEX {index}")).await.unwrap_or_else(|e| panic!("drop {index}: {e}"));
    let free: Vec<Statement> = asked
        .iter()
        .map(|statement| {
            let mut statement = statement.clone();
            statement.sql = statement.sql.replace(&format!(" INDEXED BY {index}"), "");
            statement
        })
        .collect();
    let without = replayed(meter, &tx, &free).await;
    tx.rollback().await.expect("roll back");
    let both = with.into_iter().zip(without);
    both.max_by(|a, b| (a.1 * b.0.max(1)).cmp(&(b.1 * a.0.max(1)))).expect("it asks something")
}

/// The work of each, when the schema has been read.
async fn replayed(meter: &Meter, tx: &DatabaseTransaction, asked: &[Statement]) -> Vec<u64> {
    let mut work = Vec::new();
    for _ in 0..2 {
        let inner = tx.begin().await.expect("begin");
        work.clear();
        for statement in asked {
            // SQLite reads the schema again after a rollback, which is no work of the statement's.
            inner.execute_unprepared("SELECT 1 FROM work_items LIMIT 1").await.expect("read the schema");
            work.push(meter.run(&inner, statement).await);
        }
        inner.rollback().await.expect("roll back");
    }
    work
}
