//! `callboard prerequisite add`.

use std::env::current_dir;

use callboard_service::Ref;
use callboard_service::file::FilesOf;
use callboard_service::prerequisite::{AddPrerequisite, Needed};

use crate::commands::item::fields;
use crate::context::Context;
use crate::error::CliError;
use crate::values;

/// Let an item wait: until another one of its project is done, or meets a gate; for a confirmation; or for a file
///
/// A completion holds the item back always; the others do where it was added with --all-prerequisites, and at its completion
/// where its own gate is enhanced or strict. An edge that would close a cycle is refused, with the cycle. What is met already is
/// satisfied at once, but for files: `prerequisite check` looks at them.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[command(group = clap::ArgGroup::new("needs").args(["prerequisite", "validation", "command", "file"]).required(true).multiple(true))]
pub struct Args {
    /// The item that waits, by key or id
    item: Ref,

    /// What must be done first, by key or id
    #[arg(conflicts_with_all = ["validation", "command", "file"])]
    prerequisite: Option<Ref>,

    /// The level that its completion must meet: standard, enhanced or strict
    #[arg(long, value_name = "LEVEL", value_parser = values::gate, requires = "prerequisite")]
    gate: Option<values::GateWord>,

    /// What somebody must confirm, with evidence
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["file", "description"])]
    validation: Option<String>,

    /// What is run to confirm it; Callboard does not run it
    #[arg(long, value_name = "COMMAND", conflicts_with = "file")]
    command: Option<String>,

    /// A file that must be there, below the project's root
    #[arg(long, value_name = "PATH")]
    file: Option<String>,

    /// The SHA-256 that the file must have
    #[arg(long, value_name = "SHA256", requires = "file")]
    hash: Option<String>,

    /// What must be true; - reads stdin [default: KEY is done, PATH is there, ...]
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    /// A hint only: it is shown, but nothing waits for it
    #[arg(long)]
    optional: bool,

    /// The file or gate is confirmed by hand, and never by a look
    #[arg(long)]
    by_hand: bool,
}

const EXAMPLES: &str = "Examples:
  callboard prerequisite add CB-7 CB-3                   CB-7 waits for CB-3
  callboard prerequisite add CB-7 CB-4 --optional --description \"the notes of CB-4 help\"
  callboard prerequisite add CB-7 CB-3 --gate enhanced
  callboard prerequisite add CB-7 --validation \"the tests pass\" --command \"cargo test\"
  callboard prerequisite add CB-7 --file docs/api.md";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let mut description = args.description;
    let needs = match (args.prerequisite, args.file) {
        (Some(item), _) => match fields::gate(context, args.gate) {
            Some(level) => Needed::QualityGate { item, level },
            None => Needed::CompletionDependency { item },
        },
        (None, Some(path)) => {
            let board = context.board().await?;
            let path = board.locate_file(&FilesOf::Item(args.item.clone()), &current_dir()?, &path).await?;
            Needed::FileDependency { path, content_hash: args.hash }
        }
        (None, None) => {
            description = args.validation.or(description);
            Needed::ValidationRequirement { command: args.command }
        }
    };
    let description = values::text_or_stdin(description)?;
    let (optional, by_hand) = (args.optional, args.by_hand);
    let verb = AddPrerequisite { item: args.item, needs, description, optional, by_hand };
    let added = context.run(&verb).await?;
    let what = match &verb.needs {
        Needed::CompletionDependency { item } | Needed::QualityGate { item, .. } => item.to_string(),
        Needed::FileDependency { path, .. } => path.clone(),
        Needed::ValidationRequirement { .. } => format!("'{}'", added.edge.description),
    };
    context.out.data("added_prerequisite", &added, |text| {
        let before = if added.already { " (it was there before; nothing was changed)" } else { "" };
        let optional = if added.edge.is_mandatory { "" } else { ", optional" };
        let status = added.edge.status;
        text.line(format_args!("{} needs {what}: {status}{optional}{before}", verb.item));
    })
}
