//! `callboard quickstart`.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use callboard_migration::target::{Located, Source};
use callboard_service::agent::RegisterAgent;
use callboard_service::entity::CapabilityLevel::{self, Basic, Expert, Proficient};
use callboard_service::entity::{AgentProfileMode, WorkItemStatus, WorkItemType};
use callboard_service::import::ImportBeads;
use callboard_service::item::{EditItem, ItemHistory, ListItems, Ready};
use callboard_service::{Actor, Callboard, Ref};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::quickstart_run;
use super::setting::init;
use crate::context::Context;
use crate::error::CliError;
use crate::output::quickstart::{self, Shown, Told};

/// Make a board in this folder and watch agents work on a sample backlog and on a workflow
///
/// Makes the board, registers three agents, imports a sample backlog, and lets two of the agents work in processes of
/// their own: one attempt fails and is tried again, one worker is killed and its item is recovered. Then all three play
/// a run of a workflow: three searches at once, and one list of what was found. Takes about 20 seconds; the board
/// stays, to go on with. A board that is there already is left alone.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {}

const EXAMPLES: &str = "Examples:
  mkdir try-it && cd try-it && callboard quickstart
  DATABASE_URL=postgres://me@localhost/try_it callboard quickstart --json";

/// The sample backlog: an export as beads writes it.
const BACKLOG: &str = include_str!("quickstart.jsonl");

/// Slug, type, mode and what is granted.
type SampleAgent = (&'static str, &'static str, AgentProfileMode, &'static [(&'static str, CapabilityLevel)]);

/// The agents: the first two work on the backlog, the third is left to the user; all of them play the run.
const AGENTS: [SampleAgent; 3] = [
    (
        "coder",
        "backend-engineer",
        AgentProfileMode::Implementation,
        &[("rust", Expert), ("testing", Basic), ("search", Basic)],
    ),
    ("tester", "tester", AgentProfileMode::Review, &[("testing", Expert), ("rust", Basic), ("search", Basic)]),
    (
        "writer",
        "documenter",
        AgentProfileMode::Enablement,
        &[("docs", Proficient), ("search", Basic), ("research", Proficient)],
    ),
];

/// What an item with this label asks for.
const NEEDS: [(&str, CapabilityLevel); 3] = [("rust", Proficient), ("testing", Proficient), ("docs", Basic)];

pub async fn run(_: Args, context: &Context) -> Result<(), CliError> {
    let located = vacant(context).await?;
    let (board, made) = init::make(init::Args::default(), context).await?;
    context.out.note(&format!("board: {}", made.board));
    let me = context.actor(&board).await?;
    for (slug, kind, mode, grants) in AGENTS {
        let register = RegisterAgent {
            r#type: kind.to_owned(),
            mode,
            grants: grants.iter().map(|(name, level)| ((*name).to_owned(), *level)).collect(),
            ..RegisterAgent::new(slug)
        };
        board.run(me, &register).await?;
    }
    context.out.note("agents: coder, tester and writer are registered");
    let report = board.run(me, &ImportBeads::new(BACKLOG)).await?;
    context.out.note(&format!("backlog: {} items imported", report.rows.created));
    let workable = prepare(&board, me).await?;

    let worker = |agent: &str, manner: &str| worker(context, &located, agent, manner, &workable);
    let lost = lose_a_worker(context, worker("coder", "hang")?).await?;
    let mut coder = worker("coder", "steady")?;
    let mut tester = worker("tester", "fail-first")?;
    let (coder, tester) = tokio::try_join!(coder.wait(), tester.wait())?;
    for (agent, status) in [("coder", coder), ("tester", tester)] {
        ended_well(agent, status)?;
    }

    let handed_out = quickstart_run::start(&board, me).await?;
    context.out.note(&format!(
        "workflow: the run {} is started; {} wait for agents",
        quickstart_run::RUN,
        handed_out.join(", ")
    ));
    let player = |agent: &str| worker(agent, "play");
    let (mut coder, mut tester, mut writer) = (player("coder")?, player("tester")?, player("writer")?);
    let (coder, tester, writer) = tokio::try_join!(coder.wait(), tester.wait(), writer.wait())?;
    for (agent, status) in [("coder", coder), ("tester", tester), ("writer", writer)] {
        ended_well(agent, status)?;
    }

    let told = tell(&board, made.board, &lost).await?;
    let now = board.now();
    context.out.data("quickstart", &told, |text| quickstart::show(text, &told, now))
}

