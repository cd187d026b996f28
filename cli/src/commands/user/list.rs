//! `callboard user list`.

use callboard_service::user::ListUsers;

use crate::commands::paging::Paging;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Table};

/// List the people of the board
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Only those whose name or address holds this text
    text: Option<String>,

    #[command(flatten)]
    paging: Paging,
}

const EXAMPLES: &str = "Examples:
  callboard user list
  callboard user list example.org";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let query = ListUsers { text: args.text, after: args.paging.after, limit: args.paging.limit };
    let page = context.read(&query).await?;
    let mut table = Table::new(["NAME", "E-MAIL", "ID"]);
    for user in &page.rows {
        table.row([Cell::new(&user.name), Cell::optional(user.email.as_ref()), Cell::new(user.id)]);
    }
    context.out.data("users", &page, |text| {
        text.table(&table, "No users.");
    })?;
    args.paging.more(context, page.next);
    Ok(())
}
