//! `callboard file track`.

use std::path::PathBuf;

use callboard_service::Ref;
use callboard_service::decision::AddDecision;
use callboard_service::entity::FileOperationOperation;
use callboard_service::file::{Done, Progress, TrackFiles, observe_all};

use crate::commands::fence::{OptionalFence, writer};
use crate::context::Context;
use crate::error::CliError;
use crate::output::files;
use crate::values;
use crate::watch::watch;

/// Record what you did to files, with the digest of what is there now
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What you did
    #[arg(value_name = "OPERATION", value_parser = values::vocabulary(FileOperationOperation::ALL, FileOperationOperation::as_str))]
    operation: FileOperationOperation,

    /// The files, as seen from this folder; they lie in the project's root folder
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// Where a move or copy led to
    #[arg(long, value_name = "PATH")]
    to: Option<PathBuf>,

    /// The item that it was done for; that of the assignment where none is named
    #[arg(long, value_name = "KEY")]
    item: Option<Ref>,

    #[command(flatten)]
    fence: OptionalFence,

    /// Why; it stays with the operation
    #[arg(long, value_name = "TEXT")]
    rationale: Option<String>,

    /// Capture a decision as well: what was decided, in one line; --rationale says why, and it is about these files
    #[arg(long, value_name = "TEXT", requires = "rationale")]
    decision: Option<String>,
}

const EXAMPLES: &str = "Examples:
  callboard file track create src/parser.rs src/lexer.rs --item CB-7
  callboard file track modify Cargo.toml --rationale \"the lexer needs logos\"    with CALLBOARD_ASSIGNMENT set
  callboard file track modify Cargo.toml --item CB-7 --decision \"Use logos\" --rationale \"a lexer by hand was slow\"
  callboard file track move src/old.rs --to src/new.rs --item CB-7
  callboard file track delete src/old.rs --item CB-7                          after it was deleted

Files are read once, in pieces and several at once: their size has no limit, and stderr tells how far it is.";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    if args.to.is_some() && args.paths.len() > 1 {
        return Err(CliError::Usage {
            message: "--to is for one file, and several were named".to_owned(),
            hint: "track each move or copy by itself",
        });
    }
    let board = context.board().await?;
    let mut verb = TrackFiles { item: args.item, assignment: args.fence.assignment, ..TrackFiles::default() };
    let actor = match verb.assignment {
        Some(assignment) => writer(context, &board, assignment).await?,
        None => context.actor(&board).await?,
    };
    let root = board.root_for(&verb).await?;
    let (folder, progress) = (std::env::current_dir()?, Progress::default());
    let done = args.paths.iter().map(|path| Done { operation: args.operation, path, new_path: args.to.as_deref() });
    let done: Vec<Done<'_>> = done.collect();
    verb.operations =
        watch(context, || files::progress(&progress), observe_all(&root, &folder, &done, &progress)).await?;
    for operation in &mut verb.operations {
        operation.rationale.clone_from(&args.rationale);
    }
    verb.decision = args
        .decision
        .zip(args.rationale)
        .map(|(decided, rationale)| Box::new(AddDecision::new(decided.clone(), decided, rationale)));
    let tracked = context.run_as(&board, actor, &verb).await?;
    context.out.data("tracked_files", &tracked, |text| files::tracked(text, &tracked))
}
