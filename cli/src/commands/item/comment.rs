//! `callboard item comment`.

use callboard_service::Ref;
use callboard_service::item::CommentOnItem;

use super::view;
use crate::context::Context;
use crate::error::CliError;
use crate::values;

/// Comment on an item; comments are part of its history
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Key or id
    key: Ref,

    /// What you say; - reads stdin
    text: String,
}

const EXAMPLES: &str = "Examples:
  callboard item comment CB-7 \"the old parser is in src/old\"
  callboard item comment CB-7 - < notes.md";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let text = values::text_or_stdin(Some(args.text))?.unwrap_or_default();
    let item = context.run(&CommentOnItem { item: args.key, text }).await?;
    context.out.data("item", &item, |text| view::line(text, &item))
}
