//! Listing sessions.

use callboard_service::assignment::Holder;
use callboard_service::entity::WorkSessionStatus as Status;
use callboard_service::session::{ListSessions, PushContext, StartSession, state::OPEN};
use callboard_service::{ErrorKind, Ref};
use support::{Seed, TestDb, both};

use super::{beside, end, of, pause, start, worked};

async fn listed(seed: &Seed, list: &ListSessions) -> Vec<String> {
    let page = seed.board.read(list).await.expect("list");
    page.rows.into_iter().map(|row| row.session.key).collect()
}

both! {
    async fn each_filter_keeps_its_own(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.board.run(seed.me, &crate::project::project("other", "OT")).await.expect("add");
        let other = StartSession { project: Some(Ref::from("other")), ..start("elsewhere") };
        seed.must(&other).await;
        let demo = |key: &str| StartSession { project: Some(Ref::from("demo")), ..beside(key) };
        for key in ["ended", "paused", "active"] {
            seed.must(&demo(key)).await;
        }
        seed.by(&agent, &demo("of-the-agent")).await.expect("start");
        seed.must(&end("ended")).await;
        seed.must(&pause("paused")).await;
        let all = ListSessions::default;
        assert_eq!(listed(&seed, &all()).await, ["of-the-agent", "active", "paused", "ended", "elsewhere"]);
        let of_other = ListSessions { project: Some(Ref::from("other")), ..all() };
        assert_eq!(listed(&seed, &of_other).await, ["elsewhere"]);
        let of_agent = ListSessions { holder: Some(Holder::Agent(Ref::from("coder"))), ..all() };
        assert_eq!(listed(&seed, &of_agent).await, ["of-the-agent"]);
        let of_kim = ListSessions { holder: Some(Holder::User(Ref::from("kim"))), status: OPEN.to_vec(), ..all() };
        assert_eq!(listed(&seed, &of_kim).await, ["active", "paused", "elsewhere"]);
        let over = ListSessions { status: vec![Status::Completed, Status::Abandoned], ..all() };
        assert_eq!(listed(&seed, &over).await, ["ended"]);
        let mut paged = ListSessions { limit: Some(3), ..all() };
        assert_eq!(listed(&seed, &paged).await.len(), 3);
        paged.after = seed.board.read(&paged).await.expect("list").next;
        assert_eq!(listed(&seed, &paged).await, ["ended", "elsewhere"]);
    }

    async fn each_comes_with_its_names_in_as_many_statements(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.item().await;
        let first = of(&seed, &agent, "first").await;
        seed.by(&agent, &PushContext { session: None, item: Ref::from("CB-1") }).await.expect("push");
        worked(&seed, first.id, 100).await;
        seed.must(&start("second")).await;
        let list = ListSessions { limit: Some(500), ..ListSessions::default() };
        let few = t.statements(&seed.board, &list).await;
        for n in 0..50 {
            seed.must(&beside(&format!("more-{n}"))).await;
        }
        assert_eq!(t.statements(&seed.board, &list).await, few);
        let rows = seed.board.read(&list).await.expect("list").rows;
        let (first, second) = (&rows[51], &rows[50]);
        assert_eq!((first.holder.as_deref(), second.holder.as_deref()), (Some("agent:coder"), Some("user:kim")));
        assert_eq!((first.project.as_deref(), first.item.as_deref(), second.item.as_deref()), (Some("demo"), Some("CB-1"), None));
        // What runs is counted beside what is stored.
        assert!(first.session.active_seconds == 0 && (100..110).contains(&first.worked_seconds), "{first:?}");
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        for limit in [0, 501] {
            let list = ListSessions { limit: Some(limit), ..ListSessions::default() };
            assert_eq!(seed.board.read(&list).await.expect_err("refused").kind(), ErrorKind::Invalid);
        }
        let nobody = ListSessions { holder: Some(Holder::Agent(Ref::from("nobody"))), ..ListSessions::default() };
        assert_eq!(seed.board.read(&nobody).await.expect_err("refused").kind(), ErrorKind::NotFound);
    }
}
