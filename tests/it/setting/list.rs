//! Listing settings.

use callboard_service::setting::{KEYS, ListSettings, SetSetting, Source};
use callboard_service::{Error, Ref};
use serde_json::json;
use support::{TestDb, both};

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
        ];
        assert_eq!(values[..4], expected);
        assert!(values[4..].iter().all(|(_, source)| *source == Source::Default), "{values:?}");
    }

    async fn of_a_project_are_those_that_it_may_have(t: TestDb) {
        let seed = t.seed().await;
        for (value, project) in [(json!(60), None), (json!(70), Some(Ref::from("demo")))] {
            let set = SetSetting { key: "lease_seconds".to_owned(), value, project };
            seed.board.run(seed.me, &set).await.expect("set");
        }
        let found = seed.board.read(&ListSettings { project: Some(Ref::from("demo")) }).await.expect("list");
        let found: Vec<_> = found.into_iter().map(|s| (s.key, s.value, s.project)).collect();
        let of_demo = |key: &str, value| (key.to_owned(), Some(json!(value)), Some("demo".to_owned()));
        assert_eq!(found[..2], [of_demo("lease_seconds", 70), of_demo("checkpoints_kept", 20)]);
        assert_eq!(found.len(), KEYS.iter().filter(|known| known.per_project).count());
        let error = seed.board.read(&ListSettings { project: Some(Ref::from("other")) }).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "project", .. })), "{error:?}");
    }
}
