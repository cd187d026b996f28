//! `callboard sprint add-items`.

use callboard_service::Ref;
use callboard_service::sprint::AddSprintItems;

use super::view;
use crate::context::Context;
use crate::error::CliError;

/// Add items to a sprint, in the order given
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Code or id
    code: Ref,

    /// Keys or ids
    #[arg(required = true)]
    items: Vec<Ref>,

    /// Where the first of them goes, from 1 [default: the end]
    #[arg(long, value_name = "N")]
    position: Option<i64>,
}

const EXAMPLES: &str = "Examples:
  callboard sprint add-items 62 CB-7 CB-8
  callboard sprint add-items 62 CB-9 --position 1";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let code = args.code.clone();
    let verb =
        AddSprintItems { project: context.project(), sprint: args.code, items: args.items, position: args.position };
    view::changed(context, &code, ["Added", "Were in it already"], &context.run(&verb).await?)
}
