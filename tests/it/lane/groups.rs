//! What a group shares, and what it does not: one COMMIT, but an answer and a savepoint for each.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use callboard_service::assignment::Heartbeat;
use callboard_service::{Actor, Callboard, Error, ErrorKind, LaneCounts, OpenOptions, WriteLane};
use sea_orm::ConnectionTrait;
use support::{TestDb, on_sqlite};
use uuid::Uuid;

use super::{Here, Turn, assert_consistent, assignments, claim, counts, normal, spawn, spawn_claim, stocked, together};

const CALLS: usize = 16;
const BEATS: usize = 20;

/// Calls the lane so often, one call after the other; each is refused.
async fn beats(board: Callboard, agent: Uuid) {
    let unknown = Heartbeat { assignment: Uuid::nil(), lease_seconds: None };
    for _ in 0..BEATS {
        board.run(Actor::agent(agent), &unknown).await.expect_err("there is no such assignment");
    }
}

on_sqlite! {
    why: "PostgreSQL shares commits by itself, and has no write lane";
    async fn calls_at_once_share_one_commit(t: TestDb) {
        let (seed, agent) = stocked(&t, CALLS).await;
        seed.try_claim(&agent).await.expect("the lane is open");
        let before = counts(&seed.board);
        let turn = Turn::take(&seed.board).await;
        let calls = (1..CALLS).map(|_| spawn_claim(&seed.board, &agent)).collect();
        let answers = together(&seed.board, calls, turn).await;
        let items: HashSet<Uuid> = answers.into_iter().map(|a| a.expect("claim").claimed[0].item.id).collect();
        assert_eq!(items.len(), CALLS - 1, "each its own item");
        let after = counts(&seed.board);
        assert_eq!((after.groups - before.groups, after.largest, after.elsewhere), (1, CALLS as u64 - 1, 0), "{after:?}");
        assert_consistent(&seed).await;
    }

    /// The control: as many transactions as calls.
    why: "PostgreSQL shares commits by itself, and has no write lane";
    async fn with_groups_of_one_each_commits_alone(t: TestDb) {
        let (_, agent) = stocked(&t, CALLS).await;
        let lane = WriteLane { max_group: 1, ..WriteLane::default() };
        let board = t.board_with(OpenOptions { lane, ..OpenOptions::default() }).await;
        let turn = Turn::take(&board).await;
        let calls = (0..CALLS).map(|_| spawn_claim(&board, &agent)).collect();
        together(&board, calls, turn).await.into_iter().for_each(|a| assert_eq!(a.expect("claim").claimed.len(), 1));
        let after = counts(&board);
        assert_eq!((after.groups, after.largest), (CALLS as u64, 1), "{after:?}");
    }

    /// What has not begun when the time of a transaction is over is done in the next one, in the same order.
    why: "PostgreSQL has no write lane, whose groups end";
    async fn a_group_ends_with_its_time(t: TestDb) {
        let (_, agent) = stocked(&t, CALLS).await;
        let lane = WriteLane { max_time: Duration::ZERO, ..WriteLane::default() };
        let board = t.board_with(OpenOptions { lane, ..OpenOptions::default() }).await;
        let turn = Turn::take(&board).await;
        let mut calls = Vec::new();
        for number in 1..=CALLS as u64 {
            calls.push(spawn_claim(&board, &agent));
            while counts(&board).waiting < number {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        let answers = together(&board, calls, turn).await;
        let items: Vec<Uuid> = answers.into_iter().map(|a| a.expect("claim").claimed[0].item.id).collect();
        assert!(items.is_sorted(), "the oldest items go to who came first");
        let after = counts(&board);
        assert_eq!((after.groups, after.largest, after.skipped), (CALLS as u64, 1, 0), "{after:?}");
    }

    why: "PostgreSQL has no write lane that could be switched off";
    async fn switched_off_all_is_done_on_the_other_connection(t: TestDb) {
        let (_seed, agent) = stocked(&t, 1).await;
        let board = t.board_with(OpenOptions { lane: WriteLane::off(), ..OpenOptions::default() }).await;
        let outcome = board.run(Actor::agent(agent.id), &claim(&agent)).await.expect("claim");
        assert_eq!((outcome.claimed.len(), board.lane_counts()), (1, None));
    }

    /// Its writes are taken back, and those before and after it in the same transaction stay. The same verb without its
    /// refusal is the control: its write is there.
    why: "PostgreSQL has no write lane, whose verbs share a transaction";
    async fn a_refused_verb_leaves_the_others_alone(t: TestDb) {
        let (seed, agent) = stocked(&t, 8).await;
        seed.sql("CREATE TABLE app_counts (n integer)").await;
        for is_refused in [true, false] {
            let turn = Turn::take(&seed.board).await;
            let write = Here::new(move |tx| Box::pin(async move {
                tx.connection().execute_unprepared("INSERT INTO app_counts VALUES (1)").await?;
                if is_refused { Err(Error::app("changed its mind")) } else { Ok(()) }
            }));
            let unknown = Heartbeat { assignment: Uuid::nil(), lease_seconds: None };
            let before = assignments(&seed).await.len();
            let first = spawn_claim(&seed.board, &agent);
            let (wrote, beat) = (spawn(&seed.board, seed.me, write), spawn(&seed.board, seed.me, unknown));
            let second = spawn_claim(&seed.board, &agent);
            let kinds = [first, second].map(|claim| tokio::spawn(async move {
                claim.await.expect("the call ends").map(|_| ()).map_err(|e| e.kind())
            }));
            let others = [wrote, ].map(|call| tokio::spawn(async move {
                call.await.expect("the call ends").map_err(|e| e.kind())
            }));
            let beat = tokio::spawn(async move { beat.await.expect("the call ends").map(|_| ()).map_err(|e| e.kind()) });
            let calls = kinds.into_iter().chain(others).chain([beat]).collect();
            let answers = together(&seed.board, calls, turn).await;
            let mind = if is_refused { Err(ErrorKind::Conflict) } else { Ok(()) };
            assert_eq!(answers, [Ok(()), Ok(()), mind, Err(ErrorKind::NotFound)]);
            assert_eq!(assignments(&seed).await.len(), before + 2, "both claims are kept");
            let rows = "SELECT n FROM app_counts";
            let rows = seed.raw.query_all_raw(sea_orm::Statement::from_string(seed.raw.get_database_backend(), rows)).await;
            assert_eq!(rows.expect("read").len(), usize::from(!is_refused));
        }
        assert_eq!(counts(&seed.board).largest, 4);
        assert_consistent(&seed).await;
    }

    /// A table is no row that SQLite would count: what a refused verb made is taken back all the same.
    why: "PostgreSQL has no write lane, whose verbs share a transaction";
    async fn a_refused_verb_leaves_no_table(t: TestDb) {
        let (seed, agent) = stocked(&t, 8).await;
        let count = "SELECT count(*) FROM sqlite_schema WHERE name = 'app_made'";
        for (is_refused, tables) in [(true, 0), (false, 1)] {
            let turn = Turn::take(&seed.board).await;
            let makes = Here::new(move |tx| Box::pin(async move {
                tx.connection().execute_unprepared("CREATE TABLE app_made (n integer)").await?;
                if is_refused { Err(Error::app("changed its mind")) } else { Ok(()) }
            }));
            let before = assignments(&seed).await.len();
            let claims = (0..2).map(|_| spawn_claim(&seed.board, &agent));
            let claims = claims.map(|claim| tokio::spawn(async move { claim.await.expect("it ends").map(|_| ()).is_ok() }));
            let makes = spawn(&seed.board, seed.me, makes);
            let makes = tokio::spawn(async move { makes.await.expect("it ends").is_ok() });
            let answers = together(&seed.board, claims.chain([makes]).collect(), turn).await;
            assert_eq!(answers, [true, true, !is_refused]);
            assert_eq!(assignments(&seed).await.len(), before + 2, "both claims are kept");
            let row = seed.raw.query_one_raw(sea_orm::Statement::from_string(seed.raw.get_database_backend(), count)).await;
            let found: i64 = row.expect("read").expect("a row").try_get_by_index(0).expect("a number");
            assert_eq!(found, tables);
        }
        assert_eq!(counts(&seed.board).elsewhere, 0);
        assert_consistent(&seed).await;
    }

    /// Savepoints are for verbs that were refused when they had written; they cost the others a second run.
    why: "PostgreSQL has no write lane, whose verbs share a transaction";
    async fn what_is_refused_before_it_writes_costs_the_others_nothing(t: TestDb) {
        let (seed, _) = stocked(&t, 1).await;
        seed.sql("CREATE TABLE app_counts (n integer)").await;
        for (writes, expected) in [(false, 1), (true, 2)] {
            let runs = Arc::new(AtomicUsize::new(0));
            let counting = Arc::clone(&runs);
            let counted = Here::new(move |_| {
                counting.fetch_add(1, Ordering::Relaxed);
                Box::pin(async { Ok(()) })
            });
            let refused = Here::new(move |tx| Box::pin(async move {
                let sql = if writes { "INSERT INTO app_counts VALUES (1)" } else { "DELETE FROM app_counts" };
                tx.connection().execute_unprepared(sql).await?;
                Err(Error::app("changed its mind"))
            }));
            let turn = Turn::take(&seed.board).await;
            let counted = spawn(&seed.board, seed.me, counted);
            // Behind it: one that is refused first is taken back before the other has begun.
            while counts(&seed.board).waiting < 1 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let calls = vec![counted, spawn(&seed.board, seed.me, refused)];
            let answers = together(&seed.board, calls, turn).await;
            assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false]);
            assert_eq!(runs.load(Ordering::Relaxed), expected, "writes: {writes}");
        }
    }

    /// Tasks of one thread never write at the same time, and share their COMMITs nevertheless; the control is who calls alone.
    why: "PostgreSQL shares commits by itself, and has no write lane";
    async fn tasks_of_one_thread_share_commits(t: TestDb) {
        let (_, agent) = stocked(&t, CALLS).await;
        for (tasks, is_shared) in [(1, false), (CALLS, true)] {
            let board = t.board_with(normal()).await;
            let (url, agent) = (board.clone(), agent.id);
            let worker = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                runtime.block_on(async move {
                    let calls: Vec<_> = (0..tasks).map(|_| tokio::spawn(beats(url.clone(), agent))).collect();
                    for call in calls {
                        call.await.expect("it ends");
                    }
                });
            });
            worker.join().expect("the thread ends");
            let LaneCounts { groups, verbs, .. } = counts(&board);
            assert_eq!(verbs, (tasks * BEATS) as u64);
            assert_eq!(groups * 4 < verbs, is_shared, "{verbs} verbs in {groups} groups");
        }
    }

    /// A deferred foreign key is looked at by COMMIT alone.
    why: "PostgreSQL has no write lane, whose verbs share a COMMIT";
    async fn a_failed_commit_is_told_to_each_of_the_group(t: TestDb) {
        let (seed, agent) = stocked(&t, 8).await;
        let before = seed.snapshot().await;
        let turn = Turn::take(&seed.board).await;
        let dangling = Here::new(|tx| Box::pin(async move {
            let conn = tx.connection();
            conn.execute_unprepared("PRAGMA defer_foreign_keys = ON").await?;
            conn.execute_unprepared("UPDATE work_items SET parent_id = x'00112233445566778899aabbccddeeff'").await?;
            Ok(())
        }));
        let bad = spawn(&seed.board, seed.me, dangling);
        let good: Vec<_> = (0..5).map(|_| spawn_claim(&seed.board, &agent)).collect();
        let calls = good.into_iter().map(|call| tokio::spawn(async move { call.await.expect("it ends").map(|_| ()) }));
        let answers = together(&seed.board, calls.chain([bad]).collect(), turn).await;
        for answer in answers {
            let error = answer.expect_err("its transaction was not committed");
            assert!(error.to_string().contains("FOREIGN KEY"), "{error}");
        }
        seed.assert_unchanged(&before, "a failed COMMIT").await;
        // The control, and the proof that nothing was left behind: the same without the bad one.
        let turn = Turn::take(&seed.board).await;
        let calls = (0..5).map(|_| spawn_claim(&seed.board, &agent)).collect();
        together(&seed.board, calls, turn).await.into_iter().for_each(|a| assert_eq!(a.expect("claim").claimed.len(), 1));
        assert_consistent(&seed).await;
    }

    /// Some of a group find space and some do not: each is whole or not there, and is told so.
    why: "PostgreSQL has no limit of pages that a test could set";
    async fn a_full_file_refuses_whom_it_has_no_room_for(t: TestDb) {
        let (seed, agent) = stocked(&t, 600).await;
        let limit = |pages: &'static str| Here::new(move |tx| Box::pin(async move {
            tx.connection().execute_unprepared(pages).await?;
            Ok(())
        }));
        let row = sea_orm::Statement::from_string(seed.raw.get_database_backend(), "PRAGMA page_count");
        let pages: i64 = seed.raw.query_one_raw(row).await.expect("count the pages").expect("a row").try_get_by_index(0).expect("a number");
        let few: &'static str = Box::leak(format!("PRAGMA max_page_count = {}", pages + 12).into_boxed_str());
        seed.board.run(seed.me, &limit(few)).await.expect("limit the file");
        let turn = Turn::take(&seed.board).await;
        let calls = (0..CALLS).map(|_| spawn(&seed.board, Actor::agent(agent.id), callboard_service::assignment::Claim { count: 30, ..claim(&agent) })).collect();
        let answers = together(&seed.board, calls, turn).await;
        let mut claimed = HashSet::new();
        let mut full = 0;
        for answer in answers {
            match answer {
                Ok(outcome) => claimed.extend(outcome.claimed.into_iter().map(|c| c.assignment)),
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
                    full += 1;
                }
            }
        }
        assert!(full > 0 && full <= CALLS, "the file was never full");
        let there: HashSet<Uuid> = assignments(&seed).await.into_iter().map(|a| a.id).collect();
        assert_eq!(there, claimed, "what was told is what is there");
        assert_consistent(&seed).await;
        seed.board.run(seed.me, &limit("PRAGMA max_page_count = 1000000")).await.expect("give it room");
        seed.try_claim(&agent).await.expect("there is room again");
    }
}
