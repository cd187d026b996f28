//! What a clean-up of a large board costs beside the bare queries that it needs, and its memory.

use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use callboard_service::agent::RegisterAgent;
use callboard_service::assignment::Claim;
use callboard_service::clock::Timestamp;
use callboard_service::entity::MaintenanceOperationValidationLevel as Level;
use callboard_service::item::{AddItems, NewItem};
use callboard_service::maintenance::{ScanCleanup, Scope};
use callboard_service::{Actor, Callboard, Clock, DatabaseUrl, OpenOptions, Ref};
use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use crate::board::{self, Kind, Place};

/// At most so many times the bare queries, and at most so much memory, in MB.
const GOAL: f64 = 2.0;
const MOST_MEMORY: u64 = 100;
/// Items of one transaction, and claims of one.
const ROWS: usize = 500;
const CLAIMS: u32 = 100;

/// Times `maintenance scan-cleanup --level comprehensive --dry-run` against the bare queries it needs, on both databases
///
/// A board is written first: one item of twenty was begun, given up and has lain for long, one of a hundred is held by an
/// agent that does nothing. The bare queries count the items, read what is held and what is old, and ask of the old ones
/// what keeps them, each once over the whole project. Both are run in turn, each first every other time. The goals are a
/// ratio of the medians of at most 2, and a peak of the process's memory while it scans of at most 100 MB. Exit code 1
/// where one is missed.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many items
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    items: usize,

    #[arg(long, value_name = "N", default_value_t = 9)]
    rounds: usize,
}

pub async fn run(args: Args) -> Result<ExitCode, Box<dyn Error>> {
    let place = Place::new()?;
    let rounds = args.rounds.max(1);
    let mut met = true;
    println!("{} items, median of {rounds} rounds", args.items);
    println!("database      scan ms    bare ms   ratio   peak MB");
    for kind in Kind::ALL {
        let url = place.migrated(kind).await?;
        let (seeded, me) = board::seeded(&url).await?;
        let held = write(&seeded, me, args.items).await?;
        seeded.close().await?;
        let raw = board::connect(&url).await?;
        let old = make_old(&raw).await?;
        raw.execute_unprepared(if matches!(kind, Kind::Sqlite) { "ANALYZE" } else { "VACUUM ANALYZE" }).await?;
        // One connection, as the bare queries have.
        let options = OpenOptions { max_connections: 1, ..OpenOptions::default() };
        let board = Callboard::open(&DatabaseUrl::parse(&url)?, options).await?;
        let (mut ours, mut theirs, mut peak) = (Vec::new(), Vec::new(), 0);
        for round in 0..rounds {
            for is_ours in [round % 2 == 0, round % 2 != 0] {
                if is_ours {
                    forget_peak()?;
                    ours.push(scan(&board, me, held + old).await?);
                    peak = peak.max(memory_peak()?);
                } else {
                    theirs.push(bare(kind, &raw, held, old).await?);
                }
            }
        }
        let (ours, theirs) = (median(ours).as_secs_f64() * 1e3, median(theirs).as_secs_f64() * 1e3);
        let ratio = ours / theirs;
        println!("{:<10} {ours:>10.0} {theirs:>10.0} {ratio:>7.2} {peak:>9}", kind.name());
        let reached = ratio <= GOAL && peak <= MOST_MEMORY;
        met &= reached;
        println!("{} (at most {GOAL}, {MOST_MEMORY} MB)", if reached { "met" } else { "MISSED" });
        board.close().await?;
    }
    Ok(ExitCode::from(u8::from(!met)))
}

/// Every old item and every one that is held must be told.
async fn scan(board: &Callboard, me: Actor, expected: usize) -> Result<Duration, Box<dyn Error>> {
    let what = ScanCleanup {
        project: None,
        scope: Scope::FullProject,
        level: Level::Comprehensive,
        dry_run: true,
        resume: None,
    };
    let start = Instant::now();
    let done = board.maintain(me, &what, &|_| {}).await?;
    let took = start.elapsed();
    match done.refused {
        Some(error) => Err(error.into()),
        None if done.findings.len() != expected => Err(format!("{} of {expected} found", done.findings.len()).into()),
        None => Ok(took),
    }
}

