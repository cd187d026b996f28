//! Commands that were run in a session.

use callboard_service::session::{PushContext, RecordCommand};
use callboard_service::{ErrorKind, Ref};
use serde_json::json;
use support::{TestDb, both};

use super::{events, pause, start};

fn command(text: &str, exit_code: Option<i64>) -> RecordCommand {
    RecordCommand { session: None, command: text.to_owned(), exit_code }
}

both! {
    async fn a_command_is_kept_with_its_end(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let id = seed.must(&start("day")).await.id;
        let begun = seed.must(&command("cargo run", None)).await;
        seed.must(&PushContext { session: None, item: Ref::Id(item.id) }).await;
        let failed = seed.must(&command("cargo test", Some(101))).await;
        let stored = events(&seed, id).await;
        assert_eq!((&stored[0], &stored[2]), (&begun, &failed));
        assert_eq!((begun.work_item_id, begun.data), (None, Some(json!({"command": "cargo run"}))));
        let kept = json!({"command": "cargo test", "exit_code": 101});
        assert_eq!((failed.work_item_id, failed.data, failed.seq), (Some(item.id), Some(kept), 3));
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        seed.must(&start("day")).await;
        for text in ["", " ", "\u{7}"] {
            assert_eq!(seed.must_refuse(&command(text, None)).await.kind(), ErrorKind::Invalid);
        }
        seed.must(&pause("day")).await;
        let named = RecordCommand { session: Some(Ref::from("day")), ..command("ls", None) };
        assert_eq!(seed.must_refuse(&named).await.kind(), ErrorKind::Conflict);
    }
}
