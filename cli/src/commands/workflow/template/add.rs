//! `callboard workflow template add`.

use callboard_service::workflow::template::AddTemplate;
use callboard_service::{Error, import};
use serde_json::Value;

use crate::args::DryRun;
use crate::commands::input;
use crate::context::Context;
use crate::error::CliError;

/// Add a template, or a new version of one, from a file in YAML or JSON
///
/// A version is kept for good, because runs refer to it. A text that says the same as the newest version adds nothing.
/// A wrong one is refused with every problem, each as FILE:LINE: REASON.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The file; - for stdin
    file: String,

    #[command(flatten)]
    dry_run: DryRun,
}

const EXAMPLES: &str = "Examples:
  callboard workflow template add review.yaml
  callboard workflow template add review.yaml --dry-run
  callboard workflow template show research | sed 's/^name: research/name: mine/' | callboard workflow template add -";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let problems = |name: String, problems: Vec<(usize, String)>| {
        let file = if args.file == "-" { "<stdin>".to_owned() } else { args.file.clone() };
        CliError::Template { file, name, problems }
    };
    let text = import::text(input::read(&args.file)?).map_err(|error| match error {
        Error::BrokenLines { lines, .. } => problems(String::new(), lines),
        other => other.into(),
    })?;
    let added = context.run_or_rehearse(&AddTemplate { text }, args.dry_run).await.map_err(|error| match error {
        CliError::Service(Error::InvalidTemplate { name, problems: found }) => problems(name, found),
        other => other,
    })?;
    let template = &added.template;
    context.out.data("workflow_template", &added, |text| {
        text.line(format_args!("{} version {}", template.name, template.version));
    })?;
    if added.already {
        context.out.note("The newest version says the same; nothing was added.");
    }
    let name = &template.name;
    context.out.hint(&format!("`callboard workflow start {name}{}` starts a run of it", needed(&template.definition)));
    Ok(())
}

/// The inputs that must be given, as `workflow start` takes them.
fn needed(definition: &Value) -> String {
    let inputs = definition.get("inputs").and_then(Value::as_object).into_iter().flatten();
    let needed = inputs.filter(|(_, input)| input.get("default").is_none());
    needed.map(|(name, _)| format!(" --input {name}=...")).collect()
}
