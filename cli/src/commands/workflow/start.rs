//! `callboard workflow start`.

use callboard_service::entity::WorkflowRunStatus;
use callboard_service::workflow::template::{ShowTemplate, inputs};
use callboard_service::workflow::{StartRun, StartedRun};
use serde_json::{Map, Value};

use super::view;
use crate::args::DryRun;
use crate::commands::input::Json;
use crate::context::Context;
use crate::error::CliError;

/// Start a run of a template
///
/// Its steps are recorded, and those that wait for nothing are handed out at once, as items for agents. With --id the
/// same start again changes nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A template's name, as `workflow template list` shows it
    template: String,

    /// What the run is called, unique on the board: the same start again changes nothing [default: made up]
    #[arg(long, value_name = "ID")]
    id: Option<String>,

    /// An input, read as the template declares it; again for more
    #[arg(long = "input", value_name = "NAME=VALUE")]
    pairs: Vec<String>,

    /// All inputs as a JSON object, or @FILE that holds one, @- for stdin; --input goes before it
    #[arg(long, value_name = "JSON")]
    inputs: Option<String>,

    /// The template's version [default: the newest]
    #[arg(long, value_name = "N")]
    version: Option<i64>,

    #[command(flatten)]
    dry_run: DryRun,
}

const EXAMPLES: &str = "Examples:
  callboard workflow start research --input topic=\"falls in care homes\"
  callboard workflow start research --id falls-2026 --inputs @falls.json --input min_words=500
  callboard workflow start timeline --inputs '{\"project\":\"a shop\",\"start\":\"2026-01-01\",\"end\":\"2026-06-30\"}' --dry-run";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let inputs = args.inputs(context).await?;
    let verb =
        StartRun { template: args.template, version: args.version, id: args.id, project: context.project(), inputs };
    let started = context.run_or_rehearse(&verb, args.dry_run).await?;
    let StartedRun { run, already, items } = &started;
    context.out.data("started_run", &started, |text| {
        view::line(text, run);
        text.field("Steps", format_args!("{} of {}", run.steps_completed, run.total_steps.unwrap_or_default()));
        view::items(text, items);
    })?;
    if *already {
        context.out.note("The same start was made before; nothing was changed.");
    }
    if args.dry_run.dry_run {
        return Ok(());
    }
    match run.status {
        WorkflowRunStatus::Running => view::next(context, run, items, false),
        _ => context.out.hint(&format!("`callboard workflow show {}` shows how it went", run.workflow_id)),
    }
    Ok(())
}

impl Args {
    /// The object of `--inputs`, with what `--input` names in place of its fields.
    async fn inputs(&self, context: &Context) -> Result<Map<String, Value>, CliError> {
        let mut all = match self.inputs.as_deref() {
            None => Map::new(),
            Some(text) => match text.strip_prefix('@') {
                None => inputs::from_json(text)?,
                Some(path) => inputs::from_json(&Json::File(path.to_owned()).read()?.to_string())?,
            },
        };
        if !self.pairs.is_empty() {
            // What a word means depends on the type that the template declares for it.
            let show = ShowTemplate { name: self.template.clone(), version: self.version };
            let template = context.read(&show).await?.definition;
            all.extend(inputs::from_pairs(&template, &self.pairs)?);
        }
        Ok(all)
    }
}
