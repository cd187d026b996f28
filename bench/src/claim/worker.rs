//! One run in a process of its own: so many tasks that claim and complete, one after the other, until enough is done.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Barrier;

use super::timing::Times;
use super::{callboard, sqlx_postgres, sqlx_sqlite, tokio_postgres};
use crate::frame::Result;

/// By what the same work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum How {
    Callboard,
    Sqlx,
    TokioPostgres,
}

/// Runs one side of a comparison, and prints what it took
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[arg(long, value_enum)]
    pub how: How,

    #[arg(long)]
    pub url: String,

    #[arg(long)]
    pub workers: usize,

    #[arg(long)]
    pub cycles: usize,

    /// Before the clock starts, by each task
    #[arg(long)]
    pub warm_up: usize,

    /// How many items one call claims
    #[arg(long, default_value_t = 1)]
    pub batch: usize,

    /// SQLite: sync at every commit
    #[arg(long)]
    pub full: bool,
}

/// A task that claims and completes so many items, and tells how long each took.
pub trait Caller: Send + 'static {
    fn cycle(&mut self, items: usize) -> impl Future<Output = Result<[Duration; 2]>> + Send;
}

pub async fn run(args: Args) -> Result<()> {
    let is_sqlite = args.url.starts_with("sqlite");
    match args.how {
        How::Callboard => drive(callboard::callers(&args).await?, &args).await,
        How::Sqlx if is_sqlite => drive(sqlx_sqlite::callers(&args).await?, &args).await,
        How::Sqlx => drive(sqlx_postgres::callers(&args).await?, &args).await,
        How::TokioPostgres => drive(tokio_postgres::callers(&args).await?, &args).await,
    }
}

async fn drive<C: Caller>(callers: Vec<C>, args: &Args) -> Result<()> {
    let begin = Arc::new(Barrier::new(callers.len() + 1));
    let taken = Arc::new(AtomicUsize::new(0));
    let (cycles, warm_up, batch) = (args.cycles, args.warm_up, args.batch);
    let tasks: Vec<_> = callers
        .into_iter()
        .map(|mut caller| {
            let (begin, taken) = (Arc::clone(&begin), Arc::clone(&taken));
            tokio::spawn(async move {
                let mut warmed = Ok(());
                for _ in 0..warm_up {
                    warmed = warmed.and(caller.cycle(batch).await.map(|_| ()));
                }
                // Also after a failure, or the others would wait for good.
                begin.wait().await;
                warmed?;
                let mut times = Times::default();
                loop {
                    let before = taken.fetch_add(batch, Ordering::Relaxed);
                    if before >= cycles {
                        break Result::Ok(times);
                    }
                    let [claim, complete] = caller.cycle(batch.min(cycles - before)).await?;
                    times.claims.push(claim);
                    times.completions.push(complete);
                }
            })
        })
        .collect();
    begin.wait().await;
    let start = Instant::now();
    let mut all = Times::default();
    for task in tasks {
        all.add(task.await??);
    }
    println!("{}", all.json(cycles, start.elapsed()));
    Ok(())
}
