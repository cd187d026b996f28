//! What many rows cost: the rows that a statement has written are handed on, never looked for among each other.

use std::collections::BTreeSet;

use callboard_service::Ref;
use callboard_service::assignment::{Claim, Complete, CompleteMany};
use sea_orm::TransactionTrait;
use serde_json::Value;
use support::large::{Of, id};
use support::{Kind, Seed, TestDb, on_postgres_large};

use super::call::{call, texts};
use super::explain::generic;

/// What statements give to each other a row at a time, of as many rows as there are in the list.
const WRITTEN: [&str; 4] = ["target", "ended", "item", "assignment"];

/// The lists that a plan walks from end to end for each row of another one.
fn walked(plan: &Value, is_inside: bool, found: &mut BTreeSet<String>) {
    if is_inside && plan["Node Type"] == "CTE Scan" {
        let name = plan["CTE Name"].as_str().unwrap_or_default();
        found.extend(WRITTEN.iter().filter(|written| **written == name).map(|name| (*name).to_owned()));
    }
    for part in plan["Plans"].as_array().into_iter().flatten() {
        let place = part["Parent Relationship"].as_str();
        let is_again = plan["Node Type"] == "Nested Loop" && place == Some("Inner");
        // What is computed once, before the loop, is no part of it.
        walked(part, place != Some("InitPlan") && (is_inside || is_again), found);
    }
}

async fn walked_by(seed: &Seed, sql: &str) -> BTreeSet<String> {
    let tx = seed.raw.begin().await.expect("begin");
    let text = generic(&tx, Kind::Postgres, &BTreeSet::new(), sql).await.text;
    tx.rollback().await.expect("roll back");
    let plan: Value = serde_json::from_str(&text).expect("a plan");
    let mut found = BTreeSet::new();
    walked(&plan[0]["Plan"], false, &mut found);
    found
}

on_postgres_large! {
    why: "on SQLite each row is written by a statement of its own";
    async fn no_list_is_walked_for_each_row_of_another(t: TestDb) {
        let call = call!("claim and complete ten", |c| {
            let claim = Claim { count: 10, ..Claim::one(Ref::Id(id(Of::Agent, 1))) };
            let claimed = c.agent(1, &claim).await.claimed;
            let one = |assignment| Complete { assignment, ..Complete::default() };
            let assignments: Vec<_> = claimed.iter().map(|c| one(c.assignment)).collect();
            assert_eq!(assignments.len(), 10);
            c.agent(1, &CompleteMany { assignments }).await;
        });
        let told = texts(&t, &call).await;
        let seed = t.seed().await;
        // Those that are given a list; another one is about a single row.
        let lists: Vec<_> = told.iter().filter(|sql| sql.contains("jsonb_array_elements($")).collect();
        assert_eq!(lists.len(), 2, "one that claims and one that completes: {lists:#?}");
        for sql in lists {
            assert_eq!(walked_by(&seed, sql).await, BTreeSet::new(), "{sql}");
        }
        // The control: a join of two lists of which the planner expects one row each.
        let one = "SELECT id FROM work_items WHERE title = 'x' AND description = 'y' AND priority = 3";
        let joined = format!(
            "WITH ended AS MATERIALIZED ({one}), item AS MATERIALIZED ({one}) SELECT 1 FROM item JOIN ended ON ended.id = item.id"
        );
        assert_eq!(walked_by(&seed, &joined).await.len(), 1, "nothing would be found");
    }
}
