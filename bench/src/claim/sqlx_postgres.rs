//! The lean statements by sqlx, without an ORM: what the driver that we build on allows.

use std::time::{Duration, Instant};

use sea_orm::prelude::Uuid;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection};
use sea_orm::sqlx::{ConnectOptions, Row};

use super::lean_postgres::{CLAIM, COMPLETE};
use super::worker::{Args, Caller};
use super::{new_id, now};
use crate::frame::Result;
use crate::seed::agent;

pub struct Lean {
    connection: PgConnection,
    agent: Uuid,
}

pub async fn callers(args: &Args) -> Result<Vec<Lean>> {
    let mut callers = Vec::new();
    for number in 1..=args.workers {
        let options: PgConnectOptions = args.url.parse()?;
        callers.push(Lean { connection: options.connect().await?, agent: agent(number).parse()? });
    }
    Ok(callers)
}

impl Caller for Lean {
    async fn cycle(&mut self, _: usize) -> Result<[Duration; 2]> {
        let start = Instant::now();
        let (assignment, event) = (new_id(), new_id());
        let claim = sea_orm::sqlx::query(CLAIM).bind(self.agent).bind(assignment).bind(event).bind(now());
        let row = claim.fetch_one(&mut self.connection).await?;
        let title: String = row.try_get("title")?;
        let claim = start.elapsed();
        let start = Instant::now();
        let complete = sea_orm::sqlx::query(COMPLETE).bind(assignment).bind(now()).bind(new_id()).bind(self.agent);
        complete.fetch_one(&mut self.connection).await?;
        if title.is_empty() { Err("an item without a title".into()) } else { Ok([claim, start.elapsed()]) }
    }
}
