use callboard_service::workflow::context::ListContext;
use callboard_service::{ErrorKind, Ref};
use serde_json::json;
use support::{Seed, TestDb, both};

use super::{lapse, seeded, set};

async fn list(seed: &Seed, agent: Option<&str>, expired: bool) -> Vec<String> {
    let list = ListContext { run: Ref::from("flow"), agent: agent.map(str::to_owned), expired };
    let values = seed.board.read(&list).await.expect("list");
    values.into_iter().map(|v| format!("{} {} {}", v.agent, v.key, v.value)).collect()
}

both! {
    async fn by_agent_and_key_without_what_expired(t: TestDb) {
        let seed = seeded(&t).await;
        seed.flow(&support::flow::delegated("other", &[("a", &[])])).await;
        for (agent, key, value, ttl) in [("b", "y", 1, Some(60)), ("a", "z", 2, None), ("b", "x", 3, None), ("a", "m", 4, Some(60))] {
            seed.must(&set(agent, key, json!(value), ttl)).await;
        }
        let elsewhere = callboard_service::workflow::context::SetContext { run: Ref::from("other"), ..set("a", "n", json!(5), None) };
        seed.must(&elsewhere).await;
        assert_eq!(list(&seed, None, false).await, ["a m 4", "a z 2", "b x 3", "b y 1"]);
        assert_eq!(list(&seed, Some("b"), false).await, ["b x 3", "b y 1"]);
        assert_eq!(list(&seed, Some("c"), false).await, Vec::<String>::new());
        lapse(&seed).await;
        assert_eq!(list(&seed, None, false).await, ["a z 2", "b x 3"]);
        assert_eq!(list(&seed, None, true).await, ["a m 4", "a z 2", "b x 3", "b y 1"]);
        assert_eq!(list(&seed, Some("a"), true).await, ["a m 4", "a z 2"]);
    }

    async fn a_missing_run_has_near_names(t: TestDb) {
        let seed = seeded(&t).await;
        let missing = ListContext { run: Ref::from("flwo"), agent: None, expired: false };
        let error = seed.board.read(&missing).await.expect_err("no such run");
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::NotFound, "there is no workflow run 'flwo'; near to it: flow"));
    }

    async fn the_number_of_statements_is_fixed(t: TestDb) {
        let seed = seeded(&t).await;
        seed.must(&set("a", "k", json!(1), None)).await;
        let query = ListContext { run: Ref::from("flow"), agent: None, expired: false };
        let few = t.statements(&seed.board, &query).await;
        for n in 0..30 {
            seed.must(&set("a", &format!("k{n}"), json!(n), None)).await;
        }
        assert_eq!(t.statements(&seed.board, &query).await, few);
    }
}
