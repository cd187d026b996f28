//! `callboard artifact verify`.

use callboard_service::Ref;
use callboard_service::artifact::VerifyArtifacts;
use callboard_service::file::Progress;

use crate::context::Context;
use crate::error::CliError;
use crate::output::{artifacts, files};
use crate::watch::watch;

/// Compare contents with what was added; exit code 11 where one is missing or altered
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The artifacts of this item
    #[arg(value_name = "ITEM", required_unless_present = "all")]
    item: Option<Ref>,

    /// The artifacts of the whole project
    #[arg(long, conflicts_with = "item")]
    all: bool,
}

const EXAMPLES: &str = "Examples:
  callboard artifact verify CB-7
  callboard artifact verify --all --project web-shop --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    let project = context.project().filter(|_| args.all);
    let (scope, progress) = (VerifyArtifacts { item: args.item, project }, Progress::default());
    let found = watch(context, || files::progress(&progress), board.verify_artifacts(&scope, &progress)).await?;
    context.out.data("artifact_verification", &found, |text| artifacts::verification(text, &found))?;
    match found.broken() {
        0 => Ok(()),
        count => Err(CliError::ArtifactsDiffer { count }),
    }
}