/// The least that the same answer needs.
async fn bare(kind: Kind, raw: &DatabaseConnection, held: usize, old: usize) -> Result<Duration, Box<dyn Error>> {
    let backend = if matches!(kind, Kind::Sqlite) { DbBackend::Sqlite } else { DbBackend::Postgres };
    let before = long_ago(7);
    let start = Instant::now();
    let ask = |sql: &str, values: Vec<sea_orm::Value>| Statement::from_sql_and_values(backend, sql, values);
    raw.query_one_raw(ask("SELECT COUNT(*) AS n FROM work_items", vec![])).await?;
    let found = raw
        .query_all_raw(ask(
            "SELECT a.id, w.id AS item, w.key, w.project_id, w.last_activity_at, w.updated_at, w.auto_maintenance_enabled, \
             p.slug, p.type FROM task_assignments a JOIN work_items w ON w.id = a.work_item_id \
             JOIN agent_profiles p ON p.id = a.agent_id WHERE a.status IN ('assigned', 'started', 'paused') ORDER BY a.id",
            vec![],
        ))
        .await?;
    let rows = raw
        .query_all_raw(ask(
            "SELECT w.id, w.key, w.project_id, w.parent_id, w.status, w.dead_at, w.attempt_count, w.last_activity_at, \
             w.updated_at, w.auto_maintenance_enabled, p.status AS above, p.archived_at AS hidden FROM work_items w \
             LEFT JOIN work_items p ON p.id = w.parent_id WHERE w.last_activity_at < $1 ORDER BY w.id",
            vec![before.into()],
        ))
        .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?;
    for chunk in ids.chunks(2000) {
        let list: Vec<String> = (1..=chunk.len()).map(|n| format!("${n}")).collect();
        let list = list.join(", ");
        for sql in [
            "SELECT work_item_id FROM task_assignments WHERE status IN ('assigned', 'started', 'paused') AND work_item_id IN",
            "SELECT work_item_id FROM workflow_steps WHERE status = 'waiting' AND work_item_id IN",
            "SELECT active_work_item_id FROM work_sessions WHERE status IN ('active', 'paused') AND active_work_item_id IN",
            "SELECT prerequisite_id FROM task_prerequisites WHERE status IN ('pending', 'failed') AND prerequisite_id IN",
            "SELECT id, parent_id FROM work_items WHERE parent_id IN",
        ] {
            let values = chunk.iter().map(|id| (*id).into()).collect();
            raw.query_all_raw(ask(&format!("{sql} ({list})"), values)).await?;
        }
    }
    let took = start.elapsed();
    if (found.len(), rows.len()) != (held, old + held) {
        return Err(format!("{} of {held} held and {} of {} old found", found.len(), rows.len(), old + held).into());
    }
    Ok(took)
}

/// The kernel's mark of the most memory that was ever used is set to what is used now.
fn forget_peak() -> std::io::Result<()> {
    std::fs::write("/proc/self/clear_refs", "5")
}

/// In MB.
fn memory_peak() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(kilobytes / 1024)
}

fn median(mut values: Vec<Duration>) -> Duration {
    values.sort();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Writes the items; gives how many of them are held.
async fn write(board: &Callboard, me: Actor, count: usize) -> Result<usize, Box<dyn Error>> {
    let mut written = 0;
    while written < count {
        let items: Vec<NewItem> = (written..count.min(written + ROWS)).map(item).collect();
        written += items.len();
        board.run(me, &AddItems { project: None, items }).await?;
    }
    let agent = board.run(me, &RegisterAgent::new("idler")).await?;
    let mut held = 0;
    while held < count / 100 {
        let claim = Claim { count: CLAIMS, ..Claim::one(Ref::Id(agent.id)) };
        held += board.run(me, &claim).await?.claimed.len();
    }
    Ok(held)
}

fn item(number: usize) -> NewItem {
    NewItem {
        description: Some("Why it is needed, what it touches, and how it is shown to work.\n".repeat(5)),
        ..NewItem::titled(format!("Item {number}: what is to be done"))
    }
}

/// So many days ago.
fn long_ago(days: u64) -> Timestamp {
    Clock::system().now() - Duration::from_secs(days * 86_400)
}

/// What is held has seen nothing for long, and so has every twentieth of the others, which was begun once.
async fn make_old(raw: &DatabaseConnection) -> Result<usize, Box<dyn Error>> {
    let long_ago = long_ago(40).to_rfc3339();
    let held = format!("UPDATE work_items SET last_activity_at = '{long_ago}' WHERE status = 'in_progress'");
    raw.execute_unprepared(&held).await?;
    let given_up = format!(
        "UPDATE work_items SET last_activity_at = '{long_ago}', attempt_count = 1 WHERE status = 'todo' AND key LIKE '%00' \
         OR status = 'todo' AND (key LIKE '%20' OR key LIKE '%40' OR key LIKE '%60' OR key LIKE '%80')"
    );
    Ok(usize::try_from(raw.execute_unprepared(&given_up).await?.rows_affected())?)
}
