//! `callboard item tree`.

use callboard_service::Ref;
use callboard_service::item::ItemTree;

use crate::context::Context;
use crate::error::CliError;
use crate::output::{Style, words};

/// Show items as trees: each with its parts
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Only the tree of this item, by key or id [default: all of the project]
    key: Option<Ref>,

    /// How far down; 0 is the top alone
    #[arg(long, value_name = "N")]
    depth: Option<usize>,

    /// Archived ones too
    #[arg(long)]
    archived: bool,

    /// At most so many items
    #[arg(long, value_name = "N", default_value_t = 1000)]
    limit: u64,
}

const EXAMPLES: &str = "Examples:
  callboard item tree
  callboard item tree CB-1 --depth 2";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let query = ItemTree {
        item: args.key,
        project: context.project(),
        depth: args.depth,
        archived: args.archived,
        limit: args.limit,
    };
    let trees = context.read(&query).await?;
    context.out.data("item_tree", &trees, |text| {
        if trees.items.is_empty() {
            text.line("No items.");
        }
        for node in &trees.items {
            let item = &node.item;
            text.plain("  ".repeat(node.depth)).plain(format_args!("{}  ", item.key));
            text.push(words::item_style(item.status), item.status).plain(format_args!("  {}", item.title));
            if node.below > 0 {
                text.push(Style::Faint, format_args!("  ({} of {} done)", node.finished_below, node.below));
            }
            text.end();
        }
    })?;
    if trees.truncated {
        context.out.hint("there is more: raise --limit, or name an item");
    }
    Ok(())
}
