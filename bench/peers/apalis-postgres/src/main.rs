//! apalis on PostgreSQL: it fetches in batches of ten where nothing else is asked for.

#[path = "../../shared/meter.rs"]
mod meter;

use std::error::Error;
use std::sync::Arc;

use apalis::prelude::*;
use apalis_postgres::{Config, PostgresStorage};
use meter::Meter;
use sqlx::postgres::PgPoolOptions;

async fn work(_: u64, meter: Data<Arc<Meter>>) -> Result<(), BoxDynError> {
    meter.tick();
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (url, workers, jobs, setting) = meter::arguments()?;
    let connections = u32::try_from(workers)? + 4;
    let pool = PgPoolOptions::new().max_connections(connections).connect(&url).await?;
    PostgresStorage::setup(&pool).await?;
    let meter = Arc::new(Meter::default());
    let config = Config::default().queue("jobs");
    let config = match setting.as_str() {
        "default" => config,
        // As its own example has it, with larger batches.
        "best" => config.batch_size(500).lock_tasks(false),
        other => return Err(format!("no setting '{other}'").into()),
    };
    let mut storage = PostgresStorage::new(&pool).with_config(config.clone());
    let numbers: Vec<u64> = (0..u64::try_from(jobs)?).collect();
    for chunk in numbers.chunks(1000) {
        storage.push_bulk(chunk.to_vec()).await?;
    }
    for number in 0..workers {
        let (meter, name) = (Arc::clone(&meter), format!("worker-{number}"));
        let storage = PostgresStorage::new(&pool).with_config(config.clone());
        if setting == "best" {
            let worker = WorkerBuilder::new(name).backend(storage.with_pubsub()).data(meter);
            let worker = worker.parallelize(tokio::spawn).build(work);
            tokio::spawn(async move { worker.run().await.map_err(|error| eprintln!("{error}")) });
        } else {
            let worker = WorkerBuilder::new(name).backend(storage).data(meter).build(work);
            tokio::spawn(async move { worker.run().await.map_err(|error| eprintln!("{error}")) });
        }
    }
    meter.handled(jobs).await?;
    until!(&pool, "SELECT count(*) FROM apalis.jobs WHERE status = 'Done'", jobs);
    meter.print(jobs);
    std::process::exit(0);
}