/// Where the board will be; refused where one is there already.
async fn vacant(context: &Context) -> Result<Located, CliError> {
    let located = context.locate()?;
    let status = callboard_migration::runner::status(&context.runner_options(&located)).await?;
    if located.source == Source::Found || status.current().is_some() {
        let way_out = "go on with it (`callboard board`), or run the quickstart in an empty folder";
        return Err(CliError::BoardExists { target: located.url.to_string(), way_out });
    }
    Ok(located)
}

/// Lets the labels of the sample ask for capabilities; gives the keys of what the two agents can finish.
async fn prepare(board: &Callboard, me: Actor) -> Result<Vec<String>, CliError> {
    let mut workable = Vec::new();
    for listed in items(board).await? {
        let item = listed.item;
        let tags: Vec<&str> =
            item.tags.as_ref().and_then(|t| t.as_array()).into_iter().flatten().filter_map(|t| t.as_str()).collect();
        let needed = NEEDS.iter().filter(|(name, _)| tags.contains(name));
        let requirements: Vec<_> = needed.map(|(name, level)| ((*name).to_owned(), *level).into()).collect();
        if item.status == WorkItemStatus::Todo && item.r#type != WorkItemType::Epic && !tags.contains(&"docs") {
            workable.push(item.key.clone());
        }
        if !requirements.is_empty() {
            let edit = EditItem { requirements: Some(requirements), ..EditItem::new(Ref::Id(item.id)) };
            board.run(me, &edit).await?;
        }
    }
    Ok(workable)
}

async fn items(board: &Callboard) -> Result<Vec<callboard_service::item::ListedItem>, CliError> {
    let query = ListItems { limit: 1000, ..ListItems::default() };
    Ok(board.read(&query).await?.items)
}

/// A worker: this program once more, as a process of its own.
fn worker(
    context: &Context,
    located: &Located,
    agent: &str,
    manner: &str,
    until: &[String],
) -> Result<Child, CliError> {
    let mut command = Command::new(std::env::current_exe()?);
    // By the environment: other processes can read a command line.
    command.env("DATABASE_URL", located.url.expose_secret());
    command.args(["quickstart-worker", "--agent", agent, "--manner", manner, "--until", &until.join(",")]);
    if let Some(schema) = context.runner_options(located).schema {
        command.args(["--schema", &schema]);
    }
    if context.out.is_quiet() {
        command.arg("--quiet");
    }
    Ok(command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?)
}

/// Waits until the worker has claimed an item, and kills it: its lease is lost.
async fn lose_a_worker(context: &Context, mut worker: Child) -> Result<String, CliError> {
    let lines = worker.stdout.take().map(|out| BufReader::new(out).lines());
    let claimed = match lines {
        // A lease is 10 seconds at least; a process that can't even claim has failed.
        Some(mut lines) => tokio::time::timeout(Duration::from_secs(30), lines.next_line()).await,
        None => Ok(Ok(None)),
    };
    let Ok(Ok(Some(key))) = claimed else {
        return Err(CliError::Worker { agent: "coder".to_owned(), how: "claimed nothing".to_owned() });
    };
    // SIGKILL: it has no chance to give the item back.
    worker.kill().await?;
    context.out.note(&format!("killed the process that held {key}: its lease will run out in 10 s"));
    Ok(key)
}

fn ended_well(agent: &str, status: ExitStatus) -> Result<(), CliError> {
    if status.success() {
        return Ok(());
    }
    Err(CliError::Worker { agent: agent.to_owned(), how: format!("ended with {status}") })
}

/// Reads the board back.
async fn tell(board: &Callboard, url: String, lost: &str) -> Result<Told, CliError> {
    let mut shown = Vec::new();
    let mut stories = Vec::new();
    for listed in items(board).await? {
        let history = board.read(&ItemHistory::of(Ref::Id(listed.item.id))).await?;
        let failed = history.events.iter().any(|event| event.kind == "failed");
        if failed || listed.item.key == lost {
            stories.push(quickstart::story(&listed.item, history.events));
        }
        shown.push(Shown::from(listed));
    }
    let ready = board.read(&Ready::of("writer")).await?.items.into_iter().map(|i| i.item.key).collect();
    let (run, outputs) = quickstart_run::read(board).await?;
    Ok(Told { board: url, items: shown, stories, run, outputs, ready_for_writer: ready })
}
