//! What a run looks at: the project, a session's items, one item.

use callboard_service::entity::MaintenanceOperationValidationLevel as Level;
use callboard_service::item::NewItem;
use callboard_service::maintenance::{ScanCleanup, Scope};
use callboard_service::session::StartSession;
use callboard_service::{Error, Ref};
use chrono::TimeDelta;
use support::{TestDb, both};

use super::{cleanup, idle, runs, scan, told};

both! {
    async fn only_what_is_in_it_is_looked_at(t: TestDb) {
        let seed = t.seed().await;
        seed.project("other", "OT").await;
        let agent = seed.agent("coder").await;
        let here = [seed.work(&agent).await, seed.work(&agent).await];
        let there = seed.add_all_in("other", vec![NewItem::titled("far")]).await.remove(0);
        let far = seed.claim(&agent).await;
        assert_eq!(far.item.id, there.id);
        for item in [here[0].item.id, here[1].item.id, there.id] {
            idle(&seed, item, TimeDelta::hours(49)).await;
        }
        let line = |key: &str| format!("stale_assignment {key} reported");
        let ask = |project: Option<&str>, scope: Scope| ScanCleanup {
            project: project.map(Ref::from),
            scope,
            ..cleanup(Level::Basic)
        };
        let own = seed.row(here[0].item.id).await.project_id;
        let full = ScanCleanup { project: Some(Ref::Id(own)), ..cleanup(Level::Basic) };
        assert_eq!(told(&scan(&seed, &full).await.findings), here.each_ref().map(|held| line(&held.item.key)));
        assert_eq!(told(&scan(&seed, &ask(Some("other"), Scope::FullProject)).await.findings), [line(&there.key)]);
        let one = ask(None, Scope::Item(Ref::Id(here[1].item.id)));
        assert_eq!(told(&scan(&seed, &one).await.findings), [line(&here[1].item.key)]);
        let row = runs(&seed).await.pop().expect("a run");
        assert_eq!((row.target_id, row.project_id), (Some(here[1].item.id), Some(own)));

        // A session has the items on its stack, and those that it changed.
        let start = StartSession { item: Some(Ref::Id(here[0].item.id)), project: Some(Ref::Id(own)), ..StartSession::default() };
        let session = seed.must(&start).await;
        assert_eq!(told(&scan(&seed, &ask(None, Scope::CurrentSession(None))).await.findings), [line(&here[0].item.key)]);
        let inside = seed.in_session(session.id).await;
        inside.must(&callboard_service::item::CommentOnItem { item: here[1].item.id.into(), text: "seen".into() }).await;
        idle(&seed, here[1].item.id, TimeDelta::hours(49)).await;
        let by_name = ask(None, Scope::CurrentSession(Some(Ref::Name(session.key.clone()))));
        assert_eq!(told(&scan(&seed, &by_name).await.findings).len(), 2);
        assert_eq!(runs(&seed).await.pop().expect("a run").session_id, Some(session.id));
    }

    async fn what_is_of_another_project_is_refused_and_writes_nothing(t: TestDb) {
        let seed = t.seed().await;
        seed.project("other", "OT").await;
        let there = seed.add_all_in("other", vec![NewItem::titled("far")]).await.remove(0);
        let item = seed.item().await;
        let own = seed.row(item.id).await.project_id;
        let start = StartSession { project: Some(Ref::from("other")), ..StartSession::default() };
        seed.must(&start).await;
        for (scope, field) in [(Scope::Item(Ref::Id(there.id)), "item"), (Scope::CurrentSession(None), "session")] {
            let ask = ScanCleanup { project: Some(Ref::Id(own)), scope, ..cleanup(Level::Basic) };
            let error = seed.board.maintain(seed.me, &ask, &|_| {}).await.expect_err("another project");
            let Error::Invalid { field: found, rule, .. } = &error else { panic!("{error}") };
            assert!(*found == field && rule.contains("'other'"), "{error}");
        }
        let nobody = ScanCleanup { scope: Scope::Item(Ref::from("T-99")), ..cleanup(Level::Basic) };
        let error = seed.board.maintain(seed.me, &nobody, &|_| {}).await.expect_err("no item");
        assert!(matches!(error, Error::NotFound { entity: "item", .. }), "{error}");
        assert_eq!(runs(&seed).await.len(), 0);
    }

    async fn a_session_that_nobody_has(t: TestDb) {
        let seed = t.seed().await;
        let ask = ScanCleanup { scope: Scope::CurrentSession(None), ..cleanup(Level::Basic) };
        let error = seed.board.maintain(seed.me, &ask, &|_| {}).await.expect_err("no session");
        assert!(matches!(error, Error::NotFound { .. }), "{error}");
    }
}
