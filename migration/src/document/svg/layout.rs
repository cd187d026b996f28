//! Where everything stands: boxes in layers, and lines in the gaps between them.

use std::collections::BTreeMap;

use super::graph::{End, Graph, Node, Port, graph};
use super::place::{drop_of, tops};
use super::{HEADER, ROW, height, order, width};
use crate::document::model::Schema;

/// From a box to the first upright line of a gap, where loops and the ends of lines have their room.
const MARGIN: i64 = 34;
/// Between two upright lines of a gap.
const TRACK: i64 = 11;
/// Between boxes that stand alone.
const GAP: i64 = 26;
/// The page is at least as wide as its legend.
pub const LEAST_WIDTH: i64 = 1_240;

/// All lengths are pixels, from the left upper corner of the drawing.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    pub width: i64,
    pub height: i64,
    pub boxes: Vec<Rect>,
    pub segments: Vec<Segment>,
    pub tips: Vec<Tip>,
    /// The top of the tables that nothing joins with others, if there are any.
    pub alone: Option<i64>,
}

/// The box of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rect {
    pub table: usize,
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
}

/// A level or upright part of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Segment {
    /// The lines of one wire may lie upon each other; no others do.
    pub wire: usize,
    /// By this it has its colour: the table that is referred to.
    pub target: usize,
    pub from: (i64, i64),
    pub to: (i64, i64),
    /// Part of a foreign key that may be NULL.
    pub optional: bool,
}

/// The end of a line at a box.
#[derive(Clone, Copy, Debug)]
pub struct Tip {
    pub target: usize,
    pub at: (i64, i64),
    /// On the left side of its box.
    pub left: bool,
    pub shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Any number of rows.
    Many,
    /// One row.
    One,
}

/// Lays out a schema.
pub fn layout(schema: &Schema) -> Layout {
    let mut graph = graph(schema);
    order::order(&mut graph);
    let tops = tops(schema, &graph);
    let mut work = Work { schema, y: heights(&graph, &tops), graph: &graph, out: Layout::default() };
    work.boxes(&tops);
    work.loops();
    work.alone();
    work.out
}

/// The height of each end, by the net's number and layer: `None` is its lane or its beginning.
type Heights = BTreeMap<(usize, usize, Option<End>), i64>;

fn heights(graph: &Graph, tops: &[Vec<i64>]) -> Heights {
    let mut out = Heights::new();
    // The lines that end at one row of one side: each a little lower than the one before.
    let mut taken: BTreeMap<(usize, usize, bool), i64> = BTreeMap::new();
    let mut apart = |table: usize, row: usize, left: bool| {
        let number = taken.entry((table, row, left)).or_default();
        *number += 1;
        [0, -4, 4, -2, 2][usize::try_from((*number - 1) % 5).unwrap_or(0)]
    };
    for (layer, nodes) in graph.layers.iter().enumerate() {
        for (node, top) in nodes.iter().zip(&tops[layer]) {
            for (index, net) in graph.nets.iter().enumerate() {
                match *node {
                    Node::Lane(lane) if lane == index => {
                        out.insert((index, layer, None), top + drop_of(*node, 0));
                    }
                    Node::Table(table) => {
                        if net.from.table == table {
                            let row = net.from.row;
                            out.insert((index, layer, None), top + drop_of(*node, row) + apart(table, row, false));
                        }
                        for end in net.to.iter().filter(|e| e.port.table == table) {
                            let row = end.port.row;
                            out.insert((index, layer, Some(*end)), top + drop_of(*node, row) + apart(table, row, true));
                        }
                    }
                    Node::Lane(_) => {}
                }
            }
        }
    }
    out
}

struct Work<'a> {
    schema: &'a Schema,
    graph: &'a Graph,
    y: Heights,
    out: Layout,
}

/// A net within one gap.
struct Crossing {
    net: usize,
    left: i64,
    right: Vec<(i64, Option<End>)>,
}

impl Crossing {
    fn range(&self) -> (i64, i64) {
        let ys = || self.right.iter().map(|r| r.0).chain([self.left]);
        (ys().min().unwrap_or(0), ys().max().unwrap_or(0))
    }

    /// How often the two cross when this one's upright line is on the left of the other's.
    fn cost(&self, other: &Self) -> usize {
        let within = |y: i64, (low, high): (i64, i64)| usize::from(low < y && y < high);
        within(other.left, self.range()) + self.right.iter().map(|r| within(r.0, other.range())).sum::<usize>()
    }
}

