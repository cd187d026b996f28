//! `callboard user show`.

use callboard_service::Ref;
use callboard_service::user::ShowUser;

use crate::context::Context;
use crate::error::CliError;
use crate::output::{lists, words};

/// Show a person, and what is theirs
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Name or id
    user: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard user show ada
  callboard user show ada --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&ShowUser { user: args.user }).await?;
    context.out.data("user_details", &found, |text| {
        text.field("Name", &found.user.name);
        text.optional("E-mail", found.user.email.as_deref());
        text.field("Id", found.user.id);
        text.field("Added", words::time(found.user.created_at));
        text.field("Holds", format_args!("{} open assignments", found.open_assignments));
        lists::counts(text, &found.items);
        if !found.unfinished.is_empty() {
            text.heading("Unfinished");
            text.table(&lists::briefs(&found.unfinished), "");
        }
    })
}
