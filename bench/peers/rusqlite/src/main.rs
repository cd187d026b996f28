//! Claims and completes on a board's file, one caller on one thread: `FILE AGENT full|normal --cycles N --warm-up N`.

#[path = "../../../src/claim/lean_sqlite.rs"]
mod lean;
#[path = "../../../src/claim/timing.rs"]
mod timing;

use std::error::Error;
use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use rusqlite::{Connection, params};
use uuid::Uuid;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

struct Held {
    item: Uuid,
    assignment: Uuid,
    revision: i64,
    attempt: i64,
}

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [file, agent, synchronous, _, cycles, _, warm_up] = words.as_slice() else {
        return Err("FILE AGENT full|normal --cycles N --warm-up N".into());
    };
    let (agent, cycles, warm_up): (Uuid, usize, usize) = (agent.parse()?, cycles.parse()?, warm_up.parse()?);
    let connection = Connection::open(file)?;
    connection.execute_batch(&format!("PRAGMA foreign_keys = ON; PRAGMA synchronous = {synchronous}"))?;
    connection.set_prepared_statement_cache_capacity(32);
    for _ in 0..warm_up {
        cycle(&connection, agent)?;
    }
    let mut times = timing::Times::default();
    let start = Instant::now();
    for _ in 0..cycles {
        let [claim, complete] = cycle(&connection, agent)?;
        times.claims.push(claim);
        times.completions.push(complete);
    }
    println!("{}", times.json(cycles, start.elapsed()));
    Ok(())
}

fn cycle(c: &Connection, agent: Uuid) -> Result<[Duration; 2]> {
    let start = Instant::now();
    let held = claim(c, agent)?;
    let claim = start.elapsed();
    let start = Instant::now();
    complete(c, agent, &held)?;
    Ok([claim, start.elapsed()])
}

fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, false)
}

fn claim(c: &Connection, agent: Uuid) -> Result<Held> {
    c.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let mut head = c.prepare_cached(lean::HEAD)?;
    let (item, title, revision, attempt): (Uuid, String, i64, i64) =
        head.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(3)?, row.get(4)?)))?;
    let (assignment, now, attempt) = (Uuid::now_v7(), Utc::now(), attempt + 1);
    let (at, until) = (text(now), text(now + TimeDelta::seconds(lean::LEASE_SECONDS)));
    c.prepare_cached(lean::TAKE)?.execute(params![item, agent, at])?;
    c.prepare_cached(lean::ASSIGN)?.execute(params![assignment, item, agent, at, attempt, until])?;
    let data = lean::claimed(&agent.to_string(), &assignment.to_string(), attempt);
    let (event, next) = (Uuid::now_v7(), revision + 1);
    c.prepare_cached(lean::EVENT)?.execute(params![
        event,
        item,
        next,
        assignment,
        "claimed",
        "todo",
        "in_progress",
        agent,
        data,
        at
    ])?;
    c.prepare_cached("COMMIT")?.execute([])?;
    if title.is_empty() {
        Err("an item without a title".into())
    } else {
        Ok(Held { item, assignment, revision: next, attempt })
    }
}

fn complete(c: &Connection, agent: Uuid, held: &Held) -> Result<()> {
    let Held { item, assignment, revision, attempt } = *held;
    let at = text(Utc::now());
    c.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    if c.prepare_cached(lean::END)?.execute(params![assignment, at])? != 1 {
        return Err("the assignment is not open".into());
    }
    let history = lean::history(&assignment.to_string(), &agent.to_string(), attempt, &at);
    c.prepare_cached(lean::DONE)?.execute(params![item, at, history])?;
    let data = lean::completed(&assignment.to_string());
    let (event, next) = (Uuid::now_v7(), revision + 1);
    c.prepare_cached(lean::EVENT)?.execute(params![
        event,
        item,
        next,
        assignment,
        "completed",
        "in_progress",
        "done",
        agent,
        data,
        at
    ])?;
    let mut dependents = c.prepare_cached(lean::DEPENDENTS)?;
    let rows = dependents.query_map(params![item], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let waiting: Vec<(Uuid, i64, i64)> = rows.collect::<std::result::Result<_, _>>()?;
    if !waiting.is_empty() {
        c.prepare_cached(lean::SATISFY)?.execute(params![item, at])?;
    }
    for (other, revision, unmet) in waiting {
        c.prepare_cached(lean::FREE)?.execute(params![other, at])?;
        let data = lean::freed(&item.to_string(), unmet - 1);
        let (event, none) = (Uuid::now_v7(), None::<String>);
        let values =
            params![event, other, revision + 1, None::<Uuid>, "prerequisite_satisfied", none, none, agent, data, at];
        c.prepare_cached(lean::EVENT)?.execute(values)?;
    }
    c.prepare_cached("COMMIT")?.execute([])?;
    Ok(())
}
