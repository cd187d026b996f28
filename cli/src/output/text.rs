//! Text for people. Everything that is put in is escaped, so that no stored text can steer a terminal.

use std::fmt::{Display, Write};

use anstyle::{AnsiColor, Effects, Style as Ansi};
use callboard_service::rules;

use super::table::Table;

/// What a word means, which decides its colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    #[default]
    Plain,
    Strong,
    Faint,
    Good,
    Active,
    Warning,
    Bad,
    Hint,
}

impl Style {
    fn ansi(self) -> Ansi {
        match self {
            Self::Plain => Ansi::new(),
            Self::Strong => Ansi::new().effects(Effects::BOLD),
            Self::Faint => Ansi::new().effects(Effects::DIMMED),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Active => AnsiColor::Cyan.on_default(),
            Self::Warning => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default().effects(Effects::BOLD),
            Self::Hint => AnsiColor::Blue.on_default(),
        }
    }
}

/// A text in the making.
#[derive(Debug)]
pub struct Text {
    out: String,
    width: Option<u16>,
}

impl Text {
    pub fn new(width: Option<u16>) -> Self {
        Self { out: String::new(), width }
    }

    /// How many columns the terminal has; none for a pipe, which takes lines of any length.
    pub fn width(&self) -> Option<u16> {
        self.width
    }

    /// Adds escaped text in a style.
    pub fn push(&mut self, style: Style, text: impl Display) -> &mut Self {
        let ansi = style.ansi();
        // Writing to a String does not fail.
        let _ = write!(self.out, "{ansi}{}{ansi:#}", rules::escape(&text.to_string()));
        self
    }

    /// Adds escaped text.
    pub fn plain(&mut self, text: impl Display) -> &mut Self {
        self.out.push_str(&rules::escape(&text.to_string()));
        self
    }

    /// Ends the line.
    pub fn end(&mut self) -> &mut Self {
        self.out.push('\n');
        self
    }

    /// Adds a line.
    pub fn line(&mut self, text: impl Display) -> &mut Self {
        self.plain(text).end()
    }

    /// Adds `label:  value` as a line; the labels of a list line up.
    pub fn field(&mut self, label: &str, value: impl Display) -> &mut Self {
        self.styled_field(label, Style::Plain, value)
    }

    /// As [`Text::field`], left out where there is no value.
    pub fn optional(&mut self, label: &str, value: Option<impl Display>) -> &mut Self {
        match value {
            Some(value) => self.field(label, value),
            None => self,
        }
    }

    /// As [`Text::field`], with the value in a style.
    pub fn styled_field(&mut self, label: &str, style: Style, value: impl Display) -> &mut Self {
        self.push(Style::Faint, format_args!("{:<LABEL$}", format!("{label}:"))).plain(" ");
        self.push(style, value).end()
    }

    /// Adds a text of several lines under a heading, indented; nothing where it is empty.
    pub fn block(&mut self, heading: &str, text: &str) -> &mut Self {
        if text.trim().is_empty() {
            return self;
        }
        self.heading(heading);
        for line in text.lines() {
            // A tab is escaped like any control character, but is honest white space in a text.
            let line = line.replace('\t', "    ");
            let indent = if line.trim().is_empty() { "" } else { "  " };
            self.plain(indent).line(line.trim_end());
        }
        self
    }

    /// Adds a text of several lines as it is; only what could steer a terminal is escaped.
    pub fn lines(&mut self, text: &str) -> &mut Self {
        for line in text.lines() {
            let escaped: Vec<String> = line.split('\t').map(rules::escape).collect();
            self.out.push_str(&escaped.join("\t"));
            self.end();
        }
        self
    }

    /// Adds an empty line and a heading.
    pub fn heading(&mut self, heading: &str) -> &mut Self {
        if !self.out.is_empty() {
            self.end();
        }
        self.push(Style::Strong, heading).end()
    }

    /// Adds a table that fits the terminal; `nothing` where it has no rows.
    pub fn table(&mut self, table: &Table, nothing: &str) -> &mut Self {
        if table.is_empty() {
            return self.line(nothing);
        }
        self.out.push_str(&table.render(self.width));
        self
    }

    pub fn as_str(&self) -> &str {
        &self.out
    }
}

/// The width of the labels of a list.
const LABEL: usize = 15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_text_cannot_steer_the_terminal() {
        let evil = "a\u{1b}[31mb\rc\u{202e}d\u{7}\te\nf";
        let mut table = Table::new(["TITLE"]);
        table.row([super::super::Cell::new(evil)]);
        let mut text = Text::new(Some(80));
        text.line(evil).field("Title", evil).block("Text", evil).push(Style::Plain, evil).end().table(&table, "none");
        text.lines("x\u{1b}[31my\u{202e}");
        // The styles of labels are ours; red is not among them.
        assert!(!text.as_str().contains("\u{1b}[31m"), "{:?}", text.as_str());
        let others = |c: char| rules::is_unsafe(c) && !matches!(c, '\n' | '\u{1b}');
        assert!(!text.as_str().contains(others), "{:?}", text.as_str());
    }
}
