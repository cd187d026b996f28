//! graphile_worker: its jobs are deleted once they are done.

#[path = "../../shared/meter.rs"]
mod meter;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use graphile_worker::{
    IntoTaskHandlerResult, JobSpec, LocalQueueConfig, RawJobSpec, TaskHandler, WorkerContext, WorkerOptions,
};
use meter::{Asked, Meter};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgPoolOptions;

#[derive(Deserialize, Serialize)]
struct Job {
    number: usize,
}

#[derive(Clone, Debug)]
struct Own(Arc<Meter>);

impl TaskHandler for Job {
    const IDENTIFIER: &'static str = "job";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        match context.get_ext::<Own>() {
            Some(own) => own.0.tick(self.number),
            None => return Err("no meter".to_owned()),
        }
        Ok::<(), String>(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Asked { url, workers, waiting, setting, meter } = meter::arguments()?;
    let connections = u32::try_from(workers)? + 4;
    let pool = PgPoolOptions::new().max_connections(connections).connect(&url).await?;
    let options = WorkerOptions::default().concurrency(workers).pg_pool(pool.clone()).define_job::<Job>();
    let options = options.add_extension(Own(Arc::clone(&meter))).listen_os_shutdown_signals(false);
    let options = match setting.as_str() {
        // A second between two looks at the queue, and so between two jobs: as it comes.
        "default" => options,
        "polling" => options.poll_interval(Duration::from_millis(1)),
        "best" => options
            .poll_interval(Duration::from_millis(1))
            .complete_job_batch_delay(Duration::from_millis(1))
            .local_queue(LocalQueueConfig::default().with_size(500)),
        other => return Err(format!("no setting '{other}'").into()),
    };
    let worker = Arc::new(options.init().await?);
    let utils = worker.create_utils();
    let numbers: Vec<usize> = (0..waiting).collect();
    for chunk in numbers.chunks(1000) {
        let job = |number: &usize| RawJobSpec {
            identifier: Job::IDENTIFIER.to_owned(),
            payload: serde_json::json!({ "number": number }),
            spec: JobSpec::default(),
        };
        utils.add_raw_jobs(&chunk.iter().map(job).collect::<Vec<_>>()).await?;
    }
    let running = Arc::clone(&worker);
    tokio::spawn(async move { running.run().await });
    meter.handled().await?;
    // What is done is deleted.
    let done = format!("SELECT {waiting} - count(*) FROM graphile_worker._private_jobs");
    until!(meter, &pool, sqlx::AssertSqlSafe(done.as_str()));
    std::process::exit(0);
}
