//! The one place where an error becomes a text, a hint and an exit code (docs/errors.md).

mod advice;
mod decision;
mod file;
mod gate;
mod session;
mod workflow;

use std::io;
use std::process::ExitCode;

use clap::error::ErrorKind;

use crate::context::Context;
use crate::output::{self, ErrorData};

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub enum CliError {
    Service(callboard_service::Error),
    Migration(callboard_migration::error::Error),
    /// There is no board: nowhere in particular, or at the named place.
    NoBoard {
        target: Option<String>,
    },
    /// A board is there already, where an empty place is needed.
    BoardExists {
        target: String,
        way_out: &'static str,
    },
    /// A process that worked for this command did not do its part.
    Worker {
        agent: String,
        how: String,
    },
    /// Nobody acts: the board has no default actor.
    NoActor,
    /// The command line is parsable, but says too little or too much.
    Usage {
        message: String,
        hint: &'static str,
    },
    Io(io::Error),
    /// A file that the command line names can't be read.
    File {
        path: String,
        error: io::Error,
    },
    /// A file is there already that would be written.
    FileExists {
        path: String,
    },
    /// A file that was exported was edited since.
    FileEdited {
        path: String,
    },
    /// A file that the command line names can't be written.
    Write {
        path: String,
        error: io::Error,
    },
    /// A text that the command line names is not what it should be.
    Input {
        what: String,
        error: serde_json::Error,
    },
    /// A template that breaks rules, with the lines of its file.
    Template {
        file: String,
        /// Empty where it cannot be read.
        name: String,
        problems: Vec<(usize, String)>,
    },
    /// A check found what should not be; its rows are on stdout.
    Broken {
        count: usize,
    },
    /// A `--check` found what it looks for; its rows are on stdout.
    Found {
        count: u64,
        hint: &'static str,
    },
    /// Files are not as the operations on them left them; they are on stdout.
    FilesDiffer {
        count: usize,
    },
    /// Artifacts are not as they were added; they are on stdout.
    ArtifactsDiffer {
        count: u64,
    },
    /// Whoever read stdout has gone.
    BrokenPipe,
    Interrupted,
    /// A document could not be written as JSON.
    Json(serde_json::Error),
}

impl From<callboard_service::Error> for CliError {
    fn from(error: callboard_service::Error) -> Self {
        Self::Service(error)
    }
}

impl From<callboard_service::DatabaseError> for CliError {
    fn from(error: callboard_service::DatabaseError) -> Self {
        Self::Service(error.into())
    }
}

impl From<callboard_migration::error::Error> for CliError {
    fn from(error: callboard_migration::error::Error) -> Self {
        Self::Migration(error)
    }
}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::BrokenPipe } else { Self::Io(error) }
    }
}

impl From<serde_json::Error> for CliError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

/// Prints an error and gives its exit code.
pub fn report(error: &CliError, context: &Context) -> ExitCode {
    // What was asked was done; only nobody wanted the rest of the output.
    if matches!(error, CliError::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    let exit_code = advice::exit_code(error);
    context.out.error(&ErrorData {
        code: advice::code(error),
        exit_code,
        message: advice::message(error),
        details: advice::details(error),
        hint: advice::hint(error),
        retryable: matches!(error, CliError::Service(error) if error.is_retryable()),
    });
    ExitCode::from(exit_code)
}

/// Prints what clap has to say: help on stdout, a wrong command line on stderr with exit code 2.
pub fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // Help or the version was asked for; a closed stdout is no failure.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let rendered = error.render();
    // The help of a command that was given without a verb names no value of the user's.
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        anstream::eprint!("{}", rendered.ansi());
    } else if std::env::args_os().any(|arg| arg == "--json") {
        let text = masked(&rendered.to_string());
        let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        let hint = Some("`callboard --help` lists the commands, `callboard COMMAND --help` has examples".to_owned());
        output::print_error_json(&ErrorData {
            code: "usage",
            exit_code: 2,
            message,
            details: Vec::new(),
            hint,
            retryable: false,
        });
    } else {
        anstream::eprint!("{}", masked(&rendered.ansi().to_string()));
    }
    ExitCode::from(2)
}

/// Hides every word that looks like a URL: a misplaced one may hold a password.
fn masked(text: &str) -> String {
    let ends = |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '`' | '\u{1b}');
    text.split_inclusive(ends)
        .map(|piece| {
            let word = piece.trim_end_matches(ends);
            let tail = &piece[word.len()..];
            match (word.split_once("://"), word.split_once('@')) {
                (Some((scheme, _)), _) => format!("{scheme}://***{tail}"),
                (None, Some((user, _))) if user.contains(':') => format!("***{tail}"),
                _ => piece.to_owned(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn a_misplaced_url_is_hidden() {
        assert_eq!(masked("unexpected 'postgres://u:p@h/d' found"), "unexpected 'postgres://***' found");
        assert_eq!(masked("a://b c://d"), "a://*** c://***");
        assert_eq!(masked("'u:p@h/d'; ada@example.org"), "'***'; ada@example.org");
        assert_eq!(masked("nothing here"), "nothing here");
    }
}
