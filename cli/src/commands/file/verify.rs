//! `callboard file verify`.

use callboard_service::Ref;
use callboard_service::file::{Progress, VerifyFiles};

use crate::context::Context;
use crate::error::CliError;
use crate::output::files;
use crate::watch::watch;

/// Compare files with what the operations on them left there; exit code 11 where one differs
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The operations of this item
    #[arg(value_name = "KEY", required_unless_present = "all")]
    item: Option<Ref>,

    /// The operations of the whole project
    #[arg(long, conflicts_with = "item")]
    all: bool,
}

const EXAMPLES: &str = "Examples:
  callboard file verify CB-7
  callboard file verify --all --project web-shop --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    let actor = context.actor(&board).await?;
    let project = context.project().filter(|_| args.all);
    let (scope, progress) = (VerifyFiles { item: args.item, project }, Progress::default());
    let found = watch(context, || files::progress(&progress), board.verify_files(actor, &scope, &progress)).await?;
    context.out.data("file_verification", &found, |text| files::verification(text, &found))?;
    match found.broken() {
        0 => Ok(()),
        count => Err(CliError::FilesDiffer { count }),
    }
}
