use callboard_service::ErrorKind;
use callboard_service::Ref;
use callboard_service::entity::workflow_context as context;
use callboard_service::workflow::context::SetContext;
use sea_orm::EntityTrait;
use serde_json::json;
use support::{TestDb, both};

use super::{lapse, seeded, set};

both! {
    async fn a_value_is_stored_and_replaced(t: TestDb) {
        let seed = seeded(&t).await;
        let told = seed.must(&set("searcher", "seen", json!({ "ids": [1, 2] }), None)).await;
        assert_eq!((told.value.clone(), told.expires_at), (json!({ "ids": [1, 2] }), None));
        let row = context::Entity::find().one(&seed.raw).await.expect("read").expect("a row");
        assert_eq!((row.agent_key.as_str(), row.context_key.as_str(), &row.value), ("searcher", "seen", &told.value));
        seed.must(&set("searcher", "other", json!(null), None)).await;
        seed.must(&set("writer", "seen", json!("x"), None)).await;

        let told = seed.must(&set("searcher", "seen", json!(3), Some(60))).await;
        let rows = context::Entity::find().all(&seed.raw).await.expect("read");
        assert_eq!(rows.len(), 3, "a name is the agent's own");
        let again = rows.iter().find(|r| (r.agent_key.as_str(), r.context_key.as_str()) == ("searcher", "seen")).expect("the row");
        assert_eq!((&again.value, again.created_at, again.expires_at), (&json!(3), row.created_at, told.expires_at));
        assert!(again.updated_at > row.updated_at);
        let left = told.expires_at.expect("an end") - seed.board.now();
        assert!((55..=61).contains(&left.num_seconds()), "{left}");
        // Set without an end, it stays.
        assert_eq!(seed.must(&set("searcher", "seen", json!(4), None)).await.expires_at, None);
    }

    /// What has expired may be set anew.
    async fn an_expired_value_is_replaced(t: TestDb) {
        let seed = seeded(&t).await;
        seed.must(&set("a", "k", json!(1), Some(60))).await;
        lapse(&seed).await;
        seed.must(&set("a", "k", json!(2), Some(60))).await;
        let row = context::Entity::find().one(&seed.raw).await.expect("read").expect("a row");
        assert!(row.value == json!(2) && row.expires_at.expect("an end") > seed.board.now());
    }

    async fn refusals_change_nothing(t: TestDb) {
        let seed = seeded(&t).await;
        seed.must(&set("a", "k", json!(1), None)).await;
        let invalid = async |set: SetContext, text: &str| {
            let error = seed.must_refuse(&set).await;
            assert_eq!(error.kind(), ErrorKind::Invalid);
            assert!(error.to_string().starts_with(text), "{error}");
        };
        invalid(set("", "k", json!(1), None), "agent: must not be empty").await;
        invalid(set("a", " ", json!(1), None), "context key: must not be empty").await;
        invalid(set("a", &"k".repeat(201), json!(1), None), "context key: must have at most 200 characters").await;
        invalid(set("a\u{202E}", "k", json!(1), None), "agent: must not hold control characters").await;
        invalid(set("a", "k", json!("x".repeat(1024 * 1024)), None), "value: must have at most 1048576 bytes as JSON").await;
        invalid(set("a", "k", json!("\0"), None), "value: must not hold the character U+0000").await;
        for seconds in [0, -5, 10 * 365 * 24 * 60 * 60 + 1] {
            invalid(set("a", "k", json!(1), Some(seconds)), "time to live: must be between 1 second and 10 years").await;
        }
        let error = seed.must_refuse(&SetContext { run: Ref::from("flo"), ..set("a", "k", json!(1), None) }).await;
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::NotFound, "there is no workflow run 'flo'; near to it: flow"));
    }
}
