//! The two runs that are compared.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::Value;

use crate::frame::Failure;
use crate::frame::{memory, place as board};

/// How often the memory of a run is read.
const LOOK: Duration = Duration::from_millis(20);

/// What a run came to.
#[derive(Debug)]
pub struct Run {
    pub took: Duration,
    /// The most memory that it had at one time, in MB.
    pub memory: u64,
    pub exit: Option<i32>,
    pub summary: Value,
    /// The end of its stderr.
    pub errors: String,
}

/// How long it takes to copy each file by `VACUUM INTO` and to check the copy, so many at once.
pub async fn copies(files: &[PathBuf], dir: &Path, jobs: usize) -> Result<Duration, Failure> {
    let files: Arc<[PathBuf]> = files.into();
    let next = Arc::new(AtomicUsize::new(0));
    let since = Instant::now();
    let workers = (0..jobs).map(|worker| {
        let (files, next, to) = (Arc::clone(&files), Arc::clone(&next), dir.join(format!("copy-{worker}.db")));
        tokio::spawn(async move {
            while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                copy(file, &to).await.map_err(|e| e.to_string())?;
            }
            Ok::<(), String>(())
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await??;
    }
    Ok(since.elapsed())
}

async fn copy(file: &Path, to: &Path) -> Result<(), Failure> {
    let db = board::connect(&format!("sqlite://{}", file.display())).await?;
    db.execute_unprepared(&format!("VACUUM INTO '{}'", to.display())).await?;
    db.close().await?;
    let db = board::connect(&format!("sqlite://{}", to.display())).await?;
    let row = db.query_one_raw(Statement::from_string(DbBackend::Sqlite, "PRAGMA quick_check")).await?;
    let found: String = row.map_or(Ok(String::new()), |row| row.try_get_by_index(0))?;
    db.close().await?;
    std::fs::remove_file(to)?;
    if found == "ok" { Ok(()) } else { Err(found.into()) }
}

/// Runs the binary to its end.
pub fn fleet_up(binary: &Path, root: &Path, jobs: usize) -> Result<Run, Failure> {
    let since = Instant::now();
    let mut command = Command::new(binary);
    command.args(["fleet", "up", "--json", "--lock-timeout", "0", "--jobs"]).arg(jobs.to_string());
    command.arg("--root").arg(root).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let (mut out, mut errors) = (child.stdout.take().ok_or("no stdout")?, child.stderr.take().ok_or("no stderr")?);
    let lines = std::thread::spawn(move || {
        let mut text = String::new();
        out.read_to_string(&mut text).map(|_| text)
    });
    let said = std::thread::spawn(move || {
        let mut text = String::new();
        errors.read_to_string(&mut text).map(|_| text)
    });
    let (exit, memory) = watch(&mut child)?;
    let took = since.elapsed();
    let join = |thread: std::thread::JoinHandle<std::io::Result<String>>| match thread.join() {
        Ok(text) => text.map_err(Into::into),
        Err(_) => Err("the reading of its output ended by a panic".into()),
    };
    let lines: Result<String, Failure> = join(lines);
    let said: Result<String, Failure> = join(said);
    let lines = lines?;
    let errors = said?.lines().rev().take(5).collect::<Vec<_>>().join("\n");
    let summary = lines.lines().last().map(serde_json::from_str).transpose()?.unwrap_or_default();
    Ok(Run { took, memory, exit, summary, errors })
}

/// Waits for the end; the exit code, and the most memory. The system keeps the maximum, which is read until the end.
fn watch(child: &mut Child) -> Result<(Option<i32>, u64), Failure> {
    let process = child.id().to_string();
    let mut most = 0;
    loop {
        if let Some(ended) = child.try_wait()? {
            return if most > 0 { Ok((ended.code(), most)) } else { Err("its memory could not be read".into()) };
        }
        most = most.max(memory::peak_of(&process)?.unwrap_or(0));
        std::thread::sleep(LOOK);
    }
}
