use callboard_service::workflow::StartRun;
use callboard_service::workflow::template::{AddTemplate, ListTemplates};
use serde_json::json;
use support::flow::delegated;
use support::{TestDb, both};

both! {
    async fn the_newest_of_each_name_with_the_shipped_ones(t: TestDb) {
        let seed = t.seed().await;
        let listed = seed.board.read(&ListTemplates).await.expect("list");
        let seen: Vec<_> = listed.iter().map(|l| (l.name.as_str(), l.version, l.shipped)).collect();
        let shipped = ["parallel_search", "research", "timeline", "validated_research"];
        assert_eq!(seen, shipped.map(|name| (name, None, true)));
        assert!(listed.iter().all(|l| l.description.is_some() && l.added_at.is_none() && l.steps.len() >= 2));
        assert_eq!(listed[1].inputs, ["min_words", "setting", "topic"]);

        seed.template(&delegated("flow", &[("a", &[])])).await;
        let text = format!("description: Two steps\ninputs: {{ n: {{ type: number }} }}\n{}", delegated("flow", &[("a", &[]), ("b", &[])]));
        let newest = seed.must(&AddTemplate { text }).await.template;
        let inputs = json!({ "topic": "x" }).as_object().expect("an object").clone();
        seed.must(&StartRun { inputs, ..StartRun::of("research") }).await;
        let listed = seed.board.read(&ListTemplates).await.expect("list");
        let seen: Vec<_> = listed.iter().map(|l| (l.name.as_str(), l.version, l.shipped)).collect();
        assert_eq!(seen, [
            ("flow", Some(2), false), ("parallel_search", None, true), ("research", Some(1), true), ("timeline", None, true),
            ("validated_research", None, true),
        ]);
        let flow = &listed[0];
        assert_eq!((flow.description.as_deref(), flow.added_at), (Some("Two steps"), Some(newest.created_at)));
        assert_eq!((&flow.steps[..], &flow.inputs[..]), (&["a".to_owned(), "b".to_owned()][..], &["n".to_owned()][..]));
    }

    async fn one_statement_however_many(t: TestDb) {
        let seed = t.seed().await;
        for n in 0..10 {
            seed.template(&delegated(&format!("flow-{n}"), &[("a", &[])])).await;
        }
        assert_eq!(t.statements(&seed.board, &ListTemplates).await, 1);
        assert_eq!(seed.board.read(&ListTemplates).await.expect("list").len(), 14);
    }
}
