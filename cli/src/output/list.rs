//! A document whose list is printed piece by piece, however long it is.

use std::io::{self, BufWriter, Stdout, Write};

use serde::Serialize;

use super::{Printer, Table, Text, json};
use crate::error::CliError;

/// The document `{.., "data": {LIST: [..], ..}}`, or tables one below the other. Nothing is printed before the first rows.
#[derive(Debug)]
pub struct List<'a> {
    printer: &'a Printer,
    out: BufWriter<Stdout>,
    kind: &'static str,
    name: &'static str,
    rows: u64,
}

impl Printer {
    /// Begins a document of that kind, whose data has a list of that name.
    pub fn list(&self, kind: &'static str, name: &'static str) -> List<'_> {
        List { printer: self, out: BufWriter::new(io::stdout()), kind, name, rows: 0 }
    }
}

impl List<'_> {
    /// Prints the next rows; `table` shows them to people.
    ///
    /// # Errors
    /// That of stdout.
    pub fn rows<T: Serialize>(&mut self, rows: &[T], table: impl FnOnce(&[T]) -> Table) -> io::Result<()> {
        if !self.printer.is_json() {
            self.rows += rows.len() as u64;
            return self.printer.text(|text| _ = text.table(&table(rows), ""));
        }
        for row in rows {
            match self.rows {
                0 => write!(self.out, "{},\"data\":{{\"{}\":[", json::head(self.kind), self.name)?,
                _ => self.out.write_all(b",\n")?,
            }
            serde_json::to_writer(&mut self.out, row)?;
            self.rows += 1;
        }
        Ok(())
    }

    /// Ends the document with the other fields of its data; `empty` is said to people where there were no rows.
    ///
    /// # Errors
    /// A closed stdout is [`CliError::BrokenPipe`].
    pub fn end<T: Serialize>(mut self, rest: &T, empty: &str) -> Result<(), CliError> {
        if !self.printer.is_json() {
            if self.rows == 0 {
                self.printer.text(|text: &mut Text| _ = text.line(empty))?;
            }
            return Ok(());
        }
        if self.rows == 0 {
            write!(self.out, "{},\"data\":{{\"{}\":[", json::head(self.kind), self.name)?;
        }
        let rest = serde_json::to_string(rest)?;
        // The object's own brace was opened before its list.
        let fields = rest.strip_prefix('{').unwrap_or(&rest);
        writeln!(self.out, "],{fields}}}")?;
        Ok(self.out.flush()?)
    }
}
