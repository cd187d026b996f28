//! Creating a stream.

use callboard_service::entity::{WorkStreamStatus, WorkStreamType, work_streams};
use callboard_service::project::ArchiveProject;
use callboard_service::stream::CreateStream;
use callboard_service::{Conflict, Error, Ref};
use sea_orm::EntityTrait;
use support::{TestDb, both};

use super::{new, stream};

both! {
    async fn a_stream_is_open_and_empty(t: TestDb) {
        let seed = t.seed().await;
        let create = CreateStream {
            stream_type: WorkStreamType::Documentation,
            guidance: vec!["one page a command".to_owned()],
            ..new("manual")
        };
        let created = seed.must(&create).await;
        let row = work_streams::Entity::find_by_id(created.id).one(&seed.raw).await.expect("read").expect("a row");
        assert_eq!(row, created);
        assert_eq!((row.slug.as_str(), row.status, row.project_id), ("manual", WorkStreamStatus::Open, seed.project.id));
        assert_eq!(row.guidance, Some(serde_json::json!(["one page a command"])));
    }

    async fn what_breaks_a_rule_is_refused(t: TestDb) {
        let seed = t.seed().await;
        stream(&seed, "s").await;
        let error = seed.must_refuse(&new("s")).await;
        assert!(matches!(&error, Error::Conflict(Conflict::Exists { entity: "stream", name }) if name == "s"), "{error}");
        let lines = |count: usize| vec!["x".to_owned(); count];
        for (bad, field) in [
            (new("Not A Slug"), "slug"),
            (CreateStream { name: String::new(), ..new("a") }, "name"),
            (CreateStream { guidance: lines(51), ..new("a") }, "guidance"),
            (CreateStream { guidance: vec!["two\nlines".to_owned()], ..new("a") }, "guidance"),
        ] {
            let error = seed.must_refuse(&bad).await;
            assert!(matches!(error, Error::Invalid { field: found, .. } if found == field), "{field}: {error}");
        }
        let error = seed.must_refuse(&CreateStream { project: Some(Ref::from("nowhere")), ..new("a") }).await;
        assert!(matches!(error, Error::NotFound { entity: "project", .. }), "{error}");
        seed.must(&ArchiveProject { project: Ref::from("demo"), reason: None }).await;
        let error = seed.must_refuse(&new("a")).await;
        assert!(matches!(error, Error::Conflict(Conflict::Inactive { entity: "project", .. })), "{error}");
    }

    async fn a_slug_is_unique_in_its_project_only(t: TestDb) {
        let seed = t.seed().await;
        stream(&seed, "s").await;
        seed.must(&crate::project::project("other", "OT")).await;
        seed.must(&CreateStream { project: Some(Ref::from("other")), ..new("s") }).await;
        let show = |project| callboard_service::stream::ShowStream { project, stream: Ref::from("s") };
        let error = seed.board.read(&show(None)).await;
        assert!(matches!(error, Err(Error::Invalid { field: "stream", .. })), "{error:?}");
        let found = seed.board.read(&show(Some(Ref::from("other")))).await.expect("show");
        assert_eq!(found.project, "other");
    }
}
