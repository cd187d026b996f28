//! Callers that go away, panic or wait for something else.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use callboard_service::{Actor, ErrorKind, OpenOptions};
use sea_orm::ConnectionTrait;
use support::{TestDb, on_sqlite};

use super::{
    Here, Turn, assert_consistent, assignments, claim, counts, fails, normal, spawn, spawn_claim, stocked, together,
};

on_sqlite! {
    /// What was begun is committed, though nobody hears of it: the key gives the claim back.
    why: "PostgreSQL has no write lane, whose verbs go on without their callers";
    async fn who_went_away_gets_its_claim_by_its_key(t: TestDb) {
        let (seed, agent) = stocked(&t, 3).await;
        let claimed = leave_in_the_middle(&seed, &agent, Some("k1")).await;
        let again = seed.board.run_once(Actor::agent(agent.id), "k1", &claim(&agent)).await.expect("a repeat");
        assert_eq!(again.claimed.iter().map(|c| c.assignment).collect::<Vec<_>>(), [claimed]);
        assert_eq!(assignments(&seed).await.len(), 1, "it was not claimed again");
    }

    /// Without a key the claim is lost when its lease runs out, and the item is there for others.
    why: "PostgreSQL has no write lane, whose verbs go on without their callers";
    async fn without_a_key_the_lease_gives_the_item_back(t: TestDb) {
        let (seed, agent) = stocked(&t, 1).await;
        let claimed = leave_in_the_middle(&seed, &agent, None).await;
        seed.try_claim(&agent).await.expect_err("it is held");
        seed.lapse(claimed).await;
        assert_eq!(seed.expire().await.expired.len(), 1);
        seed.end_backoffs().await;
        let other = seed.try_claim(&agent).await.expect("it is there again");
        assert_ne!(other.assignment, claimed);
    }

    /// What was not begun never is.
    why: "PostgreSQL has no write lane, whose verbs wait in a queue";
    async fn who_goes_away_before_its_turn_claims_nothing(t: TestDb) {
        let (seed, agent) = stocked(&t, 3).await;
        let turn = Turn::take(&seed.board).await;
        let gone = spawn_claim(&seed.board, &agent);
        while counts(&seed.board).waiting < 1 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        gone.abort();
        gone.await.expect_err("it was aborted");
        let stays = spawn_claim(&seed.board, &agent);
        let answers = together(&seed.board, vec![stays], turn).await;
        assert_eq!(answers.into_iter().map(|a| a.expect("claim").claimed.len()).collect::<Vec<_>>(), [1]);
        assert_eq!((assignments(&seed).await.len(), counts(&seed.board).skipped), (1, 1));
    }

    why: "PostgreSQL has no write lane, whose verbs share a thread";
    async fn a_panic_is_its_own_callers_alone(t: TestDb) {
        let (seed, agent) = stocked(&t, 20).await;
        seed.sql("CREATE TABLE app_counts (n integer)").await;
        for options in [OpenOptions::default(), normal()] {
            let board = t.board_with(options).await;
            for round in 0..3 {
                let turn = Turn::take(&board).await;
                let panics = Here::new(|tx| Box::pin(async move {
                    tx.connection().execute_unprepared("INSERT INTO app_counts VALUES (1)").await?;
                    fails()
                }));
                let bad = spawn(&board, seed.me, panics.clone());
                let good = (0..3).map(|_| spawn_claim(&board, &agent)).collect::<Vec<_>>();
                while counts(&board).waiting < 4 {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                turn.let_go().await;
                for call in good {
                    assert_eq!(call.await.expect("no panic of its own").expect("claim").claimed.len(), 1, "round {round}");
                }
                assert!(bad.await.expect_err("it panicked").is_panic());
                // Alone, on whichever thread.
                assert!(spawn(&board, seed.me, panics).await.expect_err("it panicked").is_panic());
            }
            assert_eq!(counts(&board).elsewhere, 0);
        }
        let rows = sea_orm::Statement::from_string(seed.raw.get_database_backend(), "SELECT n FROM app_counts");
        assert!(seed.raw.query_all_raw(rows).await.expect("read").is_empty(), "what it wrote is taken back");
        assert_consistent(&seed).await;
    }

    /// It is taken back and done where it may wait: once, and whole.
    why: "PostgreSQL has no write lane, which must not wait";
    async fn a_verb_that_waits_for_something_else_is_done_elsewhere(t: TestDb) {
        let (seed, _) = stocked(&t, 1).await;
        seed.sql("CREATE TABLE app_counts (n integer)").await;
        let runs = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&runs);
        let waits = Here::new(move |tx| {
            count.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move {
                tx.connection().execute_unprepared("INSERT INTO app_counts VALUES (1)").await?;
                tokio::time::sleep(Duration::from_millis(5)).await;
                Ok(())
            })
        });
        for options in [OpenOptions::default(), normal()] {
            let board = t.board_with(options).await;
            board.run(seed.me, &waits).await.expect("it is done");
            assert_eq!(board.lane_counts().expect("a lane").verbs, 1);
        }
        let rows = sea_orm::Statement::from_string(seed.raw.get_database_backend(), "SELECT n FROM app_counts");
        assert_eq!(seed.raw.query_all_raw(rows).await.expect("read").len(), 2, "each once");
        assert_eq!(runs.load(Ordering::SeqCst), 4, "tried on the lane, done on the other connection");
    }

    /// A verb that ends the group's transaction would take the others' work with it.
    why: "PostgreSQL has no write lane, whose verbs share a transaction";
    async fn a_verb_cannot_end_the_groups_transaction(t: TestDb) {
        let (seed, agent) = stocked(&t, 8).await;
        for sql in ["COMMIT", " rollback", "/* x */ END", "SELECT 1; COMMIT", "RELEASE callboard_1"] {
            let turn = Turn::take(&seed.board).await;
            let before = counts(&seed.board);
            let runs = Arc::new(AtomicUsize::new(0));
            let ends = Here::new(move |tx| {
                let on_lane = runs.fetch_add(1, Ordering::SeqCst) == 0;
                Box::pin(async move {
                    if on_lane {
                        // Even a verb that makes nothing of being refused.
                        tx.connection().execute_unprepared(sql).await.expect_err("it is refused");
                    }
                    Ok(())
                })
            });
            let bad = spawn(&seed.board, seed.me, ends);
            let good = spawn_claim(&seed.board, &agent);
            let good = tokio::spawn(async move { good.await.expect("it ends").map(|_| ()) });
            let waiting = [good, bad];
            while counts(&seed.board).waiting < 2 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            turn.let_go().await;
            for call in waiting {
                call.await.expect("it ends").expect("claim");
            }
            let after = counts(&seed.board);
            assert_eq!((after.groups - before.groups, after.elsewhere - before.elsewhere), (1, 1), "{sql}");
        }
        assert_eq!(assignments(&seed).await.len(), 5);
        assert_consistent(&seed).await;
    }

    why: "PostgreSQL has no write lane, whose verbs wait in a queue";
    async fn whose_turn_does_not_come_is_told_so_in_time(t: TestDb) {
        let (seed, agent) = stocked(&t, 3).await;
        let patience = Duration::from_millis(300);
        let board = t.board_with(OpenOptions { busy_timeout: patience, ..normal() }).await;
        let turn = Turn::take(&board).await;
        let begun = Instant::now();
        let error = board.run(Actor::agent(agent.id), &claim(&agent)).await.expect_err("somebody else writes");
        assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
        assert!(begun.elapsed() >= patience, "{:?}", begun.elapsed());
        turn.let_go().await;
        board.run(Actor::agent(agent.id), &claim(&agent)).await.expect("the way is free");
        assert_eq!(assignments(&seed).await.len(), 1, "what was told to have failed is not done later");
    }

    why: "PostgreSQL has no write lane that could be closed";
    async fn a_closed_board_answers(t: TestDb) {
        let (seed, agent) = stocked(&t, 3).await;
        for options in [OpenOptions::default(), normal()] {
            let board = t.board_with(options).await;
            board.run(Actor::agent(agent.id), &claim(&agent)).await.expect("claim");
            let other = board.clone();
            board.close().await.expect("close");
            let one = claim(&agent);
            let late = tokio::time::timeout(Duration::from_secs(20), other.run(Actor::agent(agent.id), &one));
            late.await.expect("it does not hang").expect_err("the board is closed");
        }
        assert_eq!(assignments(&seed).await.len(), 2);
    }
}

