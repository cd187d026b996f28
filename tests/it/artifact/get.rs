//! Getting contents back.

use callboard_service::artifact::{ArtifactName, GetArtifact};
use callboard_service::{Error, FileProblem};
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use support::{TestDb, both};

use super::{Store, bytes};

both! {
    async fn what_was_added_comes_back_byte_by_byte(t: TestDb) {
        let store = Store::new(&t).await;
        let contents = [Vec::new(), b"abc\r\n\xc3\xa4".to_vec(), bytes(1, 1), bytes(2, 600_000), vec![b'x'; 65_537]];
        for (number, content) in contents.iter().enumerate() {
            store.add("a", content).await;
            let name = ArtifactName { version: Some(number as i64 + 1), ..ArtifactName::of(store.item.id, "a") };
            assert_eq!(&read(&store, name).await.expect("read"), content);
        }
        let newest = ArtifactName::of(store.item.id, "a");
        assert_eq!(read(&store, newest).await.expect("read"), contents[4]);
    }

    async fn what_is_not_what_was_added_is_an_error(t: TestDb) {
        let store = Store::new(&t).await;
        let (text, file) = (store.add("text", b"abc").await.artifact, store.add("file", &bytes(1, 300_000)).await.artifact);
        let path = store.path(&file.content_hash);
        let whole = std::fs::read(&path).expect("read the content");
        let problem = |error: Error| match error {
            Error::File { problem, .. } => problem,
            other => panic!("another error: {other}"),
        };
        let name = || ArtifactName::of(store.item.id, "file");
        for damage in [&whole[1..], &[&whole[..], b"x"].concat(), b"", &[&[1], &whole[1..]].concat()] {
            std::fs::write(&path, damage).expect("damage");
            let found = problem(read(&store, name()).await.expect_err("damaged"));
            assert!(matches!(found, FileProblem::Altered { .. }), "{found}");
        }
        std::fs::remove_file(&path).expect("remove");
        let found = problem(read(&store, name()).await.expect_err("gone"));
        assert_eq!(found, FileProblem::ContentGone);

        let altered = callboard_service::entity::board_artifacts::ActiveModel {
            id: Set(text.id),
            content: Set(Some("abd".to_owned())),
            ..Default::default()
        };
        callboard_service::entity::board_artifacts::Entity::update(altered).exec(&store.seed.raw).await.expect("alter");
        let found = problem(read(&store, ArtifactName::of(store.item.id, "text")).await.expect_err("altered"));
        assert!(matches!(found, FileProblem::Altered { .. }), "{found}");
    }
}

async fn read(store: &Store, artifact: ArtifactName) -> Result<Vec<u8>, Error> {
    let mut content = store.seed.board.read(&GetArtifact { artifact }).await?.open()?;
    let (mut buffer, mut whole) = (vec![0; 100_000], Vec::new());
    loop {
        match content.next(&mut buffer)? {
            0 => return Ok(whole),
            read => whole.extend_from_slice(&buffer[..read]),
        }
    }
}
