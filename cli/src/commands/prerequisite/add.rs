//! `callboard prerequisite add`.

use callboard_service::Ref;
use callboard_service::prerequisite::AddPrerequisite;

use crate::context::Context;
use crate::error::CliError;
use crate::values;

/// Let an item wait until another one of its project is done
///
/// An edge that would close a cycle is refused, with the cycle. A prerequisite that is done already is satisfied at once.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item that waits, by key or id
    item: Ref,

    /// What must be done first, by key or id
    prerequisite: Ref,

    /// What must be true; - reads stdin [default: KEY is done]
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    /// A hint only: it is shown, but nothing waits for it
    #[arg(long)]
    optional: bool,
}

const EXAMPLES: &str = "Examples:
  callboard prerequisite add CB-7 CB-3                   CB-7 waits for CB-3
  callboard prerequisite add CB-7 CB-4 --optional --description \"the notes of CB-4 help\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = AddPrerequisite {
        item: args.item,
        prerequisite: args.prerequisite,
        description: values::text_or_stdin(args.description)?,
        optional: args.optional,
    };
    let added = context.run(&verb).await?;
    context.out.data("added_prerequisite", &added, |text| {
        let before = if added.already { " (it was there before; nothing was changed)" } else { "" };
        let optional = if added.edge.is_mandatory { "" } else { ", optional" };
        let status = added.edge.status;
        text.line(format_args!("{} needs {}: {status}{optional}{before}", verb.item, verb.prerequisite));
    })
}
