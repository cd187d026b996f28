use callboard_service::workflow::context::{ContextValue, GetContext};
use callboard_service::{Error, ErrorKind, Ref};
use serde_json::json;
use support::{Seed, TestDb, both};

use super::{lapse, seeded, set};

async fn get(seed: &Seed, run: &str, agent: &str, key: &str) -> Result<ContextValue, Error> {
    seed.board.read(&GetContext { run: Ref::from(run), agent: agent.to_owned(), key: key.to_owned() }).await
}

both! {
    async fn what_was_set_is_read_back(t: TestDb) {
        let seed = seeded(&t).await;
        let value = json!({ "odd": ["'q' \"d\" \\ % \u{6f22}", null, 0.1, -1, true] });
        let told = seed.must(&set("searcher", "seen", value.clone(), Some(60))).await;
        let read = get(&seed, "flow", "searcher", "seen").await.expect("get");
        assert_eq!((&read, read.value.clone()), (&told, value));
    }

    async fn an_expired_value_says_since_when(t: TestDb) {
        let seed = seeded(&t).await;
        seed.must(&set("a", "short", json!(1), Some(60))).await;
        seed.must(&set("a", "long", json!(2), None)).await;
        lapse(&seed).await;
        let error = get(&seed, "flow", "a", "short").await.expect_err("its time is over");
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let Error::Expired { what, at } = &error else { panic!("{error}") };
        assert_eq!(what, "context short of a in flow");
        assert!(*at < seed.board.now());
        assert_eq!(get(&seed, "flow", "a", "long").await.expect("get").value, json!(2));
    }

    async fn what_is_missing_has_near_names(t: TestDb) {
        let seed = seeded(&t).await;
        seed.must(&set("a", "sources", json!(1), None)).await;
        for (run, agent, key, text) in [
            ("flow", "a", "source", "there is no context 'source of a in flow'; near to it: sources"),
            ("flow", "b", "sources", "there is no context 'sources of b in flow'"),
            ("flo", "a", "sources", "there is no workflow run 'flo'; near to it: flow"),
        ] {
            let error = get(&seed, run, agent, key).await.expect_err(text);
            assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::NotFound, text));
        }
    }
}
