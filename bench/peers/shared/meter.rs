//! Counts the jobs that a handler was given: from the first of them the clock runs.

use std::error::Error;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// How often the end is looked for.
const LOOK: Duration = Duration::from_millis(2);
/// A peer that has not handled its jobs by then has stopped.
const PATIENCE: Duration = Duration::from_secs(300);

#[derive(Debug)]
pub struct Meter {
    begun: OnceLock<Instant>,
    /// How many are to be done before the clock stops.
    jobs: usize,
    /// By number: how often each was handled.
    each: Vec<AtomicU8>,
    handled: AtomicUsize,
}

impl Meter {
    fn new(jobs: usize, waiting: usize) -> Self {
        let each = (0..waiting).map(|_| AtomicU8::new(0)).collect();
        Self { begun: OnceLock::new(), jobs, each, handled: AtomicUsize::new(0) }
    }

    pub fn tick(&self, number: usize) {
        self.begun.get_or_init(Instant::now);
        if let Some(times) = self.each.get(number) {
            times.fetch_add(1, Ordering::Relaxed);
        }
        self.handled.fetch_add(1, Ordering::Relaxed);
    }

    /// Waits until enough are handled; how many of them are recorded is then asked of the database.
    pub async fn handled(&self) -> Result<(), String> {
        let since = Instant::now();
        while self.handled.load(Ordering::Relaxed) < self.jobs {
            if since.elapsed() > PATIENCE {
                return Err(format!("{} of {} jobs handled", self.handled.load(Ordering::Relaxed), self.jobs));
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    /// Prints the result, if the database holds enough of them for done by now.
    pub fn print(&self, done: i64) -> Result<bool, Box<dyn Error>> {
        let (done, begun) = (usize::try_from(done)?, self.begun.get().ok_or("none was begun")?);
        if done < self.jobs {
            return Ok(false);
        }
        let seconds = begun.elapsed().as_secs_f64();
        let twice = self.each.iter().filter(|times| times.load(Ordering::Relaxed) > 1).count();
        println!("{{\"cycles\":{done},\"twice\":{twice},\"seconds\":{seconds:.6}}}");
        Ok(true)
    }
}

/// What the command line asks for.
pub struct Asked {
    pub url: String,
    pub workers: usize,
    /// How many jobs the queue holds before the first is done.
    pub waiting: usize,
    pub setting: String,
    pub meter: Arc<Meter>,
}

/// URL, workers, how many are done of how many that wait, setting.
pub fn arguments() -> Result<Asked, String> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [url, workers, jobs, waiting, setting] = words.as_slice() else {
        return Err("URL WORKERS JOBS WAITING default|best".into());
    };
    let number = |text: &String| text.parse::<usize>().map_err(|error| error.to_string());
    let waiting = number(waiting)?;
    let meter = Arc::new(Meter::new(number(jobs)?, waiting));
    Ok(Asked { url: url.clone(), workers: number(workers)?, waiting, setting: setting.clone(), meter })
}

/// Asks how many are done until there are enough.
#[macro_export]
macro_rules! until {
    ($meter:expr, $pool:expr, $sql:expr) => {
        loop {
            let (done,): (i64,) = sqlx::query_as($sql).fetch_one($pool).await?;
            if $meter.print(done)? {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    };
}
