//! Listing decisions.

use callboard_service::decision::{AddDecision, ListDecisions};
use callboard_service::entity::{
    DecisionCategory as Category, DecisionImpact as Impact, DecisionImplementationStatus as Implementation,
    DecisionStatus as Status,
};
use callboard_service::{Error, Ref};
use chrono::TimeDelta;
use support::{Seed, TestDb, both};

use super::{add, decision, full, in_status, session};

async fn keys(seed: &Seed, list: &ListDecisions) -> Vec<String> {
    let page = seed.board.read(list).await.expect("list");
    page.rows.into_iter().map(|row| row.decision.key).collect()
}

both! {
    async fn each_filter_keeps_its_own(t: TestDb) {
        let seed = t.seed().await;
        let (item, session) = (seed.item().await, session(&seed, "s-1").await);
        seed.agent("coder").await;
        seed.must(&crate::project::project("other", "OT")).await;
        let plain = add(&seed, "plain").await;
        seed.in_session(session.id).await.must(&full(item.id, "coder")).await;
        in_status(&seed, "rejected", Status::Rejected).await;
        let low = AddDecision { impact: Impact::Low, project: Some(Ref::from("other")), ..decision("low") };
        seed.must(&low).await;
        let all = ListDecisions::default;
        assert_eq!(keys(&seed, &all()).await, ["OT-D1", "CB-D3", "CB-D2", "CB-D1"]);
        let expected: [(ListDecisions, &[&str]); 14] = [
            (ListDecisions { project: Some(Ref::from("demo")), ..all() }, &["CB-D3", "CB-D2", "CB-D1"]),
            (ListDecisions { categories: vec![Category::Security, Category::Quality], ..all() }, &["CB-D2"]),
            (ListDecisions { impacts: vec![Impact::High, Impact::Low], ..all() }, &["OT-D1", "CB-D2"]),
            (ListDecisions { statuses: vec![Status::Rejected], ..all() }, &["CB-D3"]),
            (ListDecisions { implementation: vec![Implementation::InProgress], ..all() }, &["CB-D2"]),
            (ListDecisions { item: Some(Ref::from("CB-1")), ..all() }, &["CB-D2"]),
            (ListDecisions { session: Some(Ref::from("s-1")), ..all() }, &["CB-D2"]),
            (ListDecisions { agent: Some(Ref::from("coder")), ..all() }, &["CB-D2"]),
            (ListDecisions { file: Some("./src//key.rs".to_owned()), ..all() }, &["CB-D2"]),
            (ListDecisions { file: Some("src/key".to_owned()), ..all() }, &[]),
            (ListDecisions { component: Some("Größe: \"x\"".to_owned()), ..all() }, &["CB-D2"]),
            (ListDecisions { component: Some("key%".to_owned()), ..all() }, &[]),
            (ListDecisions { after: Some(plain.decision.id), ..all() }, &[]),
            (ListDecisions { impacts: vec![Impact::High], statuses: vec![Status::Rejected], ..all() }, &[]),
        ];
        for (list, keys_expected) in &expected {
            assert_eq!(keys(&seed, list).await, *keys_expected, "{list:?}");
        }
        let page = seed.board.read(&all()).await.expect("list");
        let told: Vec<_> = page.rows.iter().map(|row| (row.project.as_str(), row.item.as_deref())).collect();
        assert_eq!(told, [("other", None), ("demo", None), ("demo", Some("CB-1")), ("demo", None)]);
        let mut paged = ListDecisions { limit: Some(3), ..all() };
        assert_eq!(keys(&seed, &paged).await.len(), 3);
        paged.after = seed.board.read(&paged).await.expect("list").next;
        assert_eq!(keys(&seed, &paged).await, ["CB-D1"]);
    }

    async fn due_is_what_is_in_force_and_past_its_review(t: TestDb) {
        let seed = t.seed().await;
        let now = seed.board.now();
        for (title, status, at) in [
            ("past", Status::Accepted, Some(now - TimeDelta::seconds(1))),
            ("future", Status::Accepted, Some(now + TimeDelta::days(1))),
            ("never", Status::Accepted, None),
            ("proposed", Status::Proposed, Some(now - TimeDelta::days(9))),
        ] {
            seed.must(&AddDecision { status, review_at: at, ..decision(title) }).await;
        }
        let due = ListDecisions { due: true, ..ListDecisions::default() };
        assert_eq!(keys(&seed, &due).await, ["CB-D4", "CB-D1"]);
        let page = seed.board.read(&ListDecisions::default()).await.expect("list");
        assert_eq!(page.rows.iter().map(|row| row.due).collect::<Vec<_>>(), [true, false, false, true]);
        // One that is out of force is looked at no more.
        seed.sql("UPDATE board_decisions SET status = 'reversed' WHERE number = 1").await;
        assert_eq!(keys(&seed, &due).await, ["CB-D4"]);
    }

    async fn a_long_list_takes_as_many_statements(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let new = |n: usize| AddDecision { item: Some(Ref::Id(item.id)), ..decision(&n.to_string()) };
        seed.must(&new(0)).await;
        let list = ListDecisions { limit: Some(500), ..ListDecisions::default() };
        let one = t.statements(&seed.board, &list).await;
        for n in 1..60 {
            seed.must(&new(n)).await;
        }
        assert_eq!((t.statements(&seed.board, &list).await, one), (3, 3));
        assert_eq!(keys(&seed, &list).await.len(), 60);
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        let all = ListDecisions::default;
        for (list, expected) in [
            (ListDecisions { limit: Some(501), ..all() }, "limit"),
            (ListDecisions { file: Some("../x".to_owned()), ..all() }, "file"),
        ] {
            let error = seed.board.read(&list).await;
            assert!(matches!(&error, Err(Error::Invalid { field, .. }) if *field == expected), "{expected}: {error:?}");
        }
        for (list, expected) in [
            (ListDecisions { project: Some(Ref::from("x")), ..all() }, "project"),
            (ListDecisions { item: Some(Ref::from("CB-9")), ..all() }, "item"),
            (ListDecisions { session: Some(Ref::from("x")), ..all() }, "session"),
            (ListDecisions { agent: Some(Ref::from("x")), ..all() }, "agent"),
        ] {
            let error = seed.board.read(&list).await;
            assert!(matches!(&error, Err(Error::NotFound { entity, .. }) if *entity == expected), "{expected}: {error:?}");
        }
    }
}
