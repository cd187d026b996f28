//! `callboard setting unset`.

use callboard_service::setting::UnsetSetting;

use super::view;
use crate::context::Context;
use crate::error::CliError;

/// Take back what was set for the board, or with --project for a project
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    key: String,
}

const EXAMPLES: &str = "Examples:
  callboard setting unset lease_seconds --project web-shop";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let setting = context.run(&UnsetSetting { key: args.key, project: context.project() }).await?;
    context.out.data("setting", &setting, |text| {
        let now = view::value(&setting).map_or_else(|| "not set".to_owned(), |value| format!("= {value}"));
        text.line(format_args!("{} {now} ({})", setting.key, view::source(&setting)));
    })
}
