//! `callboard user remove`.

use callboard_service::Ref;
use callboard_service::user::RemoveUser;

use crate::context::Context;
use crate::error::CliError;

/// Remove a person who was added by mistake: one who has done nothing yet
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Name or id
    user: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard user remove adda";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let user = context.run(&RemoveUser { user: args.user }).await?;
    context.out.data("user", &user, |text| {
        text.line(format_args!("Removed user:{}", user.name));
    })
}
