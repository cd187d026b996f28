//! The flags that every command takes.

use std::path::PathBuf;

use callboard_service::Ref;
use clap::error::ErrorKind;
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, ValueEnum};

use crate::commands::Command;

const ABOUT: &str = "The board that tells AI agents and people who does what, kept in your own database";

const LONG_ABOUT: &str = "The board that tells AI agents and people who does what, kept in your own database.

The board is found in this order: --database-url, --database-url-file, DATABASE_URL, the .callboard/ folder here or \
above. Data goes to stdout, everything else to stderr. Exit codes are listed in docs/errors.md.";

const EXAMPLES: &str = "Examples:
  callboard init                                    make a board in this folder
  callboard item add \"Write the parser\" --priority P1
  callboard agent register parser-bot --grant rust:expert
  callboard claim --agent parser-bot                take the next item; prints the assignment's id
  callboard complete --assignment ID --note \"done in 3 files\"
  callboard board                                   who does what";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "callboard", version, about = ABOUT, long_about = LONG_ABOUT, after_help = EXAMPLES)]
#[command(max_term_width = 100, disable_help_subcommand = true, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Reads the process's arguments.
    ///
    /// What a command takes is made only when it is asked for (`defer`): all of them together are a sixth of what a
    /// short command costs. Help and messages name other commands too, and are made from the whole.
    pub fn read() -> Result<Self, clap::Error> {
        Self::try_parse().or_else(|error| {
            if error.kind() == ErrorKind::DisplayVersion {
                return Err(error);
            }
            let mut whole = Self::whole();
            let mut found = whole.try_get_matches_from_mut(std::env::args_os())?;
            Self::from_arg_matches_mut(&mut found).map_err(|e| e.format(&mut whole))
        })
    }

    /// Every command with all that it takes.
    pub fn whole() -> clap::Command {
        let mut whole = Self::command();
        whole.build();
        whole
    }
}

/// Flags of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The board's database: sqlite://PATH or postgres://USER@HOST/DATABASE [env: DATABASE_URL]
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<Secret>,

    /// A file that holds the database URL, so that a password is on no command line
    #[arg(long, global = true, value_name = "PATH")]
    pub database_url_file: Option<PathBuf>,

    /// The PostgreSQL schema of the board's tables [default: public]
    #[arg(long, global = true, value_name = "NAME", env = "CALLBOARD_SCHEMA", hide_env_values = true)]
    pub schema: Option<String>,

    /// Who acts: agent:SLUG, user:NAME or system [default: the setting default_actor]
    #[arg(long = "as", global = true, value_name = "ACTOR", env = "CALLBOARD_ACTOR", hide_env_values = true)]
    pub actor: Option<String>,

    /// The project, by slug
    #[arg(long, global = true, value_name = "SLUG", env = "CALLBOARD_PROJECT", hide_env_values = true)]
    pub project: Option<Ref>,

    /// The work session, by key: what is changed names it
    #[arg(long, global = true, value_name = "KEY", env = "CALLBOARD_SESSION", hide_env_values = true)]
    pub session: Option<Ref>,

    /// A repeat of the same change with the same key, within 7 days, gives the first answer and changes nothing
    #[arg(long, global = true, value_name = "KEY")]
    pub idempotency_key: Option<String>,

    /// One JSON document {schema_version, kind, data} on stdout; errors as one on stderr
    #[arg(long, global = true)]
    pub json: bool,

    /// No notes and hints on stderr, only errors
    #[arg(short, long, global = true)]
    pub quiet: bool,

    /// Traces on stderr; twice with SQL
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet")]
    pub verbose: u8,

    /// Colours on stdout and stderr; auto honours NO_COLOR
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// For changes that are worth a look before.
#[derive(Clone, Copy, Debug, Args)]
pub struct DryRun {
    /// Do it, show it and take it back: nothing is changed
    #[arg(long, conflicts_with = "idempotency_key")]
    pub dry_run: bool,
}

/// When to colour.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

impl From<Color> for anstream::ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

/// A text that may hold a password: never shown.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl std::str::FromStr for Secret {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
