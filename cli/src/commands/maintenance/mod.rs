//! `callboard maintenance`: what the board's maintenance did, and is to do.

mod asked;
mod list;
mod prepare_handover;
mod progress;
mod scan_cleanup;
mod show;
mod sweep;
mod update_documentation;
mod validate_structure;

use clap::Subcommand;

use crate::context::Context;
use crate::error::CliError;

/// Look the board over, put it right, and see what was done
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    ScanCleanup(scan_cleanup::Args),
    ValidateStructure(validate_structure::Args),
    UpdateDocumentation(update_documentation::Args),
    PrepareHandover(prepare_handover::Args),
    Sweep(sweep::Args),
    List(list::Args),
    Show(show::Args),
}

impl Command {
    pub async fn run(self, context: &Context) -> Result<(), CliError> {
        match self {
            Self::ValidateStructure(args) => validate_structure::run(args, context).await,
            Self::UpdateDocumentation(args) => update_documentation::run(args, context).await,
            Self::PrepareHandover(args) => prepare_handover::run(args, context).await,
            Self::ScanCleanup(args) => scan_cleanup::run(args, context).await,
            Self::Sweep(args) => sweep::run(args, context).await,
            Self::List(args) => list::run(args, context).await,
            Self::Show(args) => show::run(args, context).await,
        }
    }
}
