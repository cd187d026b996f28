//! What breaks a rule is refused before anything is locked: nobody waits for it, and it waits for nobody.

use std::time::Duration;

use callboard_service::agent::RegisterAgent;
use callboard_service::assignment::{Claim, Complete, CompleteAndClaim};
use callboard_service::{Actor, ErrorKind, OpenOptions, Ref, WriteLane};
use sea_orm::{ConnectionTrait, TransactionTrait};
use support::{Kind, TestDb, both};

both! {
    async fn bad_input_is_refused_while_another_one_writes(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.item().await;
        let assignment = seed.claim(&agent).await.assignment;
        let other = seed.raw.begin().await.expect("begin");
        other.execute_unprepared("UPDATE board_users SET name = name").await.expect("write");
        for lane in [WriteLane::default(), WriteLane::off()] {
            let busy_timeout = Duration::from_millis(200);
            let board = t.board_with(OpenOptions { lane, busy_timeout, ..OpenOptions::default() }).await;
            let me = Actor::agent(agent.id);
            let run = |complete| {
                let board = board.clone();
                async move { board.run(me, &complete).await.expect_err("it is refused").kind() }
            };
            let bad = Complete { assignment, notes: Some("x".repeat(2 << 20)), ..Complete::default() };
            let both = CompleteAndClaim { complete: bad.clone(), claim: Claim::one(Ref::Id(agent.id)) };
            assert_eq!(run(bad).await, ErrorKind::Invalid);
            assert_eq!(board.run(me, &both).await.expect_err("it is refused").kind(), ErrorKind::Invalid);
            let nameless = RegisterAgent::new("no slug");
            assert_eq!(board.run(me, &nameless).await.expect_err("it is refused").kind(), ErrorKind::Invalid);
            if t.kind() == Kind::Sqlite {
                // The control: what breaks no rule has to wait.
                assert_eq!(run(Complete { assignment, ..Complete::default() }).await, ErrorKind::Busy);
            }
        }
        other.rollback().await.expect("roll back");
    }
}
