//! `callboard import`: what other trackers and boards hold.

mod beads;
mod callboard;

use callboard_service::import;
use clap::Subcommand;

use super::input;
use crate::context::Context;
use crate::error::CliError;

/// Take over another tracker's issues, or a board's export
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    Beads(beads::Args),
    Callboard(callboard::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::Beads(args) => beads::run(args, context).await,
            Self::Callboard(args) => callboard::run(args, context).await,
        }
    }
}

/// The text of a file, or of stdin for `-`.
fn read(path: &str) -> Result<String, CliError> {
    Ok(import::text(input::read(path)?)?)
}
