//! `callboard file show`.

use callboard_service::Ref;
use callboard_service::file::ShowFile;

use crate::context::Context;
use crate::error::CliError;
use crate::output::files;

/// Show an operation on a file, and what was found of it; this verifies nothing
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// An operation's id; or a path relative to the project's root: then what its state is due to
    #[arg(value_name = "PATH")]
    file: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard file show src/parser.rs
  callboard file show 01993f1e-8c58-7b3e-b8fd-2d1c7a1f4d11 --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    let details = board.read(&ShowFile { file: args.file, project: context.project() }).await?;
    context.out.data("file_details", &details, |text| files::details(text, &details, board.now()))
}
