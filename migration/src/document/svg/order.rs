//! The order within each layer: nodes stand near what they are joined with, so that few lines cross.

use super::graph::{Graph, Node};

/// How often the layers are gone through; more changes nothing for schemas of ordinary size.
const SWEEPS: usize = 24;

/// A line between neighbouring layers: index and row at the left, index and row at the right.
pub type Line = ((usize, usize), (usize, usize));

/// Reorders the layers, keeping the order with the fewest crossings that was met.
pub fn order(graph: &mut Graph) {
    let mut best = (crossings(graph), graph.layers.clone());
    for sweep in 0..SWEEPS {
        let last = graph.layers.len().saturating_sub(1);
        for step in 0..last {
            let (gap, right) = if sweep % 2 == 0 { (step, true) } else { (last - 1 - step, false) };
            arrange(graph, gap, right);
        }
        let now = crossings(graph);
        if now < best.0 {
            best = (now, graph.layers.clone());
        }
    }
    graph.layers = best.1;
}

/// The lines between a layer and the next.
pub fn lines(graph: &Graph, gap: usize) -> Vec<Line> {
    let find = |layer: usize, node: Node| graph.layers[layer].iter().position(|n| *n == node);
    let mut out = Vec::new();
    for (index, net) in graph.nets.iter().enumerate() {
        let left = if graph.rank[net.from.table] == gap {
            find(gap, Node::Table(net.from.table)).map(|at| (at, net.from.row))
        } else {
            find(gap, Node::Lane(index)).map(|at| (at, 0))
        };
        let Some(left) = left else { continue };
        for end in net.to.iter().filter(|e| graph.rank[e.port.table] == gap + 1) {
            if let Some(at) = find(gap + 1, Node::Table(end.port.table)) {
                out.push((left, (at, end.port.row)));
            }
        }
        if let Some(at) = find(gap + 1, Node::Lane(index)) {
            out.push((left, (at, 0)));
        }
    }
    out
}

/// Sorts one side of a gap by the mean place of what each node is joined with on the other.
fn arrange(graph: &mut Graph, gap: usize, right: bool) {
    let lines = lines(graph, gap);
    let layer = if right { gap + 1 } else { gap };
    let mut keyed: Vec<(f64, Node)> = Vec::new();
    for (at, node) in graph.layers[layer].iter().enumerate() {
        let others: Vec<f64> = lines
            .iter()
            .map(|(l, r)| if right { (r, l) } else { (l, r) })
            .filter(|(own, _)| own.0 == at)
            .map(|(_, other)| place(*other))
            .collect();
        let mean = if others.is_empty() { place((at, 0)) } else { others.iter().sum::<f64>() / count(others.len()) };
        keyed.push((mean, *node));
    }
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    graph.layers[layer] = keyed.into_iter().map(|(_, node)| node).collect();
}

/// A node's place with its row as a small part.
fn place((at, row): (usize, usize)) -> f64 {
    count(at) + count(row.min(99)) / 100.0
}

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

fn crossings(graph: &Graph) -> usize {
    let gaps = 0..graph.layers.len().saturating_sub(1);
    gaps.map(|gap| {
        let lines = lines(graph, gap);
        let crossed = |a: &Line, b: &Line| (a.0 < b.0 && a.1 > b.1) || (a.0 > b.0 && a.1 < b.1);
        let from = |at: usize| lines.iter().skip(at + 1);
        lines.iter().enumerate().map(|(at, a)| from(at).filter(|b| crossed(a, b)).count()).sum::<usize>()
    })
    .sum()
}
