//! The diagram as one SVG that needs nothing else: tables in layers, each foreign key a line to the row that it names.

mod graph;
pub mod layout;
mod order;
mod place;

use std::fmt::Write;

use layout::{LEAST_WIDTH, Layout, Rect, Segment, Shape, Tip};

use super::escape::xml;
use super::model::{Column, Schema, Table};
use super::purposes::{GROUPS, group};

/// Heights in pixels: a column's row, and a table's name above them.
pub const ROW: i64 = 18;
pub const HEADER: i64 = 27;
/// Around the drawing, and above it for the title and the legend.
const BORDER: i64 = 28;
const TOP: i64 = 92;
/// A character of the rows' font and of the names', in hundredths of a pixel: it has one width for all.
const CHAR: i64 = 723;
const BOLD: i64 = 783;
/// Longer names end in an ellipsis; the whole one is shown on pointing at it.
const LONGEST: usize = 48;

/// Dark enough to read on white, and told apart beside each other.
const LINES: [&str; 10] =
    ["#1d5fa8", "#b4431c", "#2c7a34", "#8a2ba3", "#0a7f8c", "#b3186a", "#7a5a12", "#4a4fc4", "#5c6b1f", "#4b5a66"];
/// The names of tables stand on these, by group; the last is for tables of others.
const GROUNDS: [&str; 8] = ["#f7dfb5", "#cfe3f7", "#d3edcf", "#e6d8f3", "#e3e5e8", "#f8d7d5", "#f6f0d2", "#d5eeee"];
const _: () = assert!(GROUNDS.len() == GROUPS.len() + 1, "each group has a ground of its own");

const STYLE: &str = "\
text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1f2933}\
.n{font-weight:700;font-size:13px}.t{fill:#66727f;text-anchor:end}.k{font-size:10px;font-weight:700}\
.h{font:700 20px system-ui,'Segoe UI',Helvetica,'DejaVu Sans',sans-serif}\
.s{font:13px system-ui,'Segoe UI',Helvetica,'DejaVu Sans',sans-serif;fill:#4a5560}\
.b{fill:#fff;stroke:#8a96a3}.r{stroke:#e8ebee}.w{fill:none;stroke-width:1.7}.g{fill:none;stroke:#fff;stroke-width:5}";

/// Draws the schema. The same schema gives the same bytes.
pub fn draw(schema: &Schema) -> String {
    let layout = layout::layout(schema);
    let (width, height) = (layout.width + 2 * BORDER, layout.height + TOP + BORDER);
    let mut out = format!(
        "<!-- {} -->\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>{}</title>\n<style>{STYLE}</style>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n",
        super::HEADER,
        xml(&title(schema)),
    );
    legend(&mut out, schema);
    let _ = writeln!(out, "<g transform=\"translate({BORDER} {TOP})\">");
    wires(&mut out, schema, &layout);
    for tip in &layout.tips {
        out += &end(schema, tip);
    }
    if let Some(top) = layout.alone {
        let _ = writeln!(
            out,
            "<text class=\"s\" x=\"0\" y=\"{}\">No foreign key joins these with other tables:</text>",
            top - 14
        );
    }
    for rect in &layout.boxes {
        if let Some(table) = schema.tables.get(rect.table) {
            boxed(&mut out, schema, table, *rect);
        }
    }
    out + "</g>\n</svg>\n"
}

fn title(schema: &Schema) -> String {
    format!("The schema at {}", schema.version)
}

fn legend(out: &mut String, schema: &Schema) {
    let _ = writeln!(out, "<text class=\"h\" x=\"{BORDER}\" y=\"34\">{}</text>", xml(&title(schema)));
    let about = "PK: primary key, FK: foreign key in the colour of its line, UK: unique, ?: may be NULL. \
                 A line goes from a foreign key to the row it names; dashed where it may be NULL.";
    let _ = writeln!(out, "<text class=\"s\" x=\"{BORDER}\" y=\"54\">{about}</text>");
    let mut x = BORDER;
    for (name, _) in schema.groups() {
        let wide = 8 * i64::try_from(name.len()).unwrap_or(0);
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"65\" width=\"13\" height=\"13\" fill=\"{}\" stroke=\"#8a96a3\"/>\
             <text class=\"s\" x=\"{}\" y=\"76\">{}</text>",
            ground(name),
            x + 19,
            xml(name)
        );
        x += wide + 42;
    }
    debug_assert!(x < LEAST_WIDTH);
}

