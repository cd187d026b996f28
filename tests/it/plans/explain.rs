//! What the planners say of a statement: the tables that it reads from end to end, and the indexes by which it looks.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement};
use serde_json::Value;
use support::Kind;

/// A plan as far as it matters here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Large tables of which every row is read.
    pub scanned: BTreeSet<String>,
    pub indexes: BTreeSet<String>,
    /// As the database wrote it.
    pub text: String,
}

/// Tables with more than 1,000 rows.
pub async fn large_tables(tx: &DatabaseTransaction, kind: Kind) -> BTreeSet<String> {
    let names = match kind {
        Kind::Sqlite => {
            "SELECT name AS name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
             AND name NOT LIKE 'board_search%'"
        }
        Kind::Postgres => {
            "SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        }
    };
    let ask = |sql: String| Statement::from_string(tx.get_database_backend(), sql);
    let mut large = BTreeSet::new();
    for row in tx.query_all_raw(ask(names.to_owned())).await.expect("list the tables") {
        let name: String = row.try_get("", "name").expect("a name");
        let count = format!("SELECT count(*) AS n FROM (SELECT 1 FROM {name} LIMIT 1001) AS part");
        let count = tx.query_one_raw(ask(count)).await.expect("count").expect("a row");
        if count.try_get::<i64>("", "n").expect("a number") > 1000 {
            large.insert(name);
        }
    }
    assert!(large.len() > 20, "the board is not large: {large:?}");
    large
}

/// The plan of a statement with its values. On PostgreSQL it is the one for these values.
pub async fn plan(tx: &DatabaseTransaction, kind: Kind, large: &BTreeSet<String>, statement: &Statement) -> Plan {
    let mut asked = statement.clone();
    match kind {
        Kind::Sqlite => {
            asked.sql = format!("EXPLAIN QUERY PLAN {}", statement.sql);
            let rows = tx.query_all_raw(asked).await.unwrap_or_else(|error| panic!("{}: {error}", statement.sql));
            let lines = rows.iter().map(|row| row.try_get("", "detail").expect("a line"));
            sqlite(&statement.sql, large, lines.collect())
        }
        Kind::Postgres => {
            asked.sql = format!("EXPLAIN (FORMAT JSON) {}", statement.sql);
            let rows = tx.query_all_raw(asked).await.unwrap_or_else(|error| panic!("{}: {error}", statement.sql));
            postgres(large, rows[0].try_get_by_index(0).expect("a plan"))
        }
    }
}

/// PostgreSQL's plan for whatever values, which it keeps once it has found that it is as good as those for some; on SQLite,
/// which plans before it knows any, the only one.
pub async fn generic(tx: &DatabaseTransaction, kind: Kind, large: &BTreeSet<String>, sql: &str) -> Plan {
    let run = async |sql: &str| tx.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    match kind {
        Kind::Sqlite => plan(tx, kind, large, &Statement::from_string(tx.get_database_backend(), sql)).await,
        Kind::Postgres => {
            run("SET LOCAL plan_cache_mode = force_generic_plan").await;
            let used = parameters(sql);
            let list = |of: &dyn Fn(usize) -> &'static str| {
                let all: Vec<&str> = (1..=used.last().copied().unwrap_or(0)).map(of).collect();
                if all.is_empty() { String::new() } else { format!("({})", all.join(", ")) }
            };
            // Of one that a form of the statement does not use nobody could tell the type.
            let types = list(&|n| if used.contains(&n) { "unknown" } else { "text" });
            run(&format!("PREPARE asked{types} AS {sql}")).await;
            let values = list(&|_| "NULL");
            let explain = format!("EXPLAIN (FORMAT JSON) EXECUTE asked{values}");
            let row = tx.query_one_raw(Statement::from_string(tx.get_database_backend(), explain)).await;
            let row = row.unwrap_or_else(|error| panic!("{sql}: {error}")).expect("a plan");
            run("DEALLOCATE asked").await;
            run("SET LOCAL plan_cache_mode = auto").await;
            postgres(large, row.try_get_by_index(0).expect("a plan"))
        }
    }
}

