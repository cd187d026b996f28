//! A backup while 8 processes write: each holds one moment of the database, seen by an invariant of what they write.

use std::path::{Path, PathBuf};
use std::time::Duration;

use support::cli::{Background, migration};
use support::{child, plain, scratch_dir};

use super::report::{Figures, record};
use super::scenario::{Journal, copy, files, names, url};
use super::state::{open, sound, texts};
use super::{block_on, share};
use crate::migration::common::sql;

const WRITERS: usize = 8;
const ACCOUNTS: u32 = 1000;

plain! {
    fn a_backup_holds_one_moment() {
        let dir = scratch_dir();
        let file = copy(files(Journal::Wal).last().expect("a newest version"), dir.path());
        block_on(make_accounts(&file));
        let mut writers: Vec<Background> = (0..WRITERS).map(|_| transfers(dir.path()).arg(url(&file)).spawn()).collect();
        writers.iter_mut().for_each(|writer| writer.wait_for("writing"));
        let count = share(10, 1000);
        let mut figures = Figures::new("Backup while 8 writers keep an invariant, SQLite", count * 9 / 10);
        for n in 0..count {
            let to = dir.path().join(format!("to-{n}"));
            let before = moves(&file);
            migration(dir.path()).args(["backup", "--database-url"]).arg(url(&file)).arg("--to").arg(&to).run().ok();
            // A backup that no writer came in between shows nothing.
            let hit = moves(&file) > before;
            let taken = names(&to).into_iter().find(|name| name.ends_with(".db")).expect("a backup");
            figures.add(hit, look(&[to.join(taken)]).err());
            std::fs::remove_dir_all(&to).expect("remove the backup");
        }
        let copies = share(20, 200);
        let broke = (0..copies).filter(|_| look(&plain_copy(&file)).is_err()).count();
        assert!(writers.iter_mut().all(Background::is_running), "a writer ended by itself");
        figures.controlled_by((broke, copies));
        record(figures);
    }
}

async fn make_accounts(file: &Path) {
    let db = open(file).await;
    sql(&db, "CREATE TABLE accounts (id integer PRIMARY KEY, balance integer, moves integer, note text)").await;
    sql(&db, "CREATE TABLE tally (moves integer); INSERT INTO tally VALUES (0)").await;
    let numbers = format!(
        "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {ACCOUNTS}) SELECT n FROM c)"
    );
    sql(&db, &format!("INSERT INTO accounts SELECT n, 100, 0, hex(zeroblob(200)) FROM {numbers}")).await;
    db.close().await.expect("close");
}

/// How many transfers are committed.
fn moves(file: &Path) -> u64 {
    block_on(async {
        let db = open(file).await;
        let found = texts(&db, "SELECT cast(moves AS text) FROM tally").await;
        db.close().await.expect("close");
        found[0].parse().expect("a number")
    })
}

/// Opens a copy of a file and its sidecars: sound, no money made or lost, and each transfer whole.
fn look(copied: &[PathBuf]) -> Result<(), String> {
    let dir = scratch_dir();
    for (from, name) in copied.iter().zip(["board.db", "board.db-wal"]) {
        std::fs::copy(from, dir.path().join(name)).expect("copy");
    }
    block_on(async {
        let file = dir.path().join("board.db");
        let db = sound(&file).await?;
        let sums = "SELECT sum(balance) || ' ' || (sum(moves) - 2 * (SELECT moves FROM tally)) FROM accounts";
        let found = texts(&db, sums).await;
        db.close().await.expect("close");
        let wanted = format!("{} 0", ACCOUNTS * 100);
        if found == [wanted.clone()] { Ok(()) } else { Err(format!("{found:?} where {wanted} is kept")) }
    })
}

/// The control: the file, then its log, by the system's copy.
fn plain_copy(file: &Path) -> [PathBuf; 2] {
    let to = file.with_file_name("plain.db");
    let wal = file.with_file_name("plain.db-wal");
    std::fs::copy(file, &to).expect("copy the file");
    std::fs::copy(file.with_file_name("board.db-wal"), &wal).expect("copy the log");
    [to, wal]
}

child! {
    /// Moves amounts between accounts until it is killed; its log is small, so that it often begins anew.
    async fn transfers(args: Vec<String>) {
        let db = open(Path::new(args[0].trim_start_matches("sqlite://"))).await;
        sql(&db, "PRAGMA wal_autocheckpoint = 20; PRAGMA synchronous = OFF; PRAGMA busy_timeout = 60000").await;
        println!("writing");
        loop {
            let (from, to, amount) = (fastrand::u32(1..=ACCOUNTS), fastrand::u32(1..=ACCOUNTS), fastrand::u32(1..50));
            sql(&db, &format!(
                "BEGIN IMMEDIATE; UPDATE accounts SET balance = balance - {amount}, moves = moves + 1 WHERE id = {from}; \
                 UPDATE accounts SET balance = balance + {amount}, moves = moves + 1 WHERE id = {to}; \
                 UPDATE tally SET moves = moves + 1; COMMIT"
            )).await;
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
    }
}
