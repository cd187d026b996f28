//! `callboard user edit`.

use callboard_service::Ref;
use callboard_service::user::EditUser;

use crate::commands::change::change;
use crate::context::Context;
use crate::error::CliError;

/// Change a person's name or address
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Name or id
    user: Ref,

    /// The new name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// The new address
    #[arg(long, value_name = "ADDRESS", conflicts_with = "no_email")]
    email: Option<String>,

    /// Take the address away
    #[arg(long)]
    no_email: bool,
}

const EXAMPLES: &str = "Examples:
  callboard user edit ada --email ada@example.org
  callboard user edit ada --name \"Ada Lovelace\" --no-email";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = EditUser { user: args.user, name: args.name, email: change(args.email, args.no_email) };
    let user = context.run(&verb).await?;
    context.out.data("user", &user, |text| {
        text.line(format_args!("user:{}", user.name));
    })
}
