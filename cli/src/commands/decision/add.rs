//! `callboard decision add`.

use super::fields::Fields;
use super::view;
use crate::context::Context;
use crate::error::CliError;

/// Capture a decision: its title, what is decided and why suffice
///
/// It gets the next number of its project. What was decided never changes afterwards: another decision supersedes,
/// refines, reverses or clarifies it (`decision evolve`), and `decision edit` tells what came of it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// One line
    title: String,

    /// What is done; - reads stdin
    decision: String,

    /// Why it is done
    rationale: String,

    #[command(flatten)]
    fields: Fields,
}

const EXAMPLES: &str = "Examples:
  callboard decision add \"Use one writer\" \"All writes go through one connection.\" \"SQLite has one anyway.\"
  callboard decision add \"Drop the cache\" \"No cache.\" \"It was stale.\" --item CB-7 --impact high --risk \"slow reads\"
  callboard decision add \"Move to PostgreSQL\" \"One server.\" \"Two hosts write.\" --proposed --review 2027-03-01";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = args.fields.decision(context.project(), args.title, args.decision, args.rationale)?;
    let added = context.run(&verb).await?;
    context.out.data("decision", &added, |text| view::line(text, &added))
}
