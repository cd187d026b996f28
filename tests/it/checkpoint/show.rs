//! Showing a checkpoint.

use callboard_service::checkpoint::{AddCheckpoint, ShowCheckpoint};
use callboard_service::{Error, Ref};
use serde_json::json;
use support::{TestDb, both};

both! {
    async fn the_newest_or_one_of_a_number(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        let mut written = Vec::new();
        for seq in 1..=2 {
            let data = Some(json!({"step": seq}));
            let add = AddCheckpoint { data, ..AddCheckpoint::of(Ref::Id(held.item.id), format!("step {seq}")) };
            written.push(seed.by(&agent, &add).await.expect("write").checkpoint);
        }
        let show = |seq| ShowCheckpoint { item: Ref::from(held.item.key.as_str()), seq };
        for (seq, expected) in [(None, &written[1]), (Some(1), &written[0]), (Some(2), &written[1])] {
            let found = seed.board.read(&show(seq)).await.expect("show");
            assert_eq!((&found.checkpoint, found.by.as_str()), (expected, "agent:coder"));
            assert_eq!(found.item, held.item.key);
        }
        let error = seed.board.read(&show(Some(3))).await.expect_err("it is not there");
        let name = format!("3 of {}", held.item.key);
        assert!(matches!(&error, Error::NotFound { entity: "checkpoint", name: found, .. } if *found == name), "{error}");
    }

    async fn none_at_all(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let error = seed.board.read(&ShowCheckpoint { item: Ref::Id(item.id), seq: None }).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "checkpoint", .. })), "{error:?}");
    }
}
