//! Lists of file operations.

use callboard_service::ErrorKind;
use callboard_service::Ref;
use callboard_service::entity::{FileOperationOperation as Kind, FileOperationVerificationStatus as Status};
use callboard_service::file::{ListFiles, TrackFiles};
use support::{TestDb, both};

use super::Files;

both! {
    async fn newest_first_by_what_they_are(t: TestDb) {
        let files = Files::new(&t).await;
        files.create("src/a.rs", "one").await;
        files.create("src/sub/b.rs", "one").await;
        files.create("src0", "one").await;
        files.create("100%_x", "one").await;
        files.rename("src0", "src/c.rs");
        files.track(Kind::Move, "src0", Some("src/c.rs")).await;
        let other = files.seed.item().await;
        files.write("src/a.rs", "two");
        files.track_for(&other, Kind::Modify, "src/a.rs", None).await;
        let list = |query: ListFiles| {
            let files = &files;
            async move {
                let page = files.seed.board.read(&query).await.expect("list");
                page.rows.iter().map(|row| format!("{} {}", row.operation.operation, row.operation.path)).collect::<Vec<_>>().join(", ")
            }
        };
        let all = "modify src/a.rs, move src0, create 100%_x, create src0, create src/sub/b.rs, create src/a.rs";
        assert_eq!(list(ListFiles::default()).await, all);
        assert_eq!(list(ListFiles { item: Some(Ref::Id(other.id)), ..ListFiles::default() }).await, "modify src/a.rs");
        assert_eq!(list(ListFiles { project: Some(Ref::from("demo")), ..ListFiles::default() }).await, all);
        let path = |path: &str| ListFiles { path: Some(path.to_owned()), ..ListFiles::default() };
        assert_eq!(list(path("src")).await, "modify src/a.rs, move src0, create src/sub/b.rs, create src/a.rs");
        assert_eq!(list(path("src/sub/")).await, "create src/sub/b.rs");
        assert_eq!(list(path("src/c.rs")).await, "move src0");
        assert_eq!((list(path("%")).await, list(path("sr_")).await, list(path("100%_x")).await), (String::new(), String::new(), "create 100%_x".to_owned()));
        let operations = ListFiles { operations: vec![Kind::Move, Kind::Modify], ..ListFiles::default() };
        assert_eq!(list(operations).await, "modify src/a.rs, move src0");
        let statuses = ListFiles { statuses: vec![Status::Superseded], ..ListFiles::default() };
        assert_eq!(list(statuses).await, "create src0, create src/a.rs");
        let page = files.seed.board.read(&ListFiles::default()).await.expect("list");
        assert_eq!((page.rows[0].item.as_str(), page.rows[0].actor.as_str()), (&*other.key, "user:kim"));
    }

    async fn pages_go_on_where_the_last_one_ended(t: TestDb) {
        let files = Files::new(&t).await;
        for number in 0..5 {
            files.create(&format!("f{number}"), "x").await;
        }
        let mut seen = Vec::new();
        let mut query = ListFiles { limit: Some(2), ..ListFiles::default() };
        loop {
            let page = files.seed.board.read(&query).await.expect("list");
            assert!(page.rows.len() <= 2);
            seen.extend(page.rows.into_iter().map(|row| row.operation.path));
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["f4", "f3", "f2", "f1", "f0"]);
        let few = t.statements(&files.seed.board, &ListFiles { limit: Some(1), ..ListFiles::default() }).await;
        assert_eq!(t.statements(&files.seed.board, &ListFiles::default()).await, few);
        for limit in [0, 501] {
            let error = files.seed.board.read(&ListFiles { limit: Some(limit), ..ListFiles::default() }).await.expect_err("the limit");
            assert_eq!(error.kind(), ErrorKind::Invalid);
        }
    }

    async fn of_an_assignment_and_of_names_that_are_not_there(t: TestDb) {
        let files = Files::new(&t).await;
        let agent = files.seed.agent("coder").await;
        let held = files.seed.work(&agent).await;
        files.create("other", "x").await;
        files.write("own", "x");
        let operations = vec![files.observe(Kind::Create, "own", None).await.expect("observe")];
        let verb = TrackFiles { assignment: Some(held.assignment), operations, ..TrackFiles::default() };
        files.seed.by(&agent, &verb).await.expect("track");
        let query = ListFiles { assignment: Some(held.assignment), ..ListFiles::default() };
        let page = files.seed.board.read(&query).await.expect("list");
        assert_eq!(page.rows.iter().map(|row| (row.operation.path.as_str(), row.actor.as_str())).collect::<Vec<_>>(), [("own", "agent:coder")]);
        for query in [
            ListFiles { item: Some(Ref::from("CB-99")), ..ListFiles::default() },
            ListFiles { project: Some(Ref::from("dmeo")), ..ListFiles::default() },
            ListFiles { session: Some(Ref::from("S-99")), ..ListFiles::default() },
        ] {
            assert_eq!(files.seed.board.read(&query).await.expect_err("unknown").kind(), ErrorKind::NotFound);
        }
    }
}
