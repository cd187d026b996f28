//! Taking prerequisites away.

use callboard_service::ErrorKind;
use callboard_service::entity::{WorkItemStatus as Status, task_prerequisites};
use callboard_service::prerequisite::{AddPrerequisite, RemovePrerequisite};
use sea_orm::{EntityTrait, PaginatorTrait};
use support::{TestDb, both};
use uuid::Uuid;

fn remove(item: Uuid, prerequisite: Uuid) -> RemovePrerequisite {
    RemovePrerequisite { item: item.into(), prerequisite: prerequisite.into() }
}

both! {
    async fn the_item_waits_no_longer(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let (first, done, waits) = (seed.item().await, seed.item().await, seed.item().await);
        seed.put(done.id, Status::Done).await;
        for prerequisite in [first.id, done.id] {
            seed.run(AddPrerequisite::new(waits.id, prerequisite)).await;
        }
        let hint = AddPrerequisite { optional: true, ..AddPrerequisite::new(first.id, done.id) };
        seed.run(hint).await;
        seed.run(remove(waits.id, done.id)).await;
        assert_eq!(seed.row(waits.id).await.unmet_prerequisites, 1, "a met one was not counted");
        let removed = seed.run(remove(waits.id, first.id)).await;
        assert_eq!((removed.work_item_id, removed.prerequisite_id), (waits.id, Some(first.id)));
        assert_eq!(seed.row(waits.id).await.unmet_prerequisites, 0);
        seed.run(remove(first.id, done.id)).await;
        assert_eq!(seed.row(first.id).await.unmet_prerequisites, 0, "a hint was not counted");
        assert_eq!(task_prerequisites::Entity::find().count(&seed.raw).await.expect("count"), 0);
        let last = seed.events(waits.id).await.pop().expect("a ledger row");
        assert_eq!((last.kind.as_str(), &last.data.expect("data")["prerequisite"]), ("prerequisite_removed", &"CB-1".into()));
        assert_eq!(seed.claim(&agent).await.item.id, first.id);
        assert_eq!(seed.claim(&agent).await.item.id, waits.id);
        // And it may be the other way round now.
        seed.run(AddPrerequisite::new(first.id, waits.id)).await;
    }

    async fn what_is_not_there_is_named(t: TestDb) {
        let seed = t.seed().await;
        let (a, b) = (seed.item().await, seed.item().await);
        let (kind, text) = seed.refused(remove(a.id, b.id)).await;
        assert_eq!((kind, text.as_str()), (ErrorKind::NotFound, "there is no prerequisite 'CB-1 -> CB-2'"));
        assert_eq!(seed.row(a.id).await, a);
    }
}
