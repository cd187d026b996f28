//! `callboard archive show`.

use callboard_service::Ref;
use callboard_service::archive::ShowArchive;

use crate::context::Context;
use crate::error::CliError;
use crate::output::archives;

/// Show what an archive holds; --json has every row
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item's key, its id, or the archive's
    #[arg(value_name = "KEY")]
    archive: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard archive show CB-7
  callboard archive show CB-7 --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&ShowArchive { archive: args.archive }).await?;
    context.out.data("archive", &found, |text| archives::details(text, &found))
}
