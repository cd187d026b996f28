//! Editing sprints.

use callboard_service::entity::{SprintStatus, sprints};
use callboard_service::sprint::EditSprint;
use callboard_service::{Change, Conflict, Error};
use sea_orm::EntityTrait;
use serde_json::json;
use support::{TestDb, both};

both! {
    async fn every_field_can_be_changed_and_nothing_else_is(t: TestDb) {
        let seed = t.seed().await;
        let before = super::sprint(&seed, "1").await;
        let edit = EditSprint {
            code: Some("2".to_owned()),
            title: Some("Two".to_owned()),
            goal: Change::Set("Win".to_owned()),
            status: Some(SprintStatus::Active),
            starts_on: Change::Set("2026-01-01".parse().expect("a date")),
            ends_on: Change::Set("2026-01-14".parse().expect("a date")),
            metadata: Change::Set(json!({"a": 1})),
            ..EditSprint::new("sprint-1")
        };
        let after = seed.board.run(seed.me, &edit).await.expect("edit");
        let row = sprints::Entity::find_by_id(before.id).one(&seed.raw).await.expect("read").expect("a row");
        let expected = sprints::Model {
            code: "SPRINT-2".to_owned(),
            title: "Two".to_owned(),
            goal: Some("Win".to_owned()),
            status: SprintStatus::Active,
            starts_on: Some("2026-01-01".parse().expect("a date")),
            ends_on: Some("2026-01-14".parse().expect("a date")),
            metadata: Some(json!({"a": 1})),
            updated_at: row.updated_at,
            ..before
        };
        assert_eq!((&row, &after), (&expected, &expected));
        let clear = EditSprint { starts_on: Change::Clear, goal: Change::Clear, ..EditSprint::new("2") };
        let cleared = seed.board.run(seed.me, &clear).await.expect("clear");
        assert_eq!((cleared.starts_on, cleared.ends_on, &cleared.goal), (None, expected.ends_on, &None));
        assert_eq!(seed.board.run(seed.me, &clear).await.expect("nothing to do"), cleared);
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        super::sprint(&seed, "1").await;
        super::sprint(&seed, "2").await;
        let new = || EditSprint::new("1");
        let error = seed.board.run(seed.me, &EditSprint { code: Some("2".to_owned()), ..new() }).await;
        assert!(matches!(error, Err(Error::Conflict(Conflict::Exists { entity: "sprint", .. }))), "{error:?}");
        let start = EditSprint { starts_on: Change::Set("2026-01-02".parse().expect("a date")), ..new() };
        seed.board.run(seed.me, &start).await.expect("a first day");
        let bad = [
            (EditSprint { code: Some(String::new()), ..new() }, "sprint"),
            (EditSprint { title: Some(String::new()), ..new() }, "title"),
            (EditSprint { ends_on: Change::Set("2026-01-01".parse().expect("a date")), ..new() }, "ends_on"),
            (EditSprint { metadata: Change::Set(json!([])), ..new() }, "metadata"),
        ];
        for (edit, expected) in bad {
            let error = seed.board.run(seed.me, &edit).await;
            assert!(matches!(&error, Err(Error::Invalid { field, .. }) if *field == expected), "{expected}: {error:?}");
        }
        match seed.board.run(seed.me, &EditSprint::new("SPRINT-11")).await.expect_err("not there") {
            Error::NotFound { entity: "sprint", near, .. } => assert_eq!(near, ["SPRINT-1", "SPRINT-2"]),
            error => panic!("{error:?}"),
        }
    }
}
