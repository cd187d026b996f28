//! Setting settings, and that something reads them.

use callboard_service::entity::board_settings;
use callboard_service::item::{AddItems, NewItem};
use callboard_service::project::{AddProject, ArchiveProject};
use callboard_service::setting::SetSetting;
use callboard_service::{Conflict, Error, Ref};
use chrono::TimeDelta;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use support::{Seed, TestDb, both};

fn set(key: &str, value: Value, project: Option<&str>) -> SetSetting {
    SetSetting { key: key.to_owned(), value, project: project.map(Ref::from) }
}

async fn second_project(seed: &Seed) {
    let add = AddProject {
        slug: "other".to_owned(),
        name: "Other".to_owned(),
        key_prefix: "OT".to_owned(),
        ..AddProject::default()
    };
    seed.board.run(seed.me, &add).await.expect("add the project");
}

both! {
    async fn a_value_is_replaced_not_doubled(t: TestDb) {
        let seed = t.seed().await;
        for seconds in [10, 86_400] {
            for project in [None, Some("demo")] {
                seed.board.run(seed.me, &set("lease_seconds", json!(seconds), project)).await.expect("set");
            }
        }
        let rows = board_settings::Entity::find().all(&seed.raw).await.expect("read");
        let mut rows: Vec<_> = rows.into_iter().map(|row| (row.project_id, row.value)).collect();
        rows.sort_by_key(|(project, _)| project.is_some());
        assert_eq!(rows, [(None, json!(86_400)), (Some(seed.project.id), json!(86_400))]);
    }

    async fn a_claim_reads_the_lease(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.item().await;
        seed.board.run(seed.me, &set("lease_seconds", json!(3600), None)).await.expect("set");
        let claimed = seed.claim(&agent).await;
        let lease = claimed.lease_expires_at.expect("a lease") - seed.board.now();
        assert!(lease > TimeDelta::minutes(59) && lease <= TimeDelta::minutes(61), "{lease}");
    }

    async fn the_default_project_is_meant_where_none_is_named(t: TestDb) {
        let seed = t.seed().await;
        second_project(&seed).await;
        let add = AddItems { project: None, items: vec![NewItem::titled("x")] };
        let error = seed.board.run(seed.me, &add).await;
        assert!(matches!(error, Err(Error::Invalid { field: "project", .. })), "{error:?}");
        seed.board.run(seed.me, &set("default_project", json!("other"), None)).await.expect("set");
        assert_eq!(seed.board.run(seed.me, &add).await.expect("add")[0].key, "OT-1");

        let archive = ArchiveProject { project: Ref::from("other"), reason: None };
        seed.board.run(seed.me, &archive).await.expect("archive");
        let error = seed.board.run(seed.me, &add).await;
        let expected = matches!(&error, Err(Error::Conflict(Conflict::Inactive { entity: "default project", .. })));
        assert!(expected, "{error:?}");
    }

    async fn wrong_values_are_refused(t: TestDb) {
        let seed = t.seed().await;
        let wrong = [
            set("lease_seconds", json!(9), None),
            set("lease_seconds", json!(86_401), None),
            set("lease_seconds", json!("900"), None),
            set("lease_seconds", json!(900.5), None),
            set("lease_seconds", json!(null), Some("demo")),
            set("default_actor", json!("kim"), None),
            set("default_actor", json!("agent:coder"), None),
            set("default_project", json!(7), None),
        ];
        for set in wrong {
            let error = seed.board.run(seed.me, &set).await;
            assert!(matches!(error, Err(Error::Invalid { field: "value", .. })), "{set:?}: {error:?}");
        }
        let missing = [
            (set("default_actor", json!("user:nobody"), None), "user"),
            (set("default_project", json!("nothing"), None), "project"),
            (set("lease", json!(900), None), "setting"),
        ];
        for (set, expected) in missing {
            let error = seed.board.run(seed.me, &set).await;
            assert!(matches!(&error, Err(Error::NotFound { entity, .. }) if *entity == expected), "{set:?}: {error:?}");
        }
        let error = seed.board.run(seed.me, &set("default_project", json!("demo"), Some("demo"))).await;
        assert!(matches!(error, Err(Error::Invalid { field: "project", .. })), "{error:?}");
        assert!(board_settings::Entity::find().all(&seed.raw).await.expect("read").is_empty());
    }
}
