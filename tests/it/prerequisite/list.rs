//! Both directions of an item's edges.

use callboard_service::ErrorKind;
use callboard_service::entity::{TaskPrerequisiteStatus, WorkItemStatus as Status};
use callboard_service::prerequisite::{AddPrerequisite, ListPrerequisites, WaivePrerequisite};
use support::{TestDb, both};

both! {
    async fn what_it_waits_for_and_what_waits_for_it(t: TestDb) {
        let seed = t.seed().await;
        for _ in 0..5 {
            seed.item().await;
        }
        seed.put(seed.board.read(&callboard_service::item::ShowItem { item: "CB-1".into() }).await.expect("show").item.id,
            Status::Done).await;
        for (item, prerequisite) in [("CB-3", "CB-1"), ("CB-3", "CB-2"), ("CB-4", "CB-3"), ("CB-5", "CB-3")] {
            seed.run(AddPrerequisite::new(item, prerequisite)).await;
        }
        let waive = WaivePrerequisite { item: "CB-5".into(), prerequisite: "CB-3".into(), reason: "no".to_owned() };
        seed.run(waive).await;
        let found = seed.board.read(&ListPrerequisites { item: "CB-3".into() }).await.expect("list");
        let names = |edges: &[callboard_service::prerequisite::Edge]| {
            edges.iter().map(|e| (e.item.as_ref().map(|i| i.key.clone()), e.status)).collect::<Vec<_>>()
        };
        use TaskPrerequisiteStatus::{Pending, Satisfied, Waived};
        assert_eq!(names(&found.prerequisites), [(Some("CB-1".to_owned()), Satisfied), (Some("CB-2".to_owned()), Pending)]);
        assert_eq!(names(&found.dependents), [(Some("CB-4".to_owned()), Pending), (Some("CB-5".to_owned()), Waived)]);
        assert_eq!(found.dependents[1].waived_by.as_deref(), Some("user:kim"));
        let few = t.statements(&seed.board, &ListPrerequisites { item: "CB-4".into() }).await;
        assert_eq!(t.statements(&seed.board, &ListPrerequisites { item: "CB-3".into() }).await, few);
        assert!(few <= 3);
        let error = seed.board.read(&ListPrerequisites { item: "CB-9".into() }).await.expect_err("not there");
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
}
