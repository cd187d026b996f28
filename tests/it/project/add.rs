//! Adding projects.

use callboard_service::entity::{ProjectStatus, board_projects};
use callboard_service::item::{AddItems, NewItem};
use callboard_service::project::{AddProject, ArchiveProject};
use callboard_service::{Conflict, Error, Ref};
use sea_orm::EntityTrait;
use serde_json::json;
use support::{TestDb, both};

pub(crate) fn project(slug: &str, prefix: &str) -> AddProject {
    AddProject {
        slug: slug.to_owned(),
        name: format!("Project {slug}"),
        key_prefix: prefix.to_owned(),
        ..AddProject::default()
    }
}

both! {
    async fn a_project_numbers_its_own_items(t: TestDb) {
        let seed = t.seed().await;
        let full = AddProject {
            name: "Zweites — 二".to_owned(),
            root_path: Some("/srv/zwei te".to_owned()),
            metadata: Some(json!({"team": ["a", "b"]})),
            ..project("second", "X2")
        };
        let added = seed.board.run(seed.me, &full).await.expect("add");
        let row = board_projects::Entity::find_by_id(added.id).one(&seed.raw).await.expect("read").expect("a row");
        assert_eq!(row, added);
        assert_eq!((row.status, row.next_item_number, row.next_decision_number), (ProjectStatus::Active, 1, 1));
        assert_eq!((row.name, row.metadata), (full.name, full.metadata));

        let items = AddItems { project: Some(Ref::from("second")), items: vec![NewItem::titled("a"), NewItem::titled("b")] };
        let items = seed.board.run(seed.me, &items).await.expect("add items");
        assert_eq!(items.iter().map(|item| item.key.as_str()).collect::<Vec<_>>(), ["X2-1", "X2-2"]);
    }

    async fn a_slug_and_a_prefix_are_taken_once_also_by_archived_projects(t: TestDb) {
        let seed = t.seed().await;
        let archive = ArchiveProject { project: Ref::from("demo"), reason: None };
        for _ in 0..2 {
            for (again, taken) in [(project("demo", "XX"), ("project", "demo")), (project("xx", "CB"), ("key prefix", "CB"))] {
                match seed.board.run(seed.me, &again).await.expect_err("taken") {
                    Error::Conflict(Conflict::Exists { entity, name }) => assert_eq!((entity, name.as_str()), taken),
                    other => panic!("{other:?}"),
                }
            }
            seed.board.run(seed.me, &archive).await.expect("archive");
        }
    }

    async fn bad_input_is_refused(t: TestDb) {
        let seed = t.seed().await;
        for prefix in ["", "C", "cb", "1C", "C-B", "ABCDEFGHIJK", "ÄB", "C B"] {
            let error = seed.board.run(seed.me, &project("new", prefix)).await;
            assert!(matches!(error, Err(Error::Invalid { field: "key_prefix", .. })), "{prefix:?}: {error:?}");
        }
        let new = || project("new", "NEW");
        let path = |path: &str| AddProject { root_path: Some(path.to_owned()), ..new() };
        let bad = [
            (project("New", "NEW"), "slug"),
            (AddProject { name: "\n".to_owned(), ..new() }, "name"),
            (path("relative/path"), "root_path"),
            (path("/a\nb"), "root_path"),
            (path(&format!("/{}", "x".repeat(4096))), "root_path"),
            (AddProject { metadata: Some(json!([])), ..new() }, "metadata"),
        ];
        for (add, expected) in bad {
            let error = seed.board.run(seed.me, &add).await;
            assert!(matches!(&error, Err(Error::Invalid { field, .. }) if *field == expected), "{expected}: {error:?}");
        }
        assert_eq!(board_projects::Entity::find().all(&seed.raw).await.expect("read").len(), 1);
        seed.board.run(seed.me, &project("longest", "ABCDEFGHI0")).await.expect("ten characters");
    }
}
