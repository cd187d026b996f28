//! `callboard file show`.

use std::env::current_dir;

use callboard_service::Ref;
use callboard_service::file::{FilesOf, ShowFile};

use crate::context::Context;
use crate::error::CliError;
use crate::output::files;

/// Show an operation on a file, and what was found of it; this verifies nothing
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// An operation's id; or a file, as seen from the present folder (from the project's root where that is elsewhere): then
    /// what its state is due to
    #[arg(value_name = "PATH")]
    file: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard file show src/parser.rs
  callboard file show 01993f1e-8c58-7b3e-b8fd-2d1c7a1f4d11 --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    let project = context.project();
    let file = match args.file {
        Ref::Name(path) => {
            Ref::Name(board.locate_file(&FilesOf::Project(project.clone()), &current_dir()?, &path).await?)
        }
        id => id,
    };
    let details = board.read(&ShowFile { file, project }).await?;
    context.out.data("file_details", &details, |text| files::details(text, &details, board.now()))
}