/// The numbers of each `$n`.
fn parameters(sql: &str) -> BTreeSet<usize> {
    let numbers = sql.split('$').skip(1).filter_map(|rest| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    });
    numbers.collect()
}

fn postgres(large: &BTreeSet<String>, json: Value) -> Plan {
    let mut plan = Plan { text: json.to_string(), ..Plan::default() };
    let mut left = vec![&json];
    while let Some(node) = left.pop() {
        match node {
            Value::Array(all) => left.extend(all),
            Value::Object(map) => {
                left.extend(map.values());
                if let Some(index) = map.get("Index Name").and_then(Value::as_str) {
                    plan.indexes.insert(index.to_owned());
                }
                let of = map.get("Relation Name").and_then(Value::as_str);
                if let (Some("Seq Scan"), Some(table)) = (map.get("Node Type").and_then(Value::as_str), of)
                    && large.contains(table)
                {
                    plan.scanned.insert(table.to_owned());
                }
            }
            _ => {}
        }
    }
    plan
}

/// Lines such as `SCAN w USING INDEX ix`, `SEARCH w USING COVERING INDEX ix (a=?)` and `SCAN work_items`.
fn sqlite(sql: &str, large: &BTreeSet<String>, lines: Vec<String>) -> Plan {
    let tables = aliases(sql, large);
    let mut plan = Plan { text: lines.join("\n"), ..Plan::default() };
    for line in &lines {
        let words: Vec<&str> = line.split(' ').collect();
        let index = words.iter().position(|word| *word == "INDEX").and_then(|at| words.get(at + 1));
        if let Some(index) = index.filter(|_| !line.contains("VIRTUAL TABLE") && !line.contains("AUTOMATIC")) {
            plan.indexes.insert((*index).to_owned());
        }
        let whole = words[0] == "SCAN" && index.is_none() || line.contains("AUTOMATIC");
        if let Some(table) = words.get(1).and_then(|name| tables.get(*name)).filter(|_| whole) {
            plan.scanned.insert(table.clone());
        }
    }
    plan
}

/// The tables by the names that a statement gives them.
fn aliases(sql: &str, large: &BTreeSet<String>) -> BTreeMap<String, String> {
    let words: Vec<&str> =
        sql.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()).collect();
    let mut out: BTreeMap<String, String> = large.iter().map(|table| (table.clone(), table.clone())).collect();
    for (at, word) in words.iter().enumerate().filter(|(_, word)| large.contains(**word)) {
        let mut next = words[at + 1..].iter();
        let alias = next.next().and_then(|word| if *word == "AS" { next.next() } else { Some(word) });
        if let Some(alias) = alias {
            out.entry((*alias).to_owned()).or_insert_with(|| (*word).to_owned());
        }
    }
    out
}

support::plain! {
    fn plans_are_read() {
        let large: BTreeSet<String> = ["work_items".to_owned()].into();
        let sql = "SELECT 1 FROM work_items AS w JOIN few f ON f.id = w.id";
        let lines = |lines: &[&str]| sqlite(sql, &large, lines.iter().map(|line| (*line).to_owned()).collect());
        assert_eq!(lines(&["SCAN w", "SEARCH f USING INDEX x (id=?)"]).scanned, large);
        assert!(lines(&["SCAN f", "SEARCH w USING INDEX x (id=?)", "SCAN w USING COVERING INDEX y"]).scanned.is_empty());
        assert_eq!(lines(&["SEARCH w USING AUTOMATIC COVERING INDEX (id=?)"]).scanned, large);
        let node = |kind: &str| serde_json::json!([{"Plan": {"Node Type": "Limit", "Plans": [
            {"Node Type": kind, "Relation Name": "work_items", "Index Name": "x"}]}}]);
        assert_eq!(postgres(&large, node("Seq Scan")).scanned, large);
        let found = postgres(&large, node("Index Scan"));
        assert_eq!((found.scanned.len(), found.indexes.len()), (0, 1));
        assert_eq!(parameters("SELECT $1, $12 WHERE a = $3").into_iter().collect::<Vec<_>>(), [1, 3, 12]);
    }
}
