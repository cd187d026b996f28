//! The lean statements by tokio-postgres, prepared once a connection: the baseline on PostgreSQL.

use std::time::{Duration, Instant};

use sea_orm::prelude::Uuid;
use tokio_postgres::{Client, NoTls, Statement};

use super::lean_postgres::{CLAIM, COMPLETE};
use super::worker::{Args, Caller};
use super::{new_id, now};
use crate::frame::Result;
use crate::seed::agent;

pub struct Lean {
    client: Client,
    claim: Statement,
    complete: Statement,
    agent: Uuid,
}

pub async fn callers(args: &Args) -> Result<Vec<Lean>> {
    let mut callers = Vec::new();
    for number in 1..=args.workers {
        let (client, connection) = tokio_postgres::connect(&args.url, NoTls).await?;
        tokio::spawn(connection);
        let (claim, complete) = (client.prepare(CLAIM).await?, client.prepare(COMPLETE).await?);
        callers.push(Lean { client, claim, complete, agent: agent(number).parse()? });
    }
    Ok(callers)
}

impl Caller for Lean {
    async fn cycle(&mut self, _: usize) -> Result<[Duration; 2]> {
        let start = Instant::now();
        let (assignment, event, at) = (new_id(), new_id(), now());
        let row = self.client.query_one(&self.claim, &[&self.agent, &assignment, &event, &at]).await?;
        let title: String = row.try_get("title")?;
        let claim = start.elapsed();
        let start = Instant::now();
        let (event, at) = (new_id(), now());
        self.client.query_one(&self.complete, &[&assignment, &at, &event, &self.agent]).await?;
        if title.is_empty() { Err("an item without a title".into()) } else { Ok([claim, start.elapsed()]) }
    }
}
