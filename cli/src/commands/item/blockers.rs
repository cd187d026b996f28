//! `callboard item blockers`.

use callboard_service::Ref;
use callboard_service::item::ItemBlockers;

use crate::context::Context;
use crate::error::CliError;
use crate::output::lists;

/// Show why an item cannot go on: the whole chain of what it waits for, down to what can be worked on now
///
/// Each thing stands once, below the first item that waits for it. At most 1,000 items are shown.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Key or id
    key: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard item blockers CB-7
  callboard item blockers CB-7 --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&ItemBlockers { item: args.key }).await?;
    context.out.data("blockers", &found, |text| lists::blockers(text, &found))?;
    if !found.start_with.is_empty() {
        context.out.hint(&format!("what can be worked on now: {}", found.start_with.join(", ")));
    }
    if found.more {
        context.out.warning("there are more items below these: they were not looked at");
    }
    Ok(())
}