impl Work<'_> {
    /// Places the boxes layer by layer, with the gaps as wide as their lines need.
    fn boxes(&mut self, tops: &[Vec<i64>]) {
        let mut x = 0;
        for (layer, nodes) in self.graph.layers.iter().enumerate() {
            let tables = || {
                nodes.iter().zip(&tops[layer]).filter_map(|(n, top)| match n {
                    Node::Table(table) => Some((*table, *top)),
                    Node::Lane(_) => None,
                })
            };
            let widest = tables().map(|(t, _)| width(&self.schema.tables[t])).max().unwrap_or(0);
            for (table, y) in tables() {
                let height = height(&self.schema.tables[table]);
                self.out.boxes.push(Rect { table, x, y, width: widest, height });
                self.out.height = self.out.height.max(y + height);
            }
            for net in nodes.iter().filter_map(|n| if let Node::Lane(net) = n { Some(*net) } else { None }) {
                let y = self.height_of(net, layer, None);
                self.segment(net, (x, y), (x + widest, y), false);
                self.out.height = self.out.height.max(y + ROW);
            }
            let left = x + widest;
            self.out.width = self.out.width.max(left + if layer + 1 < self.graph.layers.len() { 0 } else { MARGIN });
            x = left + self.gap(layer, left);
        }
    }

    /// Draws the lines of the gap on the right of a layer, and gives its width.
    fn gap(&mut self, layer: usize, left: i64) -> i64 {
        let mut crossings = self.crossings(layer);
        untangle(&mut crossings);
        let tracks = tracks(&crossings);
        let widest = tracks.iter().max().map_or(0, |t| t + 1);
        let gap = 2 * MARGIN + TRACK * (widest - 1).max(0);
        for (crossing, track) in crossings.iter().zip(tracks) {
            let (net, x) = (crossing.net, left + MARGIN + TRACK * track);
            let (low, high) = crossing.range();
            self.segment(net, (left, crossing.left), (x, crossing.left), false);
            self.segment(net, (x, low), (x, high), false);
            let n = &self.graph.nets[net];
            if self.graph.rank[n.from.table] == layer {
                let shape = if n.reversed { many(n.to.first()) } else { Shape::One };
                self.out.tips.push(Tip { target: n.target, at: (left, crossing.left), left: false, shape });
            }
            for (y, end) in &crossing.right {
                let optional = end.is_some_and(|e| e.optional);
                self.segment(net, (x, *y), (left + gap, *y), optional);
                if let Some(end) = end {
                    let n = &self.graph.nets[net];
                    let shape = if n.reversed { Shape::One } else { many(Some(end)) };
                    self.out.tips.push(Tip { target: n.target, at: (left + gap, *y), left: true, shape });
                }
            }
        }
        gap
    }

    fn crossings(&self, layer: usize) -> Vec<Crossing> {
        let mut out = Vec::new();
        for (net, n) in self.graph.nets.iter().enumerate() {
            let Some(left) = self.y.get(&(net, layer, None)) else { continue };
            let ends = n.to.iter().filter(|e| self.graph.rank[e.port.table] == layer + 1).map(|e| Some(*e));
            let lane = self.y.contains_key(&(net, layer + 1, None)).then_some(None);
            let right: Vec<_> = ends.chain(lane).map(|end| (self.height_of(net, layer + 1, end), end)).collect();
            if !right.is_empty() {
                out.push(Crossing { net, left: *left, right });
            }
        }
        out
    }

    fn height_of(&self, net: usize, layer: usize, end: Option<End>) -> i64 {
        self.y.get(&(net, layer, end)).copied().unwrap_or(0)
    }

    fn segment(&mut self, net: usize, from: (i64, i64), to: (i64, i64), optional: bool) {
        let target = self.graph.nets[net].target;
        self.out.segments.push(Segment { wire: net, target, from, to, optional });
    }

    /// Tables that refer to themselves: a small loop at their right side.
    fn loops(&mut self) {
        for (number, l) in self.graph.loops.iter().enumerate() {
            let table = l.from.port.table;
            let Some(rect) = self.out.boxes.iter().find(|b| b.table == table).copied() else { continue };
            self.bend(number, l.from, l.to, rect);
        }
    }

    fn bend(&mut self, number: usize, from: End, to: usize, rect: Rect) {
        let table = from.port.table;
        let before = self.graph.loops[..number].iter().filter(|l| l.from.port.table == table).count();
        // Up to three beside each other; more than three share the last.
        let out = rect.x + rect.width + 14 + 5 * i64::try_from(before.min(2)).unwrap_or(0);
        let row = |row: usize| rect.y + drop_of(Node::Table(table), row);
        // A net that is the column's own begins at the same place, in the same colour.
        let wire = self.graph.nets.iter().position(|n| !n.reversed && n.from.table == table && n.from.row == to);
        let wire = wire.unwrap_or(self.graph.nets.len() + table);
        // Beside what else begins at that row.
        let crowded = self.graph.nets.iter().enumerate().any(|(n, net)| n != wire && net.from == from.port);
        let aside = match before {
            0 if !crowded => 0,
            n if n % 2 == 0 => 6,
            _ => -6,
        };
        let low = row(from.port.row) + aside;
        let goal = Port { table, row: to };
        let busy =
            self.graph.nets.iter().any(|n| n.from == goal) || self.graph.loops.iter().any(|l| l.from.port == goal);
        let own = self.y.get(&(wire, self.graph.rank[table], None)).copied();
        let high = own.unwrap_or(row(to) + if busy { 3 } else { 0 });
        for (a, b) in [
            ((out, low), (rect.x + rect.width, low)),
            ((out, low), (out, high)),
            ((rect.x + rect.width, high), (out, high)),
        ] {
            self.out.segments.push(Segment { wire, target: table, from: a, to: b, optional: from.optional });
        }
        let side = rect.x + rect.width;
        let mut tip = |y, shape| self.out.tips.push(Tip { target: table, at: (side, y), left: false, shape });
        tip(low, many(Some(&from)));
        tip(high, Shape::One);
    }

    /// The tables that nothing joins, in rows below the others.
    fn alone(&mut self) {
        let limit = self.out.width.max(LEAST_WIDTH);
        let mut top = if self.out.boxes.is_empty() { 0 } else { self.out.height + 2 * HEADER + GAP };
        self.out.alone = (!self.graph.alone.is_empty()).then_some(top);
        let (mut x, mut tallest) = (0, 0);
        for table in &self.graph.alone {
            let (width, height) = (width(&self.schema.tables[*table]), height(&self.schema.tables[*table]));
            if x > 0 && x + width + MARGIN > limit {
                (x, top, tallest) = (0, top + tallest + GAP, 0);
            }
            let rect = Rect { table: *table, x, y: top, width, height };
            self.out.boxes.push(rect);
            self.out.width = self.out.width.max(x + width + MARGIN);
            x += width + MARGIN + GAP;
            tallest = tallest.max(height);
        }
        self.out.height = self.out.height.max(top + tallest);
        self.out.width = self.out.width.max(LEAST_WIDTH);
        let loops: Vec<_> = self.graph.loops.iter().enumerate().map(|(n, l)| (n, *l)).collect();
        for (number, l) in loops {
            let table = l.from.port.table;
            if let Some(rect) =
                self.out.boxes.iter().find(|b| b.table == table && self.graph.alone.contains(&table)).copied()
            {
                self.bend(number, l.from, l.to, rect);
            }
        }
    }
}

fn many(end: Option<&End>) -> Shape {
    if end.is_some_and(|e| e.unique) { Shape::One } else { Shape::Many }
}

/// Orders upright lines so that few lines cross: neighbours change places while that helps.
fn untangle(crossings: &mut [Crossing]) {
    crossings.sort_by_key(|c| (c.range().0, c.net));
    for _ in 0..crossings.len() {
        let mut changed = false;
        for at in 1..crossings.len() {
            let (a, b) = (&crossings[at - 1], &crossings[at]);
            if b.cost(a) < a.cost(b) {
                crossings.swap(at - 1, at);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
}

/// The track of each upright line: those that are beside each other keep their order, others share one.
fn tracks(crossings: &[Crossing]) -> Vec<i64> {
    let mut out: Vec<i64> = Vec::new();
    for crossing in crossings {
        let (low, high) = crossing.range();
        // Level ends must not meet either, so a row is left between two on one track.
        let near = |other: &Crossing| other.range().0 <= high + ROW && low <= other.range().1 + ROW;
        let before = crossings.iter().zip(&out).filter(|(c, _)| near(c)).map(|(_, track)| track + 1);
        out.push(before.max().unwrap_or(0));
    }
    out
}