/// Calls a claim and goes away when it has been begun; gives the assignment that came of it.
async fn leave_in_the_middle(
    seed: &support::Seed,
    agent: &callboard_service::entity::agent_profiles::Model,
    key: Option<&'static str>,
) -> uuid::Uuid {
    let turn = Turn::take(&seed.board).await;
    let (begun, is_begun) = std::sync::mpsc::channel();
    let (go_on, goes_on) = std::sync::mpsc::channel::<()>();
    let goes_on = Arc::new(Mutex::new(goes_on));
    let slow = Here::new(move |_| {
        let _ = begun.send(());
        // The lane's thread, which may wait; the other end is dropped in the end.
        let _ = goes_on.lock().expect("nobody else").recv();
        Box::pin(async { Ok(()) })
    });
    let slow = spawn(&seed.board, seed.me, slow);
    while counts(&seed.board).waiting < 1 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let (board, one, actor) = (seed.board.clone(), claim(agent), Actor::agent(agent.id));
    let goes = tokio::spawn(async move {
        match key {
            Some(key) => board.run_once(actor, key, &one).await,
            None => board.run(actor, &one).await,
        }
    });
    while counts(&seed.board).waiting < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    turn.let_go().await;
    tokio::task::spawn_blocking(move || is_begun.recv()).await.expect("wait").expect("the group is begun");
    goes.abort();
    goes.await.expect_err("it went away");
    drop(go_on);
    slow.await.expect("it ends").expect("it is done");
    // Behind it in the same group: committed with it.
    for _ in 0..200 {
        if let [one] = assignments(seed).await.as_slice() {
            return one.id;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("what was begun was not committed");
}
