//! `callboard completions`.

use clap_complete::Shell;

use crate::args::Cli;
use crate::context::Context;
use crate::error::CliError;

/// Print the completions for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    shell: Shell,
}

const EXAMPLES: &str = "Examples:
  callboard completions bash > ~/.local/share/bash-completion/completions/callboard
  callboard completions zsh > ~/.zfunc/_callboard
  callboard completions fish > ~/.config/fish/completions/callboard.fish";

pub fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::whole(), "callboard", &mut script);
    context.out.raw(&String::from_utf8_lossy(&script))
}
