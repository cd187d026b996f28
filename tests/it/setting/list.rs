//! Listing settings.

use callboard_service::setting::{KEYS, ListSettings, SetSetting, Source};
use callboard_service::{Error, Ref};
use serde_json::{Value, json};
use support::{TestDb, both};

fn stale_hours() -> Value {
    json!({"researcher": 12, "documenter": 8, "reviewer": 6, "tester": 16, "debugger": 24, "implementer": 48,
        "architect": 72, "default": 24})
}

fn cleanup_after_days() -> Value {
    json!({"completed": 90, "stale": 30, "failed": 60, "orphaned": 7})
}

fn retention_days() -> Value {
    json!({"completed": 90, "stale": 30, "failed": 60, "orphaned": 7, "health_metrics": 90, "maintenance_operations": 90})
}

both! {
    async fn every_setting_is_listed_as_it_counts(t: TestDb) {
        let seed = t.seed().await;
        let set = SetSetting { key: "default_project".to_owned(), value: json!("demo"), project: None };
        seed.board.run(seed.me, &set).await.expect("set");
        let board = seed.board.read(&ListSettings { project: None }).await.expect("list");
        let keys: Vec<&str> = board.iter().map(|setting| setting.key.as_str()).collect();
        assert_eq!(keys, KEYS.iter().map(|known| known.key).collect::<Vec<_>>());
        let values: Vec<_> = board.iter().map(|setting| (setting.value.clone(), setting.source)).collect();
        let expected = [
            (None, Source::Default),
            (Some(json!("demo")), Source::Board),
            (Some(json!(900)), Source::Default),
            (Some(json!(20)), Source::Default),
            (Some(stale_hours()), Source::Default),
            (Some(retention_days()), Source::Default),
            (Some(cleanup_after_days()), Source::Default),
            (Some(json!(72)), Source::Default),
        ];
        assert_eq!(values, expected);
    }

    async fn of_a_project_are_those_that_it_may_have(t: TestDb) {
        let seed = t.seed().await;
        for (value, project) in [(json!(60), None), (json!(70), Some(Ref::from("demo")))] {
            let set = SetSetting { key: "lease_seconds".to_owned(), value, project };
            seed.board.run(seed.me, &set).await.expect("set");
        }
        let found = seed.board.read(&ListSettings { project: Some(Ref::from("demo")) }).await.expect("list");
        let found: Vec<_> = found.into_iter().map(|s| (s.key, s.value, s.project)).collect();
        let of_demo = |key: &str, value| (key.to_owned(), Some(value), Some("demo".to_owned()));
        let expected = [
            of_demo("lease_seconds", json!(70)),
            of_demo("checkpoints_kept", json!(20)),
            of_demo("stale_hours", stale_hours()),
            of_demo("retention_days", retention_days()),
            of_demo("cleanup_after_days", cleanup_after_days()),
            of_demo("session_idle_hours", json!(72)),
        ];
        assert_eq!(found, expected);
        let error = seed.board.read(&ListSettings { project: Some(Ref::from("other")) }).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "project", .. })), "{error:?}");
    }
}
