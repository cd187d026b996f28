//! Tables without rules, folded to the terminal's width.

use std::fmt::Display;

use callboard_service::rules;
use comfy_table::{Attribute, Color, ColumnConstraint, ContentArrangement, presets};

use super::Style;

/// One value of a table.
#[derive(Clone, Debug)]
pub struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// An escaped value.
    pub fn new(value: impl Display) -> Self {
        Self::styled(Style::Plain, value)
    }

    /// An escaped value in a style.
    pub fn styled(style: Style, value: impl Display) -> Self {
        Self { text: rules::escape(&value.to_string()), style }
    }

    /// A value that may be missing.
    pub fn optional(value: Option<impl Display>) -> Self {
        value.map_or_else(|| Self::styled(Style::Faint, "-"), Self::new)
    }
}

/// Rows under a header.
#[derive(Debug)]
pub struct Table {
    header: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub fn new(header: impl IntoIterator<Item = &'static str>) -> Self {
        Self { header: header.into_iter().collect(), rows: Vec::new() }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table's lines: folded to `width`, or as long as they are where there is none (a pipe).
    pub fn render(&self, width: Option<u16>) -> String {
        let mut table = comfy_table::Table::new();
        table.load_style(presets::NOTHING).force_no_tty().enforce_styling().style_text_only();
        table.set_header(self.header.iter().map(|name| Cell::styled(Style::Faint, name).comfy()));
        table.add_rows(self.rows.iter().map(|row| row.iter().map(Cell::comfy)));
        for column in table.column_iter_mut() {
            column.set_padding((0, GAP));
        }
        match width {
            Some(width) => {
                // Without the gap after the last column.
                table.set_width(width.saturating_add(GAP)).set_content_arrangement(ContentArrangement::Dynamic);
                keep_short_columns_whole(&mut table, width);
            }
            None => {
                table.set_content_arrangement(ContentArrangement::Disabled);
            }
        }
        let mut out = String::new();
        for line in table.lines() {
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}

/// Spaces between two columns.
const GAP: u16 = 2;
/// The longest value that is not folded where there is room: an id.
const ID: u16 = 36;
/// The least room that is left to a long column.
const LEAST: u16 = 12;

/// Folds the long columns first: a key or an id on two lines cannot be copied.
fn keep_short_columns_whole(table: &mut comfy_table::Table, width: u16) {
    let widths = table.column_max_content_widths();
    let short = |content: u16| content <= ID;
    let needed: u16 = widths.iter().map(|w| if short(*w) { *w } else { LEAST }.saturating_add(GAP)).sum();
    if needed > width {
        return;
    }
    for (column, content) in table.column_iter_mut().zip(widths) {
        if short(content) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
}

impl Cell {
    fn comfy(&self) -> comfy_table::Cell {
        let cell = comfy_table::Cell::new(&self.text);
        match self.style {
            // Codes around nothing would keep the line's end from being trimmed.
            _ if self.text.is_empty() => cell,
            Style::Plain => cell,
            Style::Strong => cell.add_attribute(Attribute::Bold),
            Style::Faint => cell.add_attribute(Attribute::Dim),
            Style::Good => cell.fg(Color::DarkGreen),
            Style::Active => cell.fg(Color::DarkCyan),
            Style::Warning => cell.fg(Color::DarkYellow),
            Style::Bad => cell.fg(Color::DarkRed).add_attribute(Attribute::Bold),
            Style::Hint => cell.fg(Color::DarkBlue),
        }
    }
}

/// The terminal's width, where stdout is one.
pub fn terminal_width() -> Option<u16> {
    comfy_table::Table::new().width()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Table {
        let mut table = Table::new(["KEY", "TITLE", "ASSIGNMENT"]);
        let title = "a title that is rather long and so must be folded when the terminal is narrow, word by word";
        table.row(["CB-1", title, "01890a5d-ac96-774b-bcce-b302099a8057"].map(Cell::new));
        table
    }

    #[test]
    fn a_table_fits_the_terminal_and_keeps_ids_whole() {
        for width in [60, 80, 100, 200] {
            let rendered = sample().render(Some(width));
            let plain = anstream::adapter::strip_str(&rendered).to_string();
            assert!(plain.lines().all(|l| unicode_width::UnicodeWidthStr::width(l) <= usize::from(width)), "{plain}");
            assert!(plain.contains("01890a5d-ac96-774b-bcce-b302099a8057"), "{plain}");
        }
    }

    #[test]
    fn a_pipe_gets_one_line_a_row() {
        assert_eq!(sample().render(None).lines().count(), 2);
    }
}
