//! apalis on PostgreSQL: it fetches in batches of ten where nothing else is asked for.

#[path = "../../shared/meter.rs"]
mod meter;

use std::error::Error;
use std::sync::Arc;

use apalis::prelude::*;
use apalis_postgres::{Config, PostgresStorage};
use meter::{Asked, Meter};
use sqlx::postgres::PgPoolOptions;

async fn work(number: u64, meter: Data<Arc<Meter>>) -> Result<(), BoxDynError> {
    meter.tick(usize::try_from(number)?);
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Asked { url, workers, waiting, setting, meter } = meter::arguments()?;
    let connections = u32::try_from(workers)? + 4;
    let pool = PgPoolOptions::new().max_connections(connections).connect(&url).await?;
    PostgresStorage::setup(&pool).await?;
    let config = Config::default().queue("jobs");
    let config = match setting.as_str() {
        "default" => config,
        // As its own example has it, with larger batches.
        "best" => config.batch_size(500).lock_tasks(false),
        other => return Err(format!("no setting '{other}'").into()),
    };
    let mut storage = PostgresStorage::new(&pool).with_config(config.clone());
    let numbers: Vec<u64> = (0..u64::try_from(waiting)?).collect();
    for chunk in numbers.chunks(1000) {
        storage.push_bulk(chunk.to_vec()).await?;
    }
    for number in 0..workers {
        let (meter, name) = (Arc::clone(&meter), format!("worker-{number}"));
        let storage = PostgresStorage::new(&pool).with_config(config.clone());
        // A monitor for each: what one polls, it polls on one thread.
        let monitor = if setting == "best" {
            Monitor::new().register(move |_| {
                let worker = WorkerBuilder::new(&*name).backend(storage.clone().with_pubsub()).data(Arc::clone(&meter));
                worker.parallelize(tokio::spawn).build(work)
            })
        } else {
            Monitor::new().register(move |_| {
                WorkerBuilder::new(&*name).backend(storage.clone()).data(Arc::clone(&meter)).build(work)
            })
        };
        tokio::spawn(async move { monitor.run().await.map_err(|error| eprintln!("{error}")) });
    }
    meter.handled().await?;
    until!(meter, &pool, "SELECT count(*) FROM apalis.jobs WHERE status = 'Done'");
    std::process::exit(0);
}
