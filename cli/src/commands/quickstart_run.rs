//! The run of the quickstart: three searches at once by three processes, and one list of what they found.

use std::time::{Duration, Instant};

use callboard_service::assignment::{Claim, Claimed, Complete};
use callboard_service::entity::{WorkflowRunStatus, WorkflowStepStatus};
use callboard_service::workflow::{RunDetails, RunOutputs, ShowRun, StartRun, StoredOutput};
use callboard_service::{Actor, Callboard, ErrorKind, Ref};
use serde_json::{Value, json};

use super::quickstart_worker::{LEASE_SECONDS, PATIENCE, POLL};
use crate::context::Context;
use crate::error::CliError;

/// What the run is called.
pub const RUN: &str = "cold-sensor";
/// A template that comes with Callboard.
const TEMPLATE: &str = "parallel_search";
/// What the names of its searches begin with.
const SEARCH: &str = "search-";

/// Starts the run; its first three steps are handed out at once.
pub async fn start(board: &Callboard, me: Actor) -> Result<Vec<String>, CliError> {
    let inputs = json!({
        "query": "why a humidity sensor drops readings in the cold",
        "place_1": "data sheets",
        "place_2": "papers",
        "place_3": "forums",
    });
    let inputs = inputs.as_object().cloned().unwrap_or_default();
    let verb = StartRun { id: Some(RUN.to_owned()), inputs, ..StartRun::of(TEMPLATE) };
    Ok(board.run(me, &verb).await?.items.into_iter().map(|item| item.key).collect())
}

/// The run and what it gave, read back.
pub async fn read(board: &Callboard) -> Result<(RunDetails, Vec<StoredOutput>), CliError> {
    let run = Ref::from(RUN);
    let details = board.read(&ShowRun { run: run.clone() }).await?;
    Ok((details, board.read(&RunOutputs { run, key: None }).await?))
}

/// Does the steps of the run that this agent may have, until the run has ended.
pub async fn play(context: &Context, board: &Callboard, actor: Actor, agent: &str) -> Result<(), CliError> {
    let began = Instant::now();
    let mut done = Vec::new();
    loop {
        let (found, outputs) = read(board).await?;
        if found.run.status != WorkflowRunStatus::Running {
            return Ok(());
        }
        if began.elapsed() > PATIENCE {
            return Err(CliError::Worker { agent: agent.to_owned(), how: "waited in vain for the run".to_owned() });
        }
        let Some((step, claimed)) = claim(board, actor, agent, &found, &done).await? else {
            tokio::time::sleep(POLL).await;
            continue;
        };
        context.out.note(&format!("{agent} claims {} (step {step}): {}", claimed.item.key, claimed.item.title));
        tokio::time::sleep(work(&step)).await;
        let result = Some(result(&step, &found, &outputs));
        board.run(actor, &Complete { assignment: claimed.assignment, result, ..Complete::default() }).await?;
        context.out.note(&format!("{agent} hands in the result of step {step}"));
        done.push(step);
    }
}

/// Claims the item of a step that nobody holds yet; one search each, however late the others begin.
async fn claim(
    board: &Callboard,
    actor: Actor,
    agent: &str,
    found: &RunDetails,
    done: &[String],
) -> Result<Option<(String, Claimed)>, CliError> {
    for waiting in found.steps.iter().filter(|step| step.step.status == WorkflowStepStatus::Waiting) {
        let Some(key) = &waiting.item else { continue };
        if waiting.step.name.starts_with(SEARCH) && done.iter().any(|step| step.starts_with(SEARCH)) {
            continue;
        }
        let item = Some(Ref::from(key.as_str()));
        let claim = Claim { item, lease_seconds: Some(LEASE_SECONDS), ..Claim::one(agent) };
        match board.run(actor, &claim).await {
            Ok(outcome) => {
                if let Some(claimed) = outcome.claimed.into_iter().next() {
                    return Ok(Some((waiting.step.name.clone(), claimed)));
                }
            }
            // Another agent holds it, or this one may not have it.
            Err(error) if error.kind() == ErrorKind::Conflict => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

/// How long the work on a step takes; not all searches take as long, which the timeline shows.
fn work(step: &str) -> Duration {
    Duration::from_millis(match step {
        "search-1" => 400,
        "search-2" => 900,
        "search-3" => 600,
        _ => 300,
    })
}

/// A result that meets the gate of the step.
fn result(step: &str, found: &RunDetails, outputs: &[StoredOutput]) -> Value {
    let input = |name: &str| {
        let inputs = found.run.inputs.as_ref();
        inputs.and_then(|inputs| inputs.get(name)).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    match step.strip_prefix(SEARCH) {
        Some(number) => {
            let place = input(&format!("place_{number}"));
            let source =
                |n| json!({ "title": format!("{}, {n}", input("query")), "reference": format!("{place} {n}") });
            json!({ "sources": [source(1), source(2)] })
        }
        None => {
            // The last search may have ended first.
            let mut outputs: Vec<&StoredOutput> = outputs.iter().collect();
            outputs.sort_by_key(|output| &output.key);
            let lists = outputs.iter().filter_map(|output| serde_json::from_str::<Vec<Value>>(&output.value).ok());
            let sources: Vec<Value> = lists.flatten().collect();
            let summary = format!(
                "{} sources from {} places, each listed once; this is a sample, so nobody has read them.",
                sources.len(),
                outputs.len()
            );
            json!({ "sources": sources, "summary": summary })
        }
    }
}
