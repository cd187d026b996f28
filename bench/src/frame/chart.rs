//! Charts of ratios, as SVG.

use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::Result;
use super::report::{Figure, Section, number};

const WIDTH: u32 = 960;
const ROW: u32 = 22;
const TOP: u32 = 56;
/// Where the bars begin, and how wide they may be.
const LEFT: i32 = 470;
const ROOM: f64 = 400.0;

const INK: RGBColor = RGBColor(40, 44, 52);
const PAPER: RGBColor = RGBColor(255, 255, 255);
const MET: RGBColor = RGBColor(62, 124, 90);
const MISSED: RGBColor = RGBColor(178, 74, 58);
const PLAIN: RGBColor = RGBColor(96, 112, 140);
const PALE: RGBColor = RGBColor(200, 204, 212);

/// A bar for each figure: its median ratio, the spread as a line over it, and its goal as a mark.
///
/// The scale is logarithmic: twice as fast and half as fast are as far from the line of equality.
pub fn write(section: &Section, path: &Path) -> Result<()> {
    let groups = section.figures.iter().zip(section.figures.iter().skip(1)).filter(|(a, b)| a.group != b.group).count();
    let rows = u32::try_from(section.figures.len() + groups + 1)?;
    let area = SVGBackend::new(path, (WIDTH, TOP + rows * ROW + 16)).into_drawing_area();
    area.fill(&PAPER)?;
    let ratios =
        section.figures.iter().flat_map(|f| [f.ratio.min, f.ratio.max, f.goal.map_or(1.0, |goal| goal.value())]);
    let ratios: Vec<f64> = ratios.filter(|ratio| ratio.is_finite() && *ratio > 0.0).chain([1.0]).collect();
    let least = ratios.iter().copied().fold(1.0, f64::min).log2() - 0.1;
    let most = ratios.iter().copied().fold(1.0, f64::max).log2() + 0.1;
    #[expect(clippy::cast_possible_truncation, reason = "a place on a page")]
    let at = |ratio: f64| LEFT + ((ratio.max(1e-9).log2() - least).max(0.0) / (most - least) * ROOM) as i32;
    area.draw(&Text::new(section.title.clone(), (16, 14), font(17)))?;
    let legend =
        "ratio; the bar begins at 1, the thin line is the least and the most of the rounds, the mark is the goal";
    area.draw(&Text::new(legend, (16, 36), font(11)))?;
    let bottom = i32::try_from(TOP + rows * ROW)?;
    area.draw(&PathElement::new([(at(1.0), 50), (at(1.0), bottom)], PALE))?;
    let mut y = i32::try_from(TOP)?;
    let mut group = "";
    for figure in &section.figures {
        if figure.group != group {
            group = &figure.group;
            area.draw(&Text::new(group.to_owned(), (16, y + 4), font(13).color(&PLAIN)))?;
            y += 22;
        }
        draw(&area, figure, y, &at)?;
        y += 22;
    }
    Ok(area.present()?)
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn draw(area: &Area<'_>, figure: &Figure, y: i32, at: &dyn Fn(f64) -> i32) -> Result<()> {
    let ratio = figure.ratio;
    let color = match figure.verdict() {
        "" => PLAIN,
        "MISSED" => MISSED,
        _ => MET,
    };
    let label = format!("{} / {}", figure.what, figure.against);
    let right = font(12).pos(Pos::new(HPos::Right, VPos::Top));
    area.draw(&Text::new(label, (LEFT - 12, y + 4), right))?;
    let (from, to) = (at(1.0).min(at(ratio.median)), at(1.0).max(at(ratio.median)));
    area.draw(&Rectangle::new([(from, y + 4), (to.max(from + 1), y + 16)], color.filled()))?;
    area.draw(&PathElement::new([(at(ratio.min), y + 10), (at(ratio.max), y + 10)], INK))?;
    if let Some(goal) = figure.goal {
        let x = at(goal.value());
        area.draw(&PathElement::new([(x, y + 1), (x, y + 19)], INK.stroke_width(2)))?;
    }
    let x = at(ratio.max).max(to) + 6;
    area.draw(&Text::new(number(ratio.median), (x, y + 4), font(12)))?;
    Ok(())
}

fn font(size: i32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK)
}
