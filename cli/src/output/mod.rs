//! What is printed: data on stdout, as text or as one JSON document; everything else on stderr.

pub mod archives;
pub mod artifacts;
pub mod assignments;
pub mod chart;
pub mod continuity;
pub mod files;
pub mod health;
mod json;
pub mod lists;
pub mod maintenance;
pub mod quickstart;
pub mod reference;
pub mod reviews;
pub mod runs;
pub mod sessions;
pub mod streams;
pub mod table;
mod text;
pub mod words;

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

pub use table::{Cell, Table};
pub use text::{Style, Text};

use crate::args::Global;
use crate::error::CliError;

/// How and where to print.
#[derive(Debug)]
pub struct Printer {
    json: bool,
    /// No notes and hints; also with `--json`, whose readers know the documents.
    quiet: bool,
    color: ColorChoice,
    width: Option<u16>,
    /// What is shown was taken back.
    dry_run: std::cell::Cell<bool>,
}

impl Printer {
    pub fn new(global: &Global) -> Self {
        Self {
            json: global.json,
            quiet: global.quiet || global.json,
            color: global.color.into(),
            width: width(),
            dry_run: std::cell::Cell::new(false),
        }
    }

    /// From now on, what is shown did not stay: a note says so, and `dry_run` in the document.
    pub fn rehearsed(&self) {
        self.dry_run.set(true);
        self.note("Dry run: this is what would happen; nothing was changed.");
    }

    /// Whether documents are printed.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether notes and hints are wanted.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Prints what a command is for: as JSON of that kind, or as the text that `human` writes.
    ///
    /// # Errors
    /// A closed stdout is [`CliError::BrokenPipe`].
    pub fn data<T: Serialize>(
        &self,
        kind: &'static str,
        data: &T,
        human: impl FnOnce(&mut Text),
    ) -> Result<(), CliError> {
        if self.json {
            return self.raw(&json::document(kind, data, self.dry_run.get(), io::stdout().is_terminal())?);
        }
        let mut text = Text::new(self.width);
        human(&mut text);
        let mut stdout = AutoStream::new(io::stdout().lock(), self.color);
        Ok(stdout.write_all(text.as_str().as_bytes()).and_then(|()| stdout.flush())?)
    }

    /// Prints bytes that are already in their form.
    ///
    /// # Errors
    /// As [`Printer::data`].
    pub fn raw(&self, text: &str) -> Result<(), CliError> {
        let mut stdout = io::stdout().lock();
        Ok(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())?)
    }

    /// Tells on stderr what was done, unless `--quiet`.
    pub fn note(&self, message: &str) {
        if !self.quiet {
            self.stderr(None, message);
        }
    }

    /// Tells on stderr what to do next, unless `--quiet`.
    pub fn hint(&self, message: &str) {
        if !self.quiet {
            self.stderr(Some(("Hint", Style::Hint)), message);
        }
    }

    pub fn warning(&self, message: &str) {
        self.stderr(Some(("Warning", Style::Warning)), message);
    }

    /// Prints an error to stderr: as text, or as a JSON document of the kind `error`.
    pub fn error(&self, error: &ErrorData<'_>) {
        if self.json {
            return print_error_json(error);
        }
        self.stderr(Some(("Error", Style::Bad)), &error.message);
        for detail in &error.details {
            self.stderr(None, detail);
        }
        for hint in error.hint.iter().flat_map(|hint| hint.lines()) {
            self.stderr(Some(("Hint", Style::Hint)), hint);
        }
    }

    fn stderr(&self, label: Option<(&str, Style)>, message: &str) {
        let mut text = Text::new(None);
        if let Some((label, style)) = label {
            text.push(style, format_args!("{label}:")).plain(" ");
        }
        text.plain(message).end();
        self.write_stderr(text.as_str());
    }

    fn write_stderr(&self, text: &str) {
        let mut stderr = AutoStream::new(io::stderr().lock(), self.color);
        // Where stderr is closed, nobody can be told.
        let _ = stderr.write_all(text.as_bytes());
    }
}

/// An error as the JSON document on stderr shows it.
#[derive(Debug, Serialize)]
pub struct ErrorData<'a> {
    /// The cause, stable: see docs/errors.md.
    pub code: &'a str,
    pub exit_code: u8,
    pub message: String,
    /// One line for each thing that is wrong, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
    pub hint: Option<String>,
    /// Whether the same command may succeed when it is given again.
    pub retryable: bool,
}

/// Prints an error as JSON where there is no [`Printer`] yet.
pub fn print_error_json(error: &ErrorData<'_>) {
    if let Ok(document) = json::document("error", error, false, false) {
        // Where stderr is closed, nobody can be told.
        let _ = io::stderr().lock().write_all(document.as_bytes());
    }
}

/// The terminal's width: COLUMNS, else what the terminal says; none where stdout is no terminal.
fn width() -> Option<u16> {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    // Below this a table is unreadable however it is folded.
    let at_least = |width: u16| width.max(40);
    columns.or_else(table::terminal_width).map(at_least)
}
