//! Workers that wait for work: what they cost while there is none, and how soon one of them has what comes.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use callboard_service::agent::RegisterAgent;
use callboard_service::assignment::Claim;
use callboard_service::item::{AddItems, NewItem};
use callboard_service::{Actor, Callboard, Clock, DatabaseUrl, OpenOptions, Ref};

use crate::frame::options::Options;
use crate::frame::place::{Kind, Place, connect, count, seeded};
use crate::frame::report::{Figure, Goal, Section};
use crate::frame::{Result, process};

const WAITERS: usize = 50;
/// What all of them together may use of one processor, in percent.
const IDLE: f64 = 2.0;
/// How soon one of them should have what was committed, in milliseconds.
const SOON: f64 = 50.0;
/// How long their idleness is looked at in each round.
const LOOK: Duration = Duration::from_secs(5);
/// Until those that start have found nothing, and are asleep.
const SETTLE: Duration = Duration::from_secs(5);
/// Between what is added, so that those who were woken in vain sleep again.
const APART: Duration = Duration::from_millis(1500);
/// In a second: `USER_HZ` of Linux, on every processor that we build for.
const TICKS: f64 = 100.0;
/// Items that are added in a round.
const ITEMS: usize = 4;

/// Waits with some agents, and prints when each claim was answered
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[arg(long)]
    url: String,

    /// The number of the first agent
    #[arg(long)]
    first: usize,

    #[arg(long)]
    agents: usize,
}

pub async fn measure(options: &Options) -> Result<Section> {
    let place = Place::new()?;
    let mut figures = Vec::new();
    for kind in options.kinds() {
        for processes in [1, WAITERS] {
            figures.extend(waiting(&place, kind, processes, options.rounds()).await?);
        }
    }
    Ok(Section {
        name: "wait".to_owned(),
        title: "Waiting workers".to_owned(),
        about: vec![format!(
            "{WAITERS} agents in `Callboard::claim_or_wait`, in one process and in one each, on a board where nothing is \
             ready. What they cost is the time of all of their processes, and on PostgreSQL of the server's for them, as \
             a share of one processor. A wake-up is counted from the return of the commit that added an item to the \
             answer of the one claim that got it; all of the others look in vain meanwhile."
        )],
        figures,
        ..Section::default()
    })
}

async fn waiting(place: &Place, kind: Kind, processes: usize, rounds: usize) -> Result<[Figure; 2]> {
    let url = place.migrated(kind).await?;
    let (board, me) = seeded(&url).await?;
    for number in 0..WAITERS {
        board.run(me, &RegisterAgent::new(slug(number))).await?;
    }
    let (told, answers) = channel();
    let mut waiters = Waiters(Vec::new());
    for number in 0..processes {
        waiters.start(&url, number * WAITERS / processes, WAITERS / processes, told.clone())?;
    }
    tokio::time::sleep(SETTLE).await;
    let (mut costs, mut wakes) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let before = waiters.used(&url)?;
        tokio::time::sleep(LOOK).await;
        costs.push((waiters.used(&url)? - before) / LOOK.as_secs_f64() * 100.0);
        for _ in 0..ITEMS {
            tokio::time::sleep(APART).await;
            wakes.push(wake(&board, me, &answers).await?);
        }
    }
    drop(waiters);
    board.close().await?;
    let connection = connect(&url).await?;
    let twice = "SELECT count(*) - count(DISTINCT work_item_id) FROM task_assignments";
    let (all, twice) =
        (count(&connection, "SELECT count(*) FROM task_assignments").await?, count(&connection, twice).await?);
    connection.close().await?;
    if (all, twice) != (i64::try_from(wakes.len())?, 0) {
        return Err(format!("{all} claims of {} items, {twice} of them twice", wakes.len()).into());
    }
    place.remove(&url).await?;
    let group = match processes {
        1 => format!("{}, {WAITERS} waiters in one process", kind.name()),
        _ => format!("{}, {WAITERS} waiters, each a process", kind.name()),
    };
    let (idle, soon) = (vec![IDLE; costs.len()], vec![SOON; wakes.len()]);
    Ok([
        Figure::paired(&group, "% of a CPU", ("idle", &costs), ("the limit", &idle)).goal(Goal::AtMost(1.0)),
        Figure::paired(&group, "ms", ("from commit to claim", &wakes), ("the limit", &soon)).goal(Goal::AtMost(1.0)),
    ])
}

/// Adds an item, and gives after how many milliseconds it was claimed.
async fn wake(board: &Callboard, me: Actor, answers: &Receiver<i64>) -> Result<f64> {
    board.run(me, &AddItems { project: None, items: vec![NewItem::titled("work")] }).await?;
    let committed = now();
    let claimed = answers.recv_timeout(Duration::from_secs(30)).map_err(|_| "nobody woke up")?;
    Ok((claimed - committed).max(0) as f64 / 1000.0)
}

/// In microseconds, by the clock that all processes have.
fn now() -> i64 {
    Clock::system().now().timestamp_micros()
}

fn slug(number: usize) -> String {
    format!("waiter-{number}")
}

/// Processes that wait, which end with this.
struct Waiters(Vec<Child>);

impl Waiters {
    fn start(&mut self, url: &str, first: usize, agents: usize, told: Sender<i64>) -> Result<()> {
        let mut command = process::own()?;
        command.args(["waiter", "--url", url, "--first", &first.to_string(), "--agents", &agents.to_string()]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        std::thread::spawn(move || {
            let times = lines.map_while(|line| line.ok()?.parse().ok());
            times.for_each(|time| {
                // Nobody hears of the last ones.
                let _ = told.send(time);
            });
        });
        self.0.push(child);
        Ok(())
    }

    /// The processor time of these and of the server's processes for them, in seconds.
    fn used(&self, url: &str) -> Result<f64> {
        let mut ticks: u64 = 0;
        for child in &self.0 {
            ticks += ticks_of(&child.id().to_string())?;
        }
        let database = url.rsplit('/').next().filter(|_| !url.starts_with("sqlite"));
        for entry in std::fs::read_dir("/proc")? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let title = std::fs::read_to_string(format!("/proc/{name}/cmdline")).unwrap_or_default();
            if database.is_some_and(|database| title.starts_with("postgres:") && title.contains(database)) {
                ticks += ticks_of(&name).unwrap_or(0);
            }
        }
        Ok(ticks as f64 / TICKS)
    }
}

impl Drop for Waiters {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What a process used, in ticks: `utime` and `stime` of proc(5), counted behind the name, which may hold anything.
fn ticks_of(process: &str) -> Result<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let field = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).ok_or("no such field");
    Ok(field(11)? + field(12)?)
}

/// A process of those that wait.
pub async fn waiter(args: Args) -> Result<()> {
    let board = Callboard::open(&DatabaseUrl::parse(&args.url)?, OpenOptions::default()).await?;
    let mut tasks = tokio::task::JoinSet::new();
    for number in args.first..args.first + args.agents {
        let (board, name) = (board.clone(), slug(number));
        tasks.spawn(async move {
            let claim = Claim::one(Ref::from(name.as_str()));
            loop {
                let claimed = board.claim_or_wait(Actor::SYSTEM, &claim, None).await?.claimed;
                for _ in claimed {
                    writeln!(std::io::stdout().lock(), "{}", now())?;
                }
            }
        });
    }
    let ended: Option<std::result::Result<Result<()>, _>> = tasks.join_next().await;
    ended.ok_or("nobody waits")??
}
