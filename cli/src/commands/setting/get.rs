//! `callboard setting get`.

use callboard_service::setting::GetSetting;

use super::view;
use crate::context::Context;
use crate::error::CliError;

/// Print a setting as it counts: the project's with --project, else the board's, else the default
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    key: String,
}

const EXAMPLES: &str = "Examples:
  callboard setting get default_actor
  callboard setting get lease_seconds --project web-shop";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let setting = context.read(&GetSetting { key: args.key, project: context.project() }).await?;
    context.out.data("setting", &setting, |text| {
        if let Some(value) = view::value(&setting) {
            text.line(value);
        }
    })?;
    if setting.value.is_none() {
        context.out.note(&format!("{} is not set: {}", setting.key, setting.about));
    }
    Ok(())
}
