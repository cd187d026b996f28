//! Counts the jobs that a handler was given: from the first of them the clock runs.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

#[derive(Debug, Default)]
pub struct Meter {
    begun: OnceLock<Instant>,
    handled: AtomicUsize,
}

/// How often the end is looked for.
const LOOK: Duration = Duration::from_millis(2);
/// A peer that has not handled its jobs by then has stopped.
const PATIENCE: Duration = Duration::from_secs(300);

impl Meter {
    pub fn tick(&self) {
        self.begun.get_or_init(Instant::now);
        self.handled.fetch_add(1, Ordering::Relaxed);
    }

    /// Waits until all are handled; what is recorded of them is then asked of the database.
    pub async fn handled(&self, jobs: usize) -> Result<(), String> {
        let since = Instant::now();
        while self.handled.load(Ordering::Relaxed) < jobs {
            if since.elapsed() > PATIENCE {
                return Err(format!("{} of {jobs} jobs handled", self.handled.load(Ordering::Relaxed)));
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    /// Prints the result once the database holds all of them for done.
    pub fn print(&self, jobs: usize) {
        let seconds = self.begun.get().map_or(0.0, |begun| begun.elapsed().as_secs_f64());
        let handled = self.handled.load(Ordering::Relaxed);
        println!("{{\"cycles\":{jobs},\"handled\":{handled},\"seconds\":{seconds:.6}}}");
    }
}

/// URL, workers, jobs, setting.
pub fn arguments() -> Result<(String, usize, usize, String), String> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [url, workers, jobs, setting] = words.as_slice() else { return Err("URL WORKERS JOBS default|best".into()) };
    let number = |text: &String| text.parse::<usize>().map_err(|error| error.to_string());
    Ok((url.clone(), number(workers)?, number(jobs)?, setting.clone()))
}

/// Asks until the count is there.
#[macro_export]
macro_rules! until {
    ($pool:expr, $sql:expr, $wanted:expr) => {
        loop {
            let (found,): (i64,) = sqlx::query_as($sql).fetch_one($pool).await?;
            if found == i64::try_from($wanted)? {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    };
}
