//! `callboard user add`.

use callboard_service::user::AddUser;

use crate::context::Context;
use crate::error::CliError;

/// Add a person to the board
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What people and user:NAME call them; unique
    name: String,

    /// Unique too
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
}

const EXAMPLES: &str = "Examples:
  callboard user add ada
  callboard user add \"Grace Hopper\" --email grace@example.org";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let user = context.run(&AddUser { name: args.name, email: args.email }).await?;
    context.out.data("user", &user, |text| {
        text.line(format_args!("user:{}", user.name));
    })
}
