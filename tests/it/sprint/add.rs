//! Adding sprints.

use callboard_service::entity::{SprintStatus, sprints};
use callboard_service::project::ArchiveProject;
use callboard_service::sprint::{AddSprint, ShowSprint, normal_code};
use callboard_service::{Conflict, Error, Ref};
use chrono::NaiveDate;
use sea_orm::EntityTrait;
use serde_json::json;
use support::{TestDb, both, plain};

fn day(text: &str) -> Option<NaiveDate> {
    Some(text.parse().expect("a date"))
}

fn add(code: &str) -> AddSprint {
    AddSprint { code: code.to_owned(), title: "A sprint".to_owned(), ..AddSprint::default() }
}

plain! {
    fn codes_are_written_one_way() {
        for code in ["62", "sprint-62", "Sprint 62", " SPRINT-62 ", "sprint - 62", "SPRINT--62"] {
            assert_eq!(normal_code(code).expect("a code"), "SPRINT-62", "{code:?}");
        }
        for (code, expected) in [("2026 q3", "2026-Q3"), ("v1.2_b", "V1.2_B"), ("grün", "GRÜN")] {
            assert_eq!(normal_code(code).expect("a code"), expected);
        }
        for code in ["", "  ", "-", "a/b", "a\u{7}", &"x".repeat(65)] {
            assert!(matches!(normal_code(code), Err(Error::Invalid { field: "sprint", .. })), "{code:?}");
        }
    }
}

both! {
    async fn a_sprint_is_stored_whole_and_found_by_any_spelling(t: TestDb) {
        let seed = t.seed().await;
        let full = AddSprint {
            title: "Größer".to_owned(),
            goal: Some("Ship\nit".to_owned()),
            starts_on: day("2026-02-28"),
            ends_on: day("2026-02-28"),
            metadata: Some(json!({"room": 4})),
            ..add("sprint 62")
        };
        let added = seed.board.run(seed.me, &full).await.expect("add");
        let row = sprints::Entity::find_by_id(added.id).one(&seed.raw).await.expect("read").expect("a row");
        assert_eq!(row, added);
        assert_eq!((row.code.as_str(), row.status), ("SPRINT-62", SprintStatus::Planning));
        assert_eq!((row.starts_on, row.ends_on, &row.goal), (full.starts_on, full.ends_on, &full.goal));
        for spelling in ["62", "sprint-62", "Sprint 62"] {
            let show = ShowSprint { project: None, sprint: Ref::from(spelling) };
            assert_eq!(seed.board.read(&show).await.expect("found").sprint, row);
        }
    }

    async fn a_code_is_taken_once_a_project(t: TestDb) {
        let seed = t.seed().await;
        let other = crate::project::project("other", "OT");
        seed.board.run(seed.me, &other).await.expect("add");
        let of = |project: &str, code: &str| AddSprint { project: Some(Ref::from(project)), ..add(code) };
        seed.board.run(seed.me, &of("demo", "1")).await.expect("add");
        seed.board.run(seed.me, &of("other", "sprint-1")).await.expect("another project");
        match seed.board.run(seed.me, &of("demo", "SPRINT 1")).await.expect_err("taken") {
            Error::Conflict(Conflict::Exists { entity: "sprint", name }) => assert_eq!(name, "SPRINT-1"),
            error => panic!("{error:?}"),
        }
        let show = ShowSprint { project: None, sprint: Ref::from("1") };
        let error = seed.board.read(&show).await;
        assert!(matches!(error, Err(Error::Invalid { field: "sprint", .. })), "{error:?}");
        let show = ShowSprint { project: Some(Ref::from("other")), ..show };
        seed.board.read(&show).await.expect("named with its project");
    }

    async fn bad_input_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let bad = [
            (add("a/b"), "sprint"),
            (AddSprint { title: " ".to_owned(), ..add("1") }, "title"),
            (AddSprint { goal: Some("\u{0}".to_owned()), ..add("1") }, "goal"),
            (AddSprint { starts_on: day("2026-03-02"), ends_on: day("2026-03-01"), ..add("1") }, "ends_on"),
            (AddSprint { starts_on: day("2026-01-01"), ends_on: day("2027-01-02"), ..add("1") }, "ends_on"),
            (AddSprint { metadata: Some(json!(1)), ..add("1") }, "metadata"),
        ];
        for (add, expected) in bad {
            let error = seed.board.run(seed.me, &add).await;
            assert!(matches!(&error, Err(Error::Invalid { field, .. }) if *field == expected), "{expected}: {error:?}");
        }
        let error = seed.board.run(seed.me, &AddSprint { project: Some(Ref::from("nothing")), ..add("1") }).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "project", .. })), "{error:?}");
        seed.board.run(seed.me, &ArchiveProject { project: Ref::from("demo"), reason: None }).await.expect("archive");
        let error = seed.board.run(seed.me, &AddSprint { project: Some(Ref::from("demo")), ..add("1") }).await;
        assert!(matches!(error, Err(Error::Conflict(Conflict::Inactive { entity: "project", .. }))), "{error:?}");
        assert!(sprints::Entity::find().all(&seed.raw).await.expect("read").is_empty());
    }
}
