//! Reading settings.

use callboard_service::setting::{GetSetting, SetSetting, Source};
use callboard_service::{Error, Ref};
use serde_json::json;
use support::{TestDb, both};

both! {
    async fn a_project_has_its_own_value_or_the_boards_or_the_default(t: TestDb) {
        let seed = t.seed().await;
        let get = GetSetting { key: "lease_seconds".to_owned(), project: Some(Ref::from("demo")) };
        for (set, expected) in [
            (None, (json!(900), Source::Default)),
            (Some((60, None)), (json!(60), Source::Board)),
            (Some((120, Some(Ref::from("demo")))), (json!(120), Source::Project)),
        ] {
            if let Some((seconds, project)) = set {
                let set = SetSetting { key: "lease_seconds".to_owned(), value: json!(seconds), project };
                seed.board.run(seed.me, &set).await.expect("set");
            }
            let found = seed.board.read(&get).await.expect("get");
            assert_eq!((found.value, found.source), (Some(expected.0), expected.1));
        }
        let board = GetSetting { key: "lease_seconds".to_owned(), project: None };
        assert_eq!(seed.board.read(&board).await.expect("get").value, Some(json!(60)));
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        let get = |key: &str, project: Option<&str>| GetSetting { key: key.to_owned(), project: project.map(Ref::from) };
        let error = seed.board.read(&get("lease_second", None)).await.expect_err("unknown");
        match error {
            Error::NotFound { entity: "setting", near, .. } => assert_eq!(near, ["lease_seconds"]),
            other => panic!("{other:?}"),
        }
        let error = seed.board.read(&get("default_actor", Some("demo"))).await;
        assert!(matches!(error, Err(Error::Invalid { field: "project", .. })), "{error:?}");
        let error = seed.board.read(&get("lease_seconds", Some("dmeo"))).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "project", .. })), "{error:?}");
    }
}
