//! Lists of streams.

use callboard_service::entity::{WorkStreamStatus, WorkStreamType};
use callboard_service::stream::{CloseStream, CreateStream, ListStreams};
use callboard_service::{Error, Ref};
use support::{TestDb, both};

use super::{filled, new};

both! {
    async fn the_newest_first_with_their_items(t: TestDb) {
        let seed = t.seed().await;
        filled(&seed, 2).await;
        seed.must(&CreateStream { stream_type: WorkStreamType::Testing, ..new("t") }).await;
        seed.must(&CloseStream { project: None, stream: Ref::from("t") }).await;
        let ask = async |list: ListStreams| {
            let page = seed.board.read(&list).await.expect("list");
            page.rows.iter().map(|row| (row.stream.slug.clone(), row.counts.total)).collect::<Vec<_>>()
        };
        let (s, closed) = (("s".to_owned(), 2), ("t".to_owned(), 0));
        assert_eq!(ask(ListStreams::default()).await, [&closed, &s].map(Clone::clone));
        assert_eq!(ask(ListStreams { status: Some(WorkStreamStatus::Open), ..ListStreams::default() }).await, std::slice::from_ref(&s));
        assert_eq!(ask(ListStreams { types: vec![WorkStreamType::Testing], ..ListStreams::default() }).await, [closed]);
        let first = seed.board.read(&ListStreams { limit: Some(1), ..ListStreams::default() }).await.expect("list");
        assert_eq!((first.rows.len(), first.rows[0].project.as_str()), (1, "demo"));
        assert_eq!(ask(ListStreams { after: first.next, ..ListStreams::default() }).await, [s]);
        let error = seed.board.read(&ListStreams { limit: Some(0), ..ListStreams::default() }).await;
        assert!(matches!(error, Err(Error::Invalid { field: "limit", .. })), "{error:?}");
        let error = seed.board.read(&ListStreams { project: Some(Ref::from("x")), ..ListStreams::default() }).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "project", .. })), "{error:?}");
    }
}
