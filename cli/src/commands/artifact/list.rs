//! `callboard artifact list`.

use callboard_service::Ref;
use callboard_service::artifact::ListArtifacts;
use callboard_service::entity::ArtifactType;

use crate::commands::paging::Paging;
use crate::context::Context;
use crate::error::CliError;
use crate::output::artifacts;
use crate::values::vocabulary;

/// List the artifacts of an item, or of the project named by --project or the default one, the newest first
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item's key or id
    #[arg(value_name = "ITEM")]
    item: Option<Ref>,

    /// Only of this type; again for more
    #[arg(long = "type", value_name = "TYPE", value_parser = vocabulary(ArtifactType::ALL, ArtifactType::as_str))]
    types: Vec<ArtifactType>,

    /// Only of this name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// All versions [default: of each name the newest]
    #[arg(long)]
    versions: bool,

    #[command(flatten)]
    paging: Paging,
}

const EXAMPLES: &str = "Examples:
  callboard artifact list CB-7
  callboard artifact list CB-7 --name report.md --versions
  callboard artifact list --project web-shop --type test --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let project = context.project().filter(|_| args.item.is_none());
    let query = ListArtifacts {
        item: args.item,
        project,
        types: args.types,
        name: args.name,
        all_versions: args.versions,
        after: args.paging.after,
        limit: args.paging.limit,
    };
    let page = context.read(&query).await?;
    context.out.data("artifacts", &page, |text| artifacts::list(text, &page.rows))?;
    args.paging.more(context, page.next);
    Ok(())
}
