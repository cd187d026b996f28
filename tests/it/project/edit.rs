//! Editing projects.

use callboard_service::entity::board_projects;
use callboard_service::project::EditProject;
use callboard_service::setting::{GetSetting, SetSetting};
use callboard_service::{Change, Conflict, Error};
use sea_orm::EntityTrait;
use serde_json::json;
use support::{TestDb, both};

use super::project;

both! {
    async fn every_field_can_be_changed_and_nothing_else_is(t: TestDb) {
        let seed = t.seed().await;
        let set = SetSetting { key: "default_project".to_owned(), value: json!("demo"), project: None };
        seed.board.run(seed.me, &set).await.expect("set");
        seed.item().await;
        let before = board_projects::Entity::find_by_id(seed.project.id).one(&seed.raw).await.expect("read");
        let before = before.expect("a row");
        let edit = EditProject {
            slug: Some("stage".to_owned()),
            name: Some("Stage".to_owned()),
            root_path: Change::Set("/srv/stage".to_owned()),
            metadata: Change::Set(json!({"a": 1})),
            ..EditProject::new("demo")
        };
        let after = seed.board.run(seed.me, &edit).await.expect("edit");
        let row = board_projects::Entity::find_by_id(before.id).one(&seed.raw).await.expect("read").expect("a row");
        let expected = board_projects::Model {
            slug: "stage".to_owned(),
            name: "Stage".to_owned(),
            root_path: Some("/srv/stage".to_owned()),
            metadata: Some(json!({"a": 1})),
            updated_at: row.updated_at,
            ..before
        };
        assert_eq!((&row, &after), (&expected, &expected));
        let get = GetSetting { key: "default_project".to_owned(), project: None };
        assert_eq!(seed.board.read(&get).await.expect("get").value, Some(json!("stage")));

        let clear = EditProject { root_path: Change::Clear, metadata: Change::Clear, ..EditProject::new("stage") };
        let cleared = seed.board.run(seed.me, &clear).await.expect("clear");
        assert_eq!((&cleared.root_path, &cleared.metadata), (&None, &None));
        let again = seed.board.run(seed.me, &clear).await.expect("nothing to do");
        assert_eq!(again, cleared);
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        seed.board.run(seed.me, &project("other", "OT")).await.expect("add");
        let new = || EditProject::new("demo");
        let error = seed.board.run(seed.me, &EditProject { slug: Some("other".to_owned()), ..new() }).await;
        assert!(matches!(error, Err(Error::Conflict(Conflict::Exists { entity: "project", .. }))), "{error:?}");
        let bad = [
            (EditProject { slug: Some("a b".to_owned()), ..new() }, "slug"),
            (EditProject { name: Some(String::new()), ..new() }, "name"),
            (EditProject { root_path: Change::Set("here".to_owned()), ..new() }, "root_path"),
            (EditProject { metadata: Change::Set(json!("x")), ..new() }, "metadata"),
        ];
        for (edit, expected) in bad {
            let error = seed.board.run(seed.me, &edit).await;
            assert!(matches!(&error, Err(Error::Invalid { field, .. }) if *field == expected), "{expected}: {error:?}");
        }
        let error = seed.board.run(seed.me, &EditProject::new("nothing")).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "project", .. })), "{error:?}");
    }
}
