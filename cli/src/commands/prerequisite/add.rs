//! `callboard prerequisite add`.

use callboard_service::Ref;
use callboard_service::prerequisite::AddPrerequisite;

use crate::context::Context;
use crate::error::CliError;

/// Let an item wait until another one is done
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item that waits, by key or id
    item: Ref,

    /// What must be done first, by key or id
    prerequisite: Ref,

    /// Why, or what exactly must be true
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    /// A hint only: shown, but nothing waits for it
    #[arg(long)]
    optional: bool,
}

const EXAMPLES: &str = "Examples:
  callboard prerequisite add CB-8 CB-7
  callboard prerequisite add CB-8 CB-7 --optional --description \"easier afterwards\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let line = format!("{} waits for {}", args.item, args.prerequisite);
    let verb = AddPrerequisite {
        item: args.item,
        prerequisite: args.prerequisite,
        description: args.description,
        optional: args.optional,
    };
    let added = context.run(&verb).await?;
    context.out.data("added_prerequisite", &added, |text| {
        text.line(format_args!("{line} ({})", added.edge.status));
    })?;
    if added.already {
        context.out.note("It did before; nothing was changed.");
    }
    Ok(())
}
