//! A restore over what a killed writer left beside the file, with readers that have it open: it is not undone.

use std::path::Path;

use sea_orm::DatabaseConnection;
use support::{child, plain, scratch_dir};

use super::backup::write_over;
use super::report::{Figures, record};
use super::restore::{Stage, restore};
use super::scenario::{Journal, copy, files, url};
use super::state::{State, open, texts};
use super::{block_on, each, share};
use crate::migration::common::sql;

plain! {
    fn a_restore_is_not_undone() {
        // Made before the rounds, which are asynchronous: making them is not.
        for journal in [Journal::Wal, Journal::Delete] {
            Stage::of(journal);
        }
        let rounds = |count: usize| [Journal::Wal, Journal::Delete].into_iter().cycle().take(count).collect::<Vec<_>>();
        let points = rounds(share(10, 500));
        let failures = each(&points, |journal| block_on(round(*journal)).err().map(|e| format!("{journal:?}: {e}")));
        let mut figures =
            Figures::new("Restore over stale -wal and -journal files and open readers, SQLite", points.len());
        // A round without something stale beside the file panics: all of them hit.
        failures.into_iter().for_each(|failure| figures.add(true, failure));
        let points = rounds(share(4, 60));
        let undone = each(&points, |journal| block_on(overwritten(*journal)));
        figures.controlled_by((undone.iter().filter(|undone| **undone).count(), points.len()));
        record(figures);
    }
}

/// A database at the newest version, whose last writer is gone without a word, and the connection of a reader.
struct Scene {
    dir: tempfile::TempDir,
    readers: Vec<DatabaseConnection>,
}

impl Scene {
    async fn new(journal: Journal, readers: usize) -> Self {
        let dir = scratch_dir();
        let file = copy(files(journal).last().expect("a newest version"), dir.path());
        let mut open_readers = Vec::new();
        for _ in 0..readers {
            let db = open(&file).await;
            assert_eq!(texts(&db, "SELECT cast(count(*) AS text) FROM guest_notes").await, ["2"]);
            open_readers.push(db);
        }
        leave(dir.path()).args([url(&file), format!("{journal:?}")]).run().ok();
        let stale = match journal {
            Journal::Wal => "board.db-wal",
            Journal::Delete => "board.db-journal",
        };
        let length = std::fs::metadata(dir.path().join(stale)).map(|meta| meta.len());
        assert!(length.as_ref().is_ok_and(|length| *length > 4096), "{stale}: {length:?}");
        Self { dir, readers: open_readers }
    }
}

async fn round(journal: Journal) -> Result<(), String> {
    let stage = Stage::of(journal);
    let scene = Scene::new(journal, 3).await;
    let backup = stage.lay(scene.dir.path());
    let output = restore(scene.dir.path(), &backup).run();
    if output.exit != Some(0) {
        return Err(output.to_string());
    }
    for reader in scene.readers {
        let seen = State::of(&reader).await;
        if seen != stage.new {
            return Err(format!("a reader sees something else: {}", seen.difference(&stage.new)));
        }
        reader.close().await.expect("close");
    }
    let found = State::of_file(&scene.dir.path().join("board.db")).await?;
    if found == stage.new { Ok(()) } else { Err(format!("undone: {}", found.difference(&stage.new))) }
}

/// The control: the backup's file is written over the database's. Whether that was undone, or left nonsense.
async fn overwritten(journal: Journal) -> bool {
    let stage = Stage::of(journal);
    let scene = Scene::new(journal, 0).await;
    let file = scene.dir.path().join("board.db");
    write_over(&stage.backup(), &file);
    State::of_file(&file).await.map_or(true, |found| found != stage.new)
}

child! {
    /// Writes, and is gone without closing: in WAL mode after its commits, else within a transaction that has begun to
    /// reach the file.
    async fn leave(args: Vec<String>) {
        let db = open(Path::new(args[0].trim_start_matches("sqlite://"))).await;
        let rows = "INSERT INTO guest_notes (note) SELECT hex(randomblob(1000)) FROM \
                    (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 50) SELECT n FROM c)";
        let spoil = "UPDATE work_items SET title = title || hex(randomblob(2000))";
        if args[1] == "Wal" {
            sql(&db, "PRAGMA wal_autocheckpoint = 0").await;
            sql(&db, rows).await;
            sql(&db, spoil).await;
        } else {
            sql(&db, "PRAGMA cache_size = 4; PRAGMA cache_spill = 4; BEGIN IMMEDIATE").await;
            sql(&db, rows).await;
            sql(&db, spoil).await;
        }
        // Nothing is closed, as when it is killed.
        std::process::exit(0);
    }
}
