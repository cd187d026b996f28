//! underway: a job is held by an open transaction for as long as it runs.

#[path = "../../shared/meter.rs"]
mod meter;

use std::error::Error;
use std::sync::Arc;

use meter::{Asked, Meter};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgPoolOptions;
use sqlx::{Postgres, Transaction};
use underway::{Queue, Task, Worker, task};

#[derive(Deserialize, Serialize)]
struct Job {
    number: usize,
}

struct Own(Arc<Meter>);

impl Task for Own {
    type Input = Job;
    type Output = ();

    async fn execute(&self, _: Transaction<'_, Postgres>, job: Job) -> task::Result<()> {
        self.0.tick(job.number);
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Asked { url, workers, waiting, setting, meter } = meter::arguments()?;
    let connections = u32::try_from(workers)? * 2 + 8;
    let pool = PgPoolOptions::new().max_connections(connections).connect(&url).await?;
    underway::run_migrations(&pool).await?;
    let queue = Arc::new(Queue::builder().name("jobs").pool(pool.clone()).build().await?);
    let inputs: Vec<Job> = (0..waiting).map(|number| Job { number }).collect();
    queue.enqueue_multi(&pool, &Own(Arc::clone(&meter)), &inputs).await?;
    // The default is one worker with as many jobs at once as there are processors; at best each has a worker.
    let (count, limit) = match setting.as_str() {
        "default" => (1, None),
        "best" => (workers, Some(1)),
        other => return Err(format!("no setting '{other}'").into()),
    };
    for _ in 0..count {
        let mut worker = Worker::new(Arc::clone(&queue), Own(Arc::clone(&meter)));
        if let Some(limit) = limit {
            worker.set_concurrency_limit(limit);
        }
        tokio::spawn(async move { worker.run().await.map_err(|error| eprintln!("{error}")) });
    }
    meter.handled().await?;
    until!(meter, &pool, "SELECT count(*) FROM underway.task WHERE state = 'succeeded'");
    std::process::exit(0);
}