fn ground(group: &str) -> &'static str {
    let at = GROUPS.iter().position(|g| g.0 == group).unwrap_or(GROUNDS.len() - 1);
    GROUNDS.get(at).copied().unwrap_or("#fff")
}

/// The colour of the lines to a table: of the tables that are referred to each has its own, as long as there are enough.
fn line(schema: &Schema, target: usize) -> &'static str {
    let referred = |t: &&Table| schema.referring_to(&t.name).next().is_some();
    let before = schema.tables.iter().take(target).filter(referred).count();
    LINES[before % LINES.len()]
}

/// Every wire with a white seam, so that a crossing shows which of the two goes on.
fn wires(out: &mut String, schema: &Schema, layout: &Layout) {
    let mut wires: Vec<usize> = layout.segments.iter().map(|s| s.wire).collect();
    wires.sort_unstable();
    wires.dedup();
    for wire in wires {
        let of = |optional: bool| layout.segments.iter().filter(move |s| s.wire == wire && s.optional == optional);
        let path = |segments: &mut dyn Iterator<Item = &Segment>| -> String {
            segments.map(|s| format!("M{} {}L{} {}", s.from.0, s.from.1, s.to.0, s.to.1)).collect()
        };
        let all = path(&mut of(false).chain(of(true)));
        let color = line(schema, of(false).chain(of(true)).next().map_or(0, |s| s.target));
        let _ = writeln!(out, "<path class=\"g\" d=\"{all}\"/>");
        let _ = writeln!(
            out,
            "<path class=\"w\" stroke=\"{color}\" stroke-linecap=\"square\" d=\"{}\"/>",
            path(&mut of(false))
        );
        if of(true).next().is_some() {
            let dashed = path(&mut of(true));
            let _ = writeln!(out, "<path class=\"w\" stroke=\"{color}\" stroke-dasharray=\"5 3\" d=\"{dashed}\"/>");
        }
        for (x, y) in joints(layout, wire) {
            let _ = writeln!(out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"2.8\" fill=\"{color}\"/>");
        }
    }
}

