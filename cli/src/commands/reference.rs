//! `callboard reference`: docs/cli.md.

use crate::args::Cli;
use crate::context::Context;
use crate::error::CliError;
use crate::output::reference;

/// Print the whole command line as Markdown
#[derive(Debug, clap::Args)]
#[command(hide = true)]
pub struct Args {}

pub fn run(_: &Args, context: &Context) -> Result<(), CliError> {
    context.out.raw(&reference::markdown(Cli::whole()))
}
