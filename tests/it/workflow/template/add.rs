use callboard_service::entity::workflow_templates as templates;
use callboard_service::workflow::template::{AddTemplate, Definition, parse};
use callboard_service::{Error, ErrorKind};
use sea_orm::{EntityTrait, QueryOrder};
use support::flow::delegated;
use support::{Seed, TestDb, both};

async fn rows(seed: &Seed) -> Vec<templates::Model> {
    let order =
        templates::Entity::find().order_by_asc(templates::Column::Name).order_by_asc(templates::Column::Version);
    order.all(&seed.raw).await.expect("read the templates")
}

fn add(text: &str) -> AddTemplate {
    AddTemplate { text: text.to_owned() }
}

both! {
    async fn each_change_is_a_version(t: TestDb) {
        let seed = t.seed().await;
        let first = delegated("flow", &[("a", &[]), ("b", &["a"])]);
        let added = seed.must(&add(&format!("description: What it is for\n{first}"))).await;
        assert_eq!((added.already, added.template.version, added.template.name.as_str()), (false, 1, "flow"));
        assert_eq!(added.template.description.as_deref(), Some("What it is for"));
        let second = seed.must(&add(&first)).await;
        assert_eq!((second.already, second.template.version), (false, 2));
        seed.must(&add(&delegated("other", &[("a", &[])]))).await;
        let rows = rows(&seed).await;
        assert_eq!(rows[..2], [added.template, second.template.clone()]);
        assert_eq!(rows[2].version, 1, "each name counts its own");
        let read: Definition = serde_json::from_value(rows[1].definition.clone()).expect("a definition");
        assert_eq!(read, parse(&first).expect("valid"));
        assert_eq!((rows[1].content_sha256.len(), rows[0].content_sha256 == rows[1].content_sha256), (64, false));
    }

    /// Comments, order of fields and the notation are not what it says.
    async fn what_says_the_same_adds_nothing(t: TestDb) {
        let seed = t.seed().await;
        let text = "name: flow\nsteps:\n  - name: a\n    delegate: { priority: 1 }\n    timeout: 1h\n";
        let added = seed.must(&add(text)).await.template;
        let before = seed.snapshot().await;
        for same in [
            text.to_owned(),
            format!("# A comment.\n{text}"),
            "steps: [{ timeout: 60m, delegate: { priority: 1, type: task }, name: a, max_attempts: 1 }]\nname: flow\n".to_owned(),
            r#"{ "name": "flow", "steps": [{ "name": "a", "delegate": { "priority": 1 }, "timeout": "3600s" }] }"#.to_owned(),
        ] {
            let again = seed.must(&add(&same)).await;
            assert_eq!((again.already, &again.template), (true, &added), "{same}");
        }
        seed.assert_unchanged(&before, "adding the same").await;
        // What an older version said is new again, since it is not what the newest says.
        seed.must(&add(&text.replace("1h", "2h"))).await;
        let back = seed.must(&add(text)).await;
        assert_eq!((back.already, back.template.version), (false, 3));
    }

    async fn a_bad_one_is_refused_with_every_line(t: TestDb) {
        let seed = t.seed().await;
        let bad = "name: flow\nsteps:\n  - name: a\n    delegate: {}\n    after: [c]\n  - name: a\n    function: f\n    timeout: soon\n";
        let error = seed.must_refuse(&add(bad)).await;
        assert_eq!(error.kind(), ErrorKind::Invalid);
        let Error::InvalidTemplate { name, problems } = error else { panic!("{error}") };
        assert_eq!((name.as_str(), problems.iter().map(|(line, _)| *line).collect::<Vec<_>>()), ("flow", vec![5, 6, 8]));
        let cycle = seed.must_refuse(&add(&delegated("ring", &[("a", &["b"]), ("b", &["a"])]))).await;
        assert!(cycle.to_string().contains("a -> b -> a"), "{cycle}");
        for nothing in ["", "name: flow", "[", "steps: []\nname: x"] {
            assert_eq!(seed.must_refuse(&add(nothing)).await.kind(), ErrorKind::Invalid, "{nothing}");
        }
    }

    /// One's own template of a shipped name comes in its place.
    async fn a_shipped_name_may_be_taken(t: TestDb) {
        let seed = t.seed().await;
        let added = seed.must(&add(&delegated("research", &[("only", &[])]))).await;
        assert_eq!(added.template.version, 1);
        let run = seed.must(&callboard_service::workflow::StartRun::of("research")).await.run;
        assert_eq!(seed.standing(run.id).await, ["only:waiting"]);
    }
}