/// Where a level line meets the middle of an upright one of its own wire.
fn joints(layout: &Layout, wire: usize) -> Vec<(i64, i64)> {
    let own = || layout.segments.iter().filter(|s| s.wire == wire);
    let mut out = Vec::new();
    for upright in own().filter(|s| s.from.0 == s.to.0) {
        let (x, low, high) = (upright.from.0, upright.from.1.min(upright.to.1), upright.from.1.max(upright.to.1));
        let meets = |s: &&Segment| s.from.1 == s.to.1 && (s.from.0 == x || s.to.0 == x);
        out.extend(own().filter(meets).map(|s| (x, s.from.1)).filter(|(_, y)| low < *y && *y < high));
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// A crow's foot or a bar.
fn end(schema: &Schema, tip: &Tip) -> String {
    let (x, y) = tip.at;
    let out = if tip.left { -1 } else { 1 };
    let d = match tip.shape {
        Shape::Many => format!(
            "M{} {y}L{x} {}M{} {y}L{x} {}M{} {y}L{x} {y}",
            x + 11 * out,
            y - 5,
            x + 11 * out,
            y + 5,
            x + 11 * out
        ),
        Shape::One => format!("M{} {}V{}", x + 6 * out, y - 5, y + 5),
    };
    format!("<path class=\"w\" stroke=\"{}\" d=\"{d}\"/>\n", line(schema, tip.target))
}

fn boxed(out: &mut String, schema: &Schema, table: &Table, rect: Rect) {
    let Rect { x, y, width, height, .. } = rect;
    let ground = ground(group(&table.name));
    let _ = writeln!(out, "<g><title>{}</title>", xml(&table.name));
    let _ = writeln!(
        out,
        "<rect class=\"b\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"4\"/>\
         <path d=\"M{x} {}V{}q0-4 4-4H{}q4 0 4 4V{}z\" fill=\"{ground}\" stroke=\"#8a96a3\"/>\
         <text class=\"n\" x=\"{}\" y=\"{}\">{}</text></g>",
        y + HEADER,
        y + 4,
        x + width - 4,
        y + HEADER,
        x + 9,
        y + 18,
        xml(&shortened(&table.name)),
    );
    let mut top = y + HEADER;
    for (at, column) in table.columns.iter().enumerate() {
        if at > 0 {
            let _ = writeln!(out, "<path class=\"r\" d=\"M{} {top}H{}\"/>", x + 1, x + width - 1);
        }
        let _ = writeln!(out, "<g>{}", row(schema, table, column, (x, top, width)));
        out.push_str("</g>\n");
        top += ROW;
    }
}

fn row(schema: &Schema, table: &Table, column: &Column, (x, top, width): (i64, i64, i64)) -> String {
    let base = top + 13;
    let mut out = format!("<title>{}</title>", xml(&about(table, column)));
    let refers = table.foreign_keys.iter().find(|k| k.columns.contains(&column.name));
    let mut marks = Vec::new();
    if table.primary_key.contains(&column.name) {
        marks.push(("PK", "#8a6100"));
    }
    if let Some(key) = refers {
        marks.push(("FK", schema.position(&key.target).map_or("#66727f", |t| line(schema, t))));
    }
    if marks.len() < 2 && table.is_unique_column(&column.name) {
        marks.push(("UK", "#66727f"));
    }
    for (mark, at) in marks.iter().zip([x + 7, x + 23]) {
        let _ = write!(out, "<text class=\"k\" x=\"{at}\" y=\"{base}\" style=\"fill:{}\">{}</text>", mark.1, mark.0);
    }
    let _ = write!(
        out,
        "<text x=\"{}\" y=\"{base}\">{}</text><text class=\"t\" x=\"{}\" y=\"{base}\">{}</text>",
        x + MARKS,
        xml(&shortened(&column.name)),
        x + width - 8,
        xml(&kind(column))
    );
    out
}

/// The room for two marks.
const MARKS: i64 = 42;

/// What is shown on pointing at a column.
fn about(table: &Table, column: &Column) -> String {
    let null = if column.nullable { "may be NULL" } else { "not NULL" };
    let mut out = format!("{}.{}: {}, {null}", table.name, column.name, column.kind);
    if let Some(default) = &column.default {
        let _ = write!(out, ", default {default}");
    }
    if !column.values.is_empty() {
        let _ = write!(out, ", one of {}", column.values.join(", "));
    }
    for key in table.foreign_keys.iter().filter(|k| k.columns.contains(&column.name)) {
        let (from, to) = (key.columns.join(", "), key.target_columns.join(", "));
        let _ = write!(out, "; {from} -> {} ({to}), on delete {}", key.target, key.on_delete);
    }
    out
}

fn kind(column: &Column) -> String {
    format!("{}{}", shortened(&column.kind), if column.nullable { "?" } else { "" })
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// The height of a table's box.
pub(super) fn height(table: &Table) -> i64 {
    HEADER + ROW * i64::try_from(table.columns.len()).unwrap_or(0)
}

/// The width that a table's box needs for its texts.
pub(super) fn width(table: &Table) -> i64 {
    // What is not ASCII, or is shown by its number, may take the room of more.
    let cells = |text: &str| -> i64 {
        text.chars()
            .map(|c| {
                if c.is_ascii() && !c.is_control() {
                    1
                } else if c.is_control() {
                    8
                } else {
                    2
                }
            })
            .sum()
    };
    let row = |c: &Column| MARKS + (cells(&shortened(&c.name)) + cells(&kind(c)) + 2) * CHAR / 100 + 8;
    let name = 18 + cells(&shortened(&table.name)) * BOLD / 100;
    table.columns.iter().map(row).chain([name]).max().unwrap_or(name).max(120)
}
