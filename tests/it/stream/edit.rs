//! Changing a stream.

use callboard_service::entity::WorkStreamType;
use callboard_service::stream::{EditStream, ShowStream};
use callboard_service::{Conflict, Error, Ref};
use support::{TestDb, both};

use super::{filled, refused_where_nothing_is_done, stream};

both! {
    async fn what_is_named_changes_and_the_rest_stays(t: TestDb) {
        let seed = t.seed().await;
        let before = stream(&seed, "s").await;
        let edit = EditStream {
            slug: Some("t".to_owned()),
            stream_type: Some(WorkStreamType::Testing),
            guidance: Some(vec!["own".to_owned()]),
            ..EditStream::new("s")
        };
        let after = seed.must(&edit).await;
        assert_eq!((after.slug.as_str(), after.name.as_str(), after.stream_type), ("t", "Stream s", WorkStreamType::Testing));
        assert!(after.updated_at > before.updated_at && after.created_at == before.created_at);
        let shown = seed.board.read(&ShowStream { project: None, stream: Ref::from("t") }).await.expect("show");
        assert_eq!(shown.stream, after);
        assert_eq!(shown.guidance.last().map(String::as_str), Some("own"));
        let error = seed.board.read(&ShowStream { project: None, stream: Ref::from("s") }).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "stream", .. })), "{error:?}");
        let none = EditStream { guidance: Some(Vec::new()), ..EditStream::new("t") };
        assert_eq!(seed.must(&none).await.guidance, None);
        let unchanged = seed.must(&EditStream::new("t")).await;
        assert_eq!(unchanged.slug, "t");
    }

    async fn what_cannot_be_is_refused(t: TestDb) {
        let seed = t.seed().await;
        filled(&seed, 1).await;
        stream(&seed, "other").await;
        let error = seed.must_refuse(&EditStream { slug: Some("other".to_owned()), ..EditStream::new("s") }).await;
        assert!(matches!(error, Error::Conflict(Conflict::Exists { .. })), "{error}");
        let error = seed.must_refuse(&EditStream { name: Some(" ".to_owned()), ..EditStream::new("s") }).await;
        assert!(matches!(error, Error::Invalid { field: "name", .. }), "{error}");
        refused_where_nothing_is_done(&seed, &EditStream { name: Some("x".to_owned()), ..EditStream::new("s") }).await;
    }
}
