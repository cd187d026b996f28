//! How long a validation of a large board's structure takes, against the bare queries that it needs, and its memory.

use std::collections::BTreeSet;
use std::error::Error;
use std::process::{Command, ExitCode};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use callboard_service::entity::{
    CapabilityLevel, MaintenanceOperationType, MaintenanceOperationValidationLevel as Level, board_projects,
};
use callboard_service::item::{AddItems, NewItem, Requirement};
use callboard_service::maintenance::{Request, Scope, ValidateStructure};
use callboard_service::prerequisite::AddPrerequisite;
use callboard_service::{Actor, Callboard, DatabaseUrl, OpenOptions};
use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, Statement, Value};

use crate::board::{self, Kind, Place};

/// At most so many times the bare queries, and at most so much memory.
const GOAL: f64 = 2.0;
const MOST_MEMORY: u64 = 100;
/// Items of one transaction.
const ROWS: usize = 500;

/// Times `maintenance validate-structure --level full-audit` against the statements that it sends, on both databases
///
/// A board with requirements, prerequisites and ledgers is written first. The statements of one validation are taken down;
/// those over the rows are then sent bare, each once over the whole project on a connection of its own. Both are run in turn, each
/// first every other time. The goals are a ratio of the medians of at most 2, and at most 100 MB of memory at the peak of a
/// process that only validates. Exit code 1 where one is missed.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many items
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    items: usize,

    #[arg(long, value_name = "N", default_value_t = 5)]
    rounds: usize,

    /// Only validate the board there, and print the peak of the memory of this process in MB
    #[arg(long, value_name = "URL", hide = true)]
    peak_of: Option<String>,
}

pub async fn run(args: Args) -> Result<ExitCode, Box<dyn Error>> {
    if let Some(url) = &args.peak_of {
        let board = open(url).await?;
        validate(&board, Actor::SYSTEM, args.items).await?;
        println!("{}", memory_peak()?);
        return Ok(ExitCode::SUCCESS);
    }
    let place = Place::new()?;
    let rounds = args.rounds.max(1);
    let mut met = true;
    println!("{} items, median of {rounds} rounds", args.items);
    println!("database    validate ms    bare ms   ratio   peak MB");
    for kind in Kind::ALL {
        let url = place.migrated(kind).await?;
        let (seeded, me) = board::seeded(&url).await?;
        write(&seeded, me, args.items).await?;
        seeded.close().await?;
        let raw = board::connect(&url).await?;
        let settle = if matches!(kind, Kind::Sqlite) { "ANALYZE" } else { "VACUUM ANALYZE" };
        raw.execute_unprepared(settle).await?;
        let sent: Arc<Mutex<BTreeSet<String>>> = Arc::default();
        let told = Arc::clone(&sent);
        let options = OpenOptions { max_connections: 1, ..OpenOptions::default() };
        let options = options.on_statement(move |info| {
            if let Ok(mut sent) = told.lock() {
                sent.insert(info.sql.to_owned());
            }
        });
        let listening = Callboard::open(&DatabaseUrl::parse(&url)?, options).await?;
        validate(&listening, me, args.items).await?;
        listening.close().await?;
        let statements = bare(kind, &raw, &sent).await?;
        let peak = peak_of(&url, args.items)?;
        let board = open(&url).await?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..rounds {
            for is_ours in [round % 2 == 0, round % 2 != 0] {
                if is_ours {
                    ours.push(validate(&board, me, args.items).await?);
                } else {
                    theirs.push(send(&raw, &statements).await?);
                }
            }
        }
        let (ours, theirs) = (median(ours).as_secs_f64() * 1e3, median(theirs).as_secs_f64() * 1e3);
        let ratio = ours / theirs;
        println!("{:<10} {ours:>12.0} {theirs:>10.0} {ratio:>7.2} {peak:>9}", kind.name());
        let reached = ratio <= GOAL && peak <= MOST_MEMORY;
        met &= reached;
        println!(
            "{} ({} statements; at most {GOAL}, {MOST_MEMORY} MB)",
            if reached { "met" } else { "MISSED" },
            statements.len()
        );
        board.close().await?;
    }
    Ok(ExitCode::from(u8::from(!met)))
}

