//! The columns of automation: how they are given, changed and shown. What each does is tested where it does it.

use callboard_service::entity::WorkItemQualityGateLevel as Level;
use callboard_service::item::{AddItems, EditItem, ItemRef, NewItem, ShowItem};
use serde_json::json;
use support::{TestDb, both};

both! {
    async fn a_new_item_has_the_usual_ones_or_those_that_are_named(t: TestDb) {
        let seed = t.seed().await;
        let usual = seed.item().await;
        assert_eq!(
            (usual.prerequisite_satisfaction_required, usual.auto_maintenance_enabled, usual.quality_gate_level),
            (false, true, Level::Standard)
        );
        let own = NewItem {
            prerequisite_satisfaction_required: true,
            auto_maintenance_enabled: false,
            quality_gate_level: Level::Strict,
            ..NewItem::titled("own")
        };
        let own = seed.add(own).await;
        let row = seed.row(own.id).await;
        assert_eq!(
            (row.prerequisite_satisfaction_required, row.auto_maintenance_enabled, row.quality_gate_level),
            (true, false, Level::Strict)
        );
        let shown = seed.board.read(&ShowItem { item: own.id.into() }).await.expect("show");
        assert_eq!(shown.item, row);
        // As `item add --from` reads them.
        let read: NewItem = serde_json::from_value(json!({ "title": "x", "quality_gate_level": "enhanced" })).expect("an item");
        assert_eq!((read.quality_gate_level, read.auto_maintenance_enabled), (Level::Enhanced, true));
        assert!(serde_json::from_value::<NewItem>(json!({ "title": "x", "quality_gate_level": "basic" })).is_err());
    }

    async fn an_edit_changes_them_with_a_ledger_row(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let edit = EditItem {
            auto_maintenance_enabled: Some(false),
            quality_gate_level: Some(Level::Enhanced),
            prerequisite_satisfaction_required: Some(true),
            ..EditItem::new(item.id)
        };
        assert!(seed.must(&edit).await.changed);
        assert!(!seed.must(&edit).await.changed, "a repeat changes nothing");
        let row = seed.row(item.id).await;
        assert_eq!((row.auto_maintenance_enabled, row.quality_gate_level, row.revision), (false, Level::Enhanced, 1));
        let changes = seed.events(item.id).await.pop().expect("a row").data.expect("data")["changes"].clone();
        assert_eq!(changes["quality_gate_level"], json!(["standard", "enhanced"]));
        assert_eq!(changes["auto_maintenance_enabled"], json!([true, false]));
        assert_eq!(changes["prerequisite_satisfaction_required"], json!([false, true]));
        seed.must(&EditItem { title: Some("other".to_owned()), ..EditItem::new(item.id) }).await;
        assert_eq!(seed.row(item.id).await.quality_gate_level, Level::Enhanced, "what is not named stays");
    }

    async fn a_completion_counts_for_both(t: TestDb) {
        let seed = t.seed().await;
        let waits = |all| NewItem {
            prerequisite_satisfaction_required: all,
            prerequisites: vec![ItemRef::Index(0)],
            ..NewItem::titled("waits")
        };
        let added = seed.must(&AddItems { project: None, items: vec![NewItem::titled("first"), waits(true), waits(false)] }).await;
        assert_eq!(added.iter().map(|item| item.unmet_prerequisites).collect::<Vec<_>>(), [0, 1, 1]);
    }
}
