//! Taking settings back.

use callboard_service::entity::board_settings;
use callboard_service::setting::{SetSetting, Source, UnsetSetting};
use callboard_service::{Error, Ref};
use sea_orm::EntityTrait;
use serde_json::json;
use support::{TestDb, both};

both! {
    async fn what_lies_under_it_counts_again(t: TestDb) {
        let seed = t.seed().await;
        let demo = || Some(Ref::from("demo"));
        for (value, project) in [(json!(60), None), (json!(70), demo())] {
            let set = SetSetting { key: "lease_seconds".to_owned(), value, project };
            seed.board.run(seed.me, &set).await.expect("set");
        }
        for (project, expected) in [(demo(), (json!(60), Source::Board)), (None, (json!(900), Source::Default))] {
            let unset = UnsetSetting { key: "lease_seconds".to_owned(), project };
            let left = seed.board.run(seed.me, &unset).await.expect("unset");
            assert_eq!((left.value, left.source), (Some(expected.0), expected.1));
        }
        assert!(board_settings::Entity::find().all(&seed.raw).await.expect("read").is_empty());
    }

    async fn what_is_not_set_cannot_be_taken_back(t: TestDb) {
        let seed = t.seed().await;
        for (key, expected) in [("lease_seconds", "value of setting"), ("lease", "setting")] {
            let error = seed.board.run(seed.me, &UnsetSetting { key: key.to_owned(), project: None }).await;
            assert!(matches!(&error, Err(Error::NotFound { entity, .. }) if *entity == expected), "{error:?}");
        }
    }
}