/// Nothing may be found, and every item must have been looked at.
async fn validate(board: &Callboard, me: Actor, items: usize) -> Result<Duration, Box<dyn Error>> {
    let request = Request {
        kind: MaintenanceOperationType::ValidateStructure,
        project: None,
        scope: Scope::FullProject,
        level: Level::FullAudit,
        dry_run: false,
        resolve: false,
        resume: None,
    };
    let start = Instant::now();
    let done = board.maintain(me, &ValidateStructure { request, batch: None }, &|_| {}).await?;
    let took = start.elapsed();
    let looked_at = done.operation.results.as_ref().and_then(|r| r["summary"]["items"].as_u64()).unwrap_or(0);
    match (done.refused, done.findings.first()) {
        (None, None) if looked_at == items as u64 => Ok(took),
        (Some(error), _) => Err(error.into()),
        (None, found) => Err(format!("{looked_at} of {items} items looked at, {found:?}").into()),
    }
}

/// The statements over the rows, each bound to the whole project.
async fn bare(
    kind: Kind,
    raw: &DatabaseConnection,
    sent: &Mutex<BTreeSet<String>>,
) -> Result<Vec<Statement>, Box<dyn Error>> {
    let project = board_projects::Entity::find().one(raw).await?.ok_or("there is no project")?.id;
    let backend = if matches!(kind, Kind::Sqlite) { DbBackend::Sqlite } else { DbBackend::Postgres };
    let sent = sent.lock().map_err(|error| error.to_string())?.clone();
    let own = ["w.project_id = $1", "q.id = $1", "s.project_id = $1", "r.project_id = $1"];
    let of_rows = sent.into_iter().filter(|sql| sql.starts_with("SELECT") && own.iter().any(|form| sql.contains(form)));
    let statements: Vec<Statement> = of_rows
        .map(|sql| {
            let values: Vec<Value> = match sql.contains("$3") {
                // Cycles begin after a pair of ids; the others have a window.
                true if sql.contains("(p.work_item_id > $2") || sql.contains("(w.id > $2") => {
                    vec![project.into(), Uuid::nil().into(), Uuid::nil().into()]
                }
                true => vec![project.into(), Uuid::nil().into(), Uuid::max().into()],
                false => vec![project.into()],
            };
            Statement::from_sql_and_values(backend, sql.strip_suffix(" LIMIT 500").unwrap_or(&sql), values)
        })
        .collect();
    if statements.len() < 20 {
        Err(format!("only {} statements were seen", statements.len()).into())
    } else {
        Ok(statements)
    }
}

async fn send(raw: &DatabaseConnection, statements: &[Statement]) -> Result<Duration, Box<dyn Error>> {
    let start = Instant::now();
    for statement in statements {
        raw.query_all_raw(statement.clone()).await?;
    }
    Ok(start.elapsed())
}

/// The board with one connection, as the bare statements have.
async fn open(url: &str) -> Result<Callboard, Box<dyn Error>> {
    let options = OpenOptions { max_connections: 1, ..OpenOptions::default() };
    Ok(Callboard::open(&DatabaseUrl::parse(url)?, options).await?)
}

/// The most memory that a process used which only validates: this one has written and read the whole board.
fn peak_of(url: &str, items: usize) -> Result<u64, Box<dyn Error>> {
    let mut child = Command::new(std::env::current_exe()?);
    let output = child.args(["structure", "--items", &items.to_string(), "--peak-of", url]).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

/// The most memory that this process used, in MB.
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

/// Every tenth item needs a capability, every hundredth waits for the one before it.
async fn write(board: &Callboard, me: Actor, count: usize) -> Result<(), Box<dyn Error>> {
    let mut written = 0;
    while written < count {
        let items: Vec<NewItem> = (written..count.min(written + ROWS)).map(item).collect();
        written += items.len();
        let added = board.run(me, &AddItems { project: None, items }).await?;
        for pair in added.chunks(100).filter(|some| some.len() > 1) {
            board.run(me, &AddPrerequisite::new(pair[1].id, pair[0].id)).await?;
        }
    }
    Ok(())
}

fn item(number: usize) -> NewItem {
    let needs = Requirement { capability: format!("skill-{}", number % 7), level: CapabilityLevel::Basic };
    NewItem {
        description: Some("Why it is needed, what it touches, and how it is shown to work.\n".repeat(5)),
        requirements: if number.is_multiple_of(10) { vec![needs] } else { Vec::new() },
        ..NewItem::titled(format!("Item {number}: what is to be done"))
    }
}
