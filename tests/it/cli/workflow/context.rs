use callboard_service::entity::workflow_context;
use sea_orm::{ConnectionTrait, EntityTrait};
use support::{TestDb, both};

use super::{start, with_two};
use crate::cli::{json, refused, text};

async fn stored(t: &TestDb) -> Vec<workflow_context::Model> {
    workflow_context::Entity::find().all(&t.raw().await).await.expect("read the context")
}

both! {
    async fn a_value_is_set_read_and_listed(t: TestDb) {
        with_two(&t);
        start(&t);
        let set = text(&t, ["workflow", "context", "set", "r1", "searcher", "page", "7"]);
        assert_eq!(set, "page of searcher = 7\n");
        assert_eq!(stored(&t).await[0].value, serde_json::json!(7));
        text(&t, ["workflow", "context", "set", "r1", "searcher", "page", "-8"]);
        assert_eq!(text(&t, ["workflow", "context", "get", "r1", "searcher", "page"]), "-8\n");
        text(&t, ["workflow", "context", "set", "r1", "writer", "note", "two words"]);
        assert_eq!(text(&t, ["workflow", "context", "get", "r1", "writer", "note"]), "two words\n");
        t.callboard(["workflow", "context", "set", "r1", "writer", "draft", "-"]).stdin("one\ntwo\n").run().ok();
        assert_eq!(text(&t, ["workflow", "context", "get", "r1", "writer", "draft"]), "one\ntwo\n");
        let set = json(&t, ["workflow", "context", "set", "r1", "writer", "plan", r#"{"a": [1]}"#, "--ttl", "1h"], "run_context_value");
        assert_eq!((&set["value"]["a"][0], set["expires_at"].is_string()), (&1.into(), true));
        let listed = json(&t, ["workflow", "context", "list", "r1"], "run_context");
        let keys: Vec<_> = listed.as_array().expect("a list").iter().map(|v| (v["agent"].as_str(), v["key"].as_str())).collect();
        assert_eq!(keys, [(Some("searcher"), Some("page")), (Some("writer"), Some("draft")), (Some("writer"), Some("note")), (Some("writer"), Some("plan"))]);
        let said = text(&t, ["workflow", "context", "list", "r1", "--agent", "writer"]);
        assert!(said.contains("two words") && said.contains("in 60 min") && !said.contains("searcher"), "{said}");
        assert_eq!(text(&t, ["workflow", "context", "list", "r1", "--agent", "nobody"]), "No values.\n");
    }

    async fn an_expired_value_is_refused_with_its_time(t: TestDb) {
        with_two(&t);
        start(&t);
        text(&t, ["workflow", "context", "set", "r1", "searcher", "page", "7", "--ttl", "30m"]);
        t.raw().await.execute_unprepared("UPDATE workflow_context SET expires_at = created_at").await.expect("let it expire");
        let said = refused(&t, ["workflow", "context", "get", "r1", "searcher", "page"], 13);
        assert!(said.contains("context page of searcher in r1 expired at 20") && said.contains("workflow context set"), "{said}");
        assert_eq!(text(&t, ["workflow", "context", "list", "r1"]), "No values.\n");
        assert!(text(&t, ["workflow", "context", "list", "r1", "--expired"]).contains("over "));
        text(&t, ["workflow", "context", "set", "r1", "searcher", "page", "8"]);
        assert_eq!(text(&t, ["workflow", "context", "get", "r1", "searcher", "page"]), "8\n");
    }

    async fn what_is_not_there_or_wrong_is_refused(t: TestDb) {
        with_two(&t);
        start(&t);
        text(&t, ["workflow", "context", "set", "r1", "searcher", "page", "7"]);
        let said = refused(&t, ["workflow", "context", "get", "r1", "searcher", "pages"], 13);
        assert!(said.contains("near to it: page") && said.contains("workflow context list RUN"), "{said}");
        refused(&t, ["workflow", "context", "get", "r2", "searcher", "page"], 13);
        refused(&t, ["workflow", "context", "list", "r2"], 13);
        refused(&t, ["workflow", "context", "set", "r2", "searcher", "page", "7"], 13);
        refused(&t, ["workflow", "context", "set", "r1", "", "page", "7"], 18);
        refused(&t, ["workflow", "context", "set", "r1", "searcher", "page", "7", "--ttl", "0"], 18);
        refused(&t, ["workflow", "context", "set", "r1", "searcher", "page", "7", "--ttl", "soon"], 2);
        refused(&t, ["workflow", "context", "set", "r1", "searcher", "page"], 2);
        assert_eq!(stored(&t).await.len(), 1);
    }
}
