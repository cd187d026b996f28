//! How high each node of a layer stands: as level with what it is joined with as its neighbours let it.

use super::graph::{Graph, Node};
use super::order::lines;
use super::{HEADER, ROW, height};
use crate::document::model::Schema;

/// Between two boxes, in pixels.
const GAP: i64 = 26;
const SWEEPS: usize = 12;

/// The top of each node, by layer.
pub fn tops(schema: &Schema, graph: &Graph) -> Vec<Vec<i64>> {
    let mut tops: Vec<Vec<i64>> = graph
        .layers
        .iter()
        .enumerate()
        .map(|(at, layer)| settle(schema, at, layer, &vec![(0.0, 1.0); layer.len()]))
        .collect();
    for sweep in 0..SWEEPS {
        let count = graph.layers.len();
        for step in 0..count {
            let layer = if sweep % 2 == 0 { step } else { count - 1 - step };
            let wanted = wanted(graph, &tops, layer);
            tops[layer] = settle(schema, layer, &graph.layers[layer], &wanted);
        }
    }
    let highest = tops.iter().flatten().min().copied().unwrap_or(0);
    // By whole double rows, so that what is level stays level and what is not does not become so.
    let shift = highest.div_euclid(ROW) * ROW;
    tops.iter_mut().flatten().for_each(|top| *top -= shift);
    tops
}

/// From a node's top to its row.
pub fn drop_of(node: Node, row: usize) -> i64 {
    match node {
        Node::Table(_) => HEADER + ROW * i64::try_from(row).unwrap_or(0) + ROW / 2,
        Node::Lane(_) => ROW / 2,
    }
}

/// Where each node would stand if it were alone, and how much that counts.
fn wanted(graph: &Graph, tops: &[Vec<i64>], layer: usize) -> Vec<(f64, f64)> {
    let nodes = &graph.layers[layer];
    let mut sums = vec![(0.0, 0.0); nodes.len()];
    let mut add = |own: (usize, usize), other_layer: usize, other: (usize, usize)| {
        let y = tops[other_layer][other.0] + drop_of(graph.layers[other_layer][other.0], other.1);
        let (sum, count) = &mut sums[own.0];
        *sum += real(y - drop_of(nodes[own.0], own.1));
        *count += 1.0;
    };
    if layer > 0 {
        lines(graph, layer - 1).into_iter().for_each(|(left, right)| add(right, layer - 1, left));
    }
    if layer + 1 < graph.layers.len() {
        lines(graph, layer).into_iter().for_each(|(left, right)| add(left, layer + 1, right));
    }
    let mean = |(at, (sum, count)): (usize, (f64, f64))| {
        if count > 0.0 { (sum / count, count) } else { (real(tops[layer][at]), 0.1) }
    };
    sums.into_iter().enumerate().map(mean).collect()
}

/// The places nearest to the wanted ones (least squares) that keep the order and the gaps, on the grid of the layer.
///
/// The grids of neighbouring layers are half a row apart: the ends of two lines in a gap are never on one level.
fn settle(schema: &Schema, layer: usize, nodes: &[Node], wanted: &[(f64, f64)]) -> Vec<i64> {
    let tall = |node: &Node| match node {
        Node::Table(table) => height(&schema.tables[*table]) + GAP,
        Node::Lane(_) => ROW,
    };
    let mut before = 0;
    // Runs of nodes that touch: the mean of their offsets, its weight, and how many they are.
    let mut runs: Vec<(f64, f64, usize)> = Vec::new();
    for (node, (place, weight)) in nodes.iter().zip(wanted) {
        let mut run = (place - real(before), *weight, 1);
        while let Some(last) = runs.last().copied().filter(|last| last.0 > run.0) {
            runs.pop();
            let weight = last.1 + run.1;
            run = ((last.0 * last.1 + run.0 * run.1) / weight, weight, last.2 + run.2);
        }
        runs.push(run);
        before += tall(node);
    }
    let offsets = runs.iter().flat_map(|(offset, _, count)| std::iter::repeat_n(*offset, *count));
    let grid = if layer.is_multiple_of(2) { 0 } else { ROW / 2 };
    let mut out = Vec::new();
    let (mut before, mut free) = (0, i64::MIN);
    for (node, offset) in nodes.iter().zip(offsets) {
        let drop = drop_of(*node, 0);
        let place = whole(offset) + before;
        let level = (place + drop - grid).div_euclid(ROW) * ROW + grid - drop;
        let top = if level >= free { level } else { level + (free - level + ROW - 1).div_euclid(ROW) * ROW };
        out.push(top);
        free = top + tall(node);
        before += tall(node);
    }
    out
}

fn real(n: i64) -> f64 {
    f64::from(i32::try_from(n).unwrap_or(i32::MAX))
}

/// Heights are far below what an i32 holds.
#[allow(clippy::cast_possible_truncation)]
fn whole(x: f64) -> i64 {
    x.round() as i64
}
