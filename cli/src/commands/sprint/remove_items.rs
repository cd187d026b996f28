//! `callboard sprint remove-items`.

use callboard_service::Ref;
use callboard_service::sprint::RemoveSprintItems;

use super::view;
use crate::context::Context;
use crate::error::CliError;

/// Take items out of a sprint; the items themselves stay as they are
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Code or id
    code: Ref,

    /// Keys or ids
    #[arg(required = true)]
    items: Vec<Ref>,
}

const EXAMPLES: &str = "Examples:
  callboard sprint remove-items 62 CB-8";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let code = args.code.clone();
    let verb = RemoveSprintItems { project: context.project(), sprint: args.code, items: args.items };
    view::changed(context, &code, ["Removed", "Were not in it"], &context.run(&verb).await?)
}
