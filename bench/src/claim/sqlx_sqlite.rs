//! The lean statements by sqlx on one connection, whose every statement goes to a thread and back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{SecondsFormat, TimeDelta};
use sea_orm::prelude::Uuid;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteSynchronous};
use sea_orm::sqlx::{ConnectOptions, Row, query};
use tokio::sync::Mutex;

use super::lean_sqlite as lean;
use super::worker::{Args, Caller};
use super::{new_id, now};
use crate::frame::Result;
use crate::seed::agent;

pub struct Lean {
    /// SQLite has one writer.
    connection: Arc<Mutex<SqliteConnection>>,
    agent: Uuid,
}

/// An item in somebody's hands.
struct Held {
    item: Uuid,
    assignment: Uuid,
    revision: i64,
    attempt: i64,
}

pub async fn callers(args: &Args) -> Result<Vec<Lean>> {
    let synchronous = if args.full { SqliteSynchronous::Full } else { SqliteSynchronous::Normal };
    let options: SqliteConnectOptions = args.url.parse()?;
    let connection = Arc::new(Mutex::new(options.foreign_keys(true).synchronous(synchronous).connect().await?));
    let caller = |number| Ok(Lean { connection: Arc::clone(&connection), agent: agent(number).parse()? });
    (1..=args.workers).map(caller).collect()
}

impl Caller for Lean {
    async fn cycle(&mut self, _: usize) -> Result<[Duration; 2]> {
        let mut connection = self.connection.lock().await;
        let start = Instant::now();
        let held = claim(&mut connection, self.agent).await?;
        let claim = start.elapsed();
        drop(connection);
        let mut connection = self.connection.lock().await;
        let start = Instant::now();
        complete(&mut connection, self.agent, &held).await?;
        Ok([claim, start.elapsed()])
    }
}

fn text(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, false)
}

async fn claim(c: &mut SqliteConnection, agent: Uuid) -> Result<Held> {
    query("BEGIN IMMEDIATE").execute(&mut *c).await?;
    let row = query(lean::HEAD).fetch_one(&mut *c).await?;
    let (item, revision, attempt): (Uuid, i64, i64) = (row.try_get(0)?, row.try_get(3)?, row.try_get(4)?);
    let (assignment, at, attempt) = (new_id(), now(), attempt + 1);
    let until = text(at + TimeDelta::seconds(lean::LEASE_SECONDS));
    let at = text(at);
    query(lean::TAKE).bind(item).bind(agent).bind(&at).execute(&mut *c).await?;
    let assign = query(lean::ASSIGN).bind(assignment).bind(item).bind(agent).bind(&at).bind(attempt).bind(until);
    assign.execute(&mut *c).await?;
    let data = lean::claimed(&agent.to_string(), &assignment.to_string(), attempt);
    let event = query(lean::EVENT).bind(new_id()).bind(item).bind(revision + 1).bind(assignment).bind("claimed");
    event.bind("todo").bind("in_progress").bind(agent).bind(data).bind(&at).execute(&mut *c).await?;
    query("COMMIT").execute(&mut *c).await?;
    Ok(Held { item, assignment, revision: revision + 1, attempt })
}

async fn complete(c: &mut SqliteConnection, agent: Uuid, held: &Held) -> Result<()> {
    let Held { item, assignment, revision, attempt } = *held;
    let at = text(now());
    query("BEGIN IMMEDIATE").execute(&mut *c).await?;
    if query(lean::END).bind(assignment).bind(&at).execute(&mut *c).await?.rows_affected() != 1 {
        return Err("the assignment is not open".into());
    }
    let history = lean::history(&assignment.to_string(), &agent.to_string(), attempt, &at);
    query(lean::DONE).bind(item).bind(&at).bind(history).execute(&mut *c).await?;
    let data = lean::completed(&assignment.to_string());
    let event = query(lean::EVENT).bind(new_id()).bind(item).bind(revision + 1).bind(assignment).bind("completed");
    event.bind("in_progress").bind("done").bind(agent).bind(data).bind(&at).execute(&mut *c).await?;
    let waiting = query(lean::DEPENDENTS).bind(item).fetch_all(&mut *c).await?;
    if !waiting.is_empty() {
        query(lean::SATISFY).bind(item).bind(&at).execute(&mut *c).await?;
    }
    for row in waiting {
        let (other, revision, unmet): (Uuid, i64, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        query(lean::FREE).bind(other).bind(&at).execute(&mut *c).await?;
        let data = lean::freed(&item.to_string(), unmet - 1);
        let none = None::<String>;
        let event = query(lean::EVENT).bind(new_id()).bind(other).bind(revision + 1).bind(None::<Uuid>);
        let event = event.bind("prerequisite_satisfied").bind(&none).bind(&none).bind(agent).bind(data).bind(&at);
        event.execute(&mut *c).await?;
    }
    query("COMMIT").execute(&mut *c).await?;
    Ok(())
}
