//! `callboard file list`.

use std::env::current_dir;

use callboard_service::Ref;
use callboard_service::entity::{FileOperationOperation, FileOperationVerificationStatus};
use callboard_service::file::{FilesOf, ListFiles};
use uuid::Uuid;

use crate::commands::paging::Paging;
use crate::context::Context;
use crate::error::CliError;
use crate::output::files;
use crate::values;

/// List operations on files, newest first; this verifies nothing
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Only those of this item
    #[arg(value_name = "KEY")]
    item: Option<Ref>,

    /// Only on this file or in this folder, as seen from the present folder; from the project's root where that is elsewhere
    #[arg(long, value_name = "PATH")]
    path: Option<String>,

    /// Only these operations
    #[arg(long, value_name = "OPERATION", value_delimiter = ',', value_parser = values::vocabulary(FileOperationOperation::ALL, FileOperationOperation::as_str))]
    operation: Vec<FileOperationOperation>,

    /// Only in these states
    #[arg(long, value_name = "STATUS", value_delimiter = ',', value_parser = values::vocabulary(FileOperationVerificationStatus::ALL, FileOperationVerificationStatus::as_str))]
    status: Vec<FileOperationVerificationStatus>,

    /// Only those under this assignment
    #[arg(long, value_name = "ID")]
    under: Option<Uuid>,

    /// Only those of this session, by key or id
    #[arg(long, value_name = "KEY")]
    during: Option<Ref>,

    #[command(flatten)]
    paging: Paging,
}

const EXAMPLES: &str = "Examples:
  callboard file list CB-7
  callboard file list --status failed,partial
  callboard file list --path src --operation delete,move";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    let of = match (&args.item, context.project()) {
        (Some(item), _) => FilesOf::Item(item.clone()),
        (None, project @ Some(_)) => FilesOf::Project(project),
        (None, None) => FilesOf::Board,
    };
    let path = match &args.path {
        Some(path) => Some(board.locate_file(&of, &current_dir()?, path).await?),
        None => None,
    };
    let query = ListFiles {
        item: args.item,
        project: context.project(),
        session: args.during,
        assignment: args.under,
        path,
        operations: args.operation,
        statuses: args.status,
        after: args.paging.after,
        limit: args.paging.limit,
    };
    let page = board.read(&query).await?;
    context.out.data("files", &page, |text| files::list(text, &page.rows, board.now()))?;
    args.paging.more(context, page.next);
    Ok(())
}
