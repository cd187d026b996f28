//! The command line from a cold start, its size, and the memory of what it does on a large board.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::frame::Result;
use crate::frame::memory;
use crate::frame::options::{Options, short};
use crate::frame::place::{Kind, Place};
use crate::frame::process;
use crate::frame::report::{Figure, Goal, Section};
use crate::frame::stats::median;
use crate::seed::{Seeds, Shape};

/// The board of which the ready items are listed.
const ITEMS: usize = 10_000;
/// Starts of one kind in a round; their median counts.
const STARTS: usize = 15;
/// Of the stripped binary, in MB.
const SIZE: f64 = 30.0;
/// Of any command on the largest board, in MB.
const MEMORY: f64 = 150.0;

/// The rows that `ready` shows, by the shell of SQLite.
const PAGE: &str = "SELECT w.*, p.slug FROM work_items w JOIN board_projects p ON p.id = w.project_id \
    WHERE w.status = 'todo' AND w.delegation_status = 'unassigned' AND w.unmet_prerequisites = 0 \
    AND w.archived_at IS NULL AND w.available_at IS NULL AND w.assignee_id IS NULL AND w.type <> 'epic' \
    ORDER BY w.priority, w.id";

pub async fn cold(options: &Options) -> Result<Section> {
    let place = Place::new()?;
    let mut seeds = Seeds::new(&place, &options.cache)?;
    let memory = place.memory().to_owned();
    let board = seeds.copy(Kind::Sqlite, Shape::plain(ITEMS), &memory).await?;
    let callboard = options.callboard()?;
    let mut figures = Vec::new();
    for (what, arguments, limit, goal) in [
        ("ready --json --limit 50", &["ready", "--json", "--limit", "50"][..], " LIMIT 50", 2.0),
        ("ready --json --all", &["ready", "--json", "--all"][..], "", 4.0),
    ] {
        let sql = format!("{PAGE}{limit}");
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..options.rounds() {
            for is_ours in [round % 2 == 0, round % 2 != 0] {
                let command = || {
                    let mut command = Command::new(if is_ours { callboard.as_path() } else { Path::new("sqlite3") });
                    if is_ours {
                        command.args(arguments).args(["--database-url", &board.url]);
                    } else {
                        command.args(["-readonly", "-json"]).arg(&board.file).arg(&sql);
                    }
                    command
                };
                let items = if limit.is_empty() { ITEMS } else { 50 };
                if is_ours { &mut ours } else { &mut theirs }.push(starts(command, items)?);
            }
        }
        let group = format!("SQLite, {} items, cold start", short(ITEMS));
        let figure = Figure::paired(&group, "ms", (what, &ours), ("sqlite3 -json", &theirs));
        figures.push(figure.goal(Goal::AtMost(goal)));
    }
    let stripped = place.memory().join("stripped");
    std::fs::copy(&callboard, &stripped)?;
    process::output(
        {
            let mut strip = Command::new("strip");
            strip.arg(&stripped);
            strip
        },
        process::Cpus::All,
    )?;
    let size = std::fs::metadata(&stripped)?.len() as f64 / 1e6;
    figures.push(
        Figure::paired("The binary", "MB", ("callboard, stripped", &[size]), ("1 MB", &[1.0])).goal(Goal::AtMost(SIZE)),
    );
    seeds.remove(board).await?;
    Ok(Section {
        name: "cli".to_owned(),
        title: "The command line".to_owned(),
        about: vec![
            "The whole process, from its start to its end: finding and opening the board, checking its schema, one question \
             and its answer as JSON; against the shell of SQLite that prints the same rows as JSON. The median of many \
             starts counts in each round. The files are in the cache of the system. `--callboard target/dist/callboard` \
             measures the program that users are given."
                .to_owned(),
        ],
        figures,
        ..Section::default()
    })
}

/// The median time of a start, in milliseconds; each must print so many items.
fn starts(command: impl Fn() -> Command, items: usize) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let start = Instant::now();
        let output = command().stdin(Stdio::null()).output()?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        let text = String::from_utf8_lossy(&output.stdout);
        let found = text.matches("\"title\"").count();
        if !output.status.success() || found != items {
            let errors = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{:?} printed {found} items of {items}\n{errors}", command()).into());
        }
    }
    Ok(median(times))
}

/// What each command of a user has in memory at most, on the largest board.
pub async fn memory(options: &Options) -> Result<Section> {
    let place = Place::new()?;
    let mut seeds = Seeds::new(&place, &options.cache)?;
    let size = options.sizes.iter().copied().max().unwrap_or(1_000_000);
    let mut figures = Vec::new();
    for kind in options.kinds() {
        let directory = tempfile::Builder::new().prefix("callboard-bench-").tempdir_in(&options.output.disk)?;
        let board = seeds.copy(kind, Shape::plain(size), directory.path()).await?;
        let group = format!("{}, {} items", kind.name(), short(size));
        for arguments in commands(directory.path()) {
            let mut command = Command::new(options.callboard()?);
            command.args(&arguments).args(["--as", "user:kim", "--database-url", &board.url]);
            command.env("XDG_STATE_HOME", directory.path());
            let peak = peak(command)? as f64;
            let shown: Vec<&str> = arguments.iter().map(String::as_str).filter(|word| !word.starts_with('/')).collect();
            let shown = shown.join(" ");
            eprintln!("  {group}: {shown}: {peak} MB");
            let figure = Figure::paired(&group, "MB", (&format!("callboard {shown}"), &[peak]), ("1 MB", &[1.0]));
            figures.push(figure.goal(Goal::AtMost(MEMORY)));
        }
        seeds.remove(board).await?;
        seeds.forget(Shape::plain(size)).await?;
    }
    Ok(Section {
        name: "memory".to_owned(),
        title: "Memory".to_owned(),
        about: vec![
            "The most memory that each command ever had (VmHWM, read until its end), in a process of its own. Against 1 \
             MB, so that the ratio is the number of MB."
                .to_owned(),
        ],
        figures,
        ..Section::default()
    })
}

/// Whatever looks at many rows. Changes come last.
fn commands(directory: &Path) -> Vec<Vec<String>> {
    let file: PathBuf = directory.join("board.jsonl");
    let file = file.display().to_string();
    [
        "ready --json",
        "ready --json --all",
        "board --json",
        "item list --json --limit 1000",
        "item list done --json --limit 50",
        "search done",
        "health --json",
        "project show bench --json",
        "maintenance scan-cleanup --level comprehensive --dry-run",
        "maintenance validate-structure --level full-audit --dry-run",
        "claim --agent agent-1 --count 500 --json",
        "export --jsonl FILE",
        "project archive bench",
    ]
    .iter()
    .map(|line| line.split(' ').map(|word| if word == "FILE" { file.clone() } else { word.to_owned() }).collect())
    .collect()
}

/// Runs it to its end, and gives the most memory that it had.
fn peak(mut command: Command) -> Result<u64> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let process = child.id().to_string();
    let mut most = 0;
    loop {
        most = most.max(memory::peak_of(&process)?.unwrap_or(0));
        if let Some(ended) = child.try_wait()? {
            if ended.success() && most > 0 {
                return Ok(most);
            }
            let mut errors = String::new();
            if let Some(mut said) = child.stderr.take() {
                std::io::Read::read_to_string(&mut said, &mut errors)?;
            }
            return Err(format!("{command:?}: {ended}\n{errors}").into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
