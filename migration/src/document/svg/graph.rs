//! Which tables stand in which layer, and what joins them: a layer's tables refer to those on its left.

use super::super::model::{ForeignKey, Schema, Table};

/// The end of a line at a table: the row of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port {
    pub table: usize,
    pub row: usize,
}

/// Lines that begin at one row, on the right of its table, and end at rows further right.
///
/// All foreign keys to a column are one net; one that would close a circle is a net of its own, drawn the other way round.
#[derive(Clone, Debug)]
pub struct Net {
    pub from: Port,
    pub to: Vec<End>,
    /// Whether `from` has the foreign key.
    pub reversed: bool,
    /// By this it has its colour: the table that is referred to.
    pub target: usize,
}

/// Where a net ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct End {
    pub port: Port,
    /// Which foreign key of its table it is.
    pub key: usize,
    pub optional: bool,
    /// Whether a row is referred to by one row at most.
    pub unique: bool,
}

/// A table that refers to itself.
#[derive(Clone, Copy, Debug)]
pub struct Loop {
    pub from: End,
    pub to: usize,
}

/// What stands in a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node {
    Table(usize),
    /// The room for a net that goes on to a layer further right.
    Lane(usize),
}

#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// From left to right, each from top to bottom.
    pub layers: Vec<Vec<Node>>,
    pub nets: Vec<Net>,
    pub loops: Vec<Loop>,
    /// Tables that no foreign key joins with another.
    pub alone: Vec<usize>,
    /// The layer of each table.
    pub rank: Vec<usize>,
}

/// Puts the tables of a schema into layers, in the order of the schema.
pub fn graph(schema: &Schema) -> Graph {
    let mut out = Graph { rank: ranks(schema), ..Default::default() };
    for (table, t) in schema.tables.iter().enumerate() {
        for (key, k) in t.foreign_keys.iter().enumerate() {
            let Some((end, to)) = ends(schema, table, t, key, k) else { continue };
            if to.table == table {
                out.loops.push(Loop { from: end, to: to.row });
            } else {
                join(&mut out, end, to);
            }
        }
    }
    let joined = |t: usize| out.nets.iter().any(|n| n.from.table == t || n.to.iter().any(|e| e.port.table == t));
    out.layers = vec![Vec::new(); out.rank.iter().max().map_or(0, |r| r + 1)];
    for table in 0..schema.tables.len() {
        if joined(table) { out.layers[out.rank[table]].push(Node::Table(table)) } else { out.alone.push(table) }
    }
    for (net, n) in out.nets.iter().enumerate() {
        let last = n.to.iter().map(|e| out.rank[e.port.table]).max().unwrap_or(0);
        for layer in out.rank[n.from.table] + 1..last {
            out.layers[layer].push(Node::Lane(net));
        }
    }
    out
}

/// The row of the foreign key and the row that it names; none where the schema does not have the table.
fn ends(schema: &Schema, table: usize, t: &Table, key: usize, k: &ForeignKey) -> Option<(End, Port)> {
    let target = schema.position(&k.target)?;
    let row = |t: &Table, columns: &[String]| columns.first().and_then(|c| t.position(c)).unwrap_or(0);
    let port = Port { table, row: row(t, &k.columns) };
    let end = End { port, key, optional: t.optional(k), unique: t.is_unique(&k.columns) };
    Some((end, Port { table: target, row: row(schema.tables.get(target)?, &k.target_columns) }))
}

fn join(out: &mut Graph, end: End, to: Port) {
    let target = to.table;
    if out.rank[target] > out.rank[end.port.table] {
        // The net begins at the foreign key; what it says of the key stays with the end.
        out.nets.push(Net { from: end.port, to: vec![End { port: to, ..end }], reversed: true, target });
        return;
    }
    match out.nets.iter_mut().find(|n| !n.reversed && n.from == to) {
        Some(net) => net.to.push(end),
        None => out.nets.push(Net { from: to, to: vec![end], reversed: false, target }),
    }
}

/// The layer of each table: one further right than everything that it refers to, where that is no circle.
fn ranks(schema: &Schema) -> Vec<usize> {
    let targets: Vec<Vec<usize>> = schema
        .tables
        .iter()
        .map(|t| t.foreign_keys.iter().filter_map(|k| schema.position(&k.target)).collect())
        .collect();
    let mut rank: Vec<Option<usize>> = vec![None; targets.len()];
    let mut entered = vec![false; targets.len()];
    for start in 0..targets.len() {
        // A stack of its own: a chain of tables may be long.
        let mut stack = vec![start];
        while let Some(&table) = stack.last() {
            if rank[table].is_some() {
                stack.pop();
                continue;
            }
            entered[table] = true;
            match targets[table].iter().find(|t| rank[**t].is_none() && !entered[**t]) {
                Some(next) => stack.push(*next),
                None => {
                    rank[table] =
                        Some(targets[table].iter().filter_map(|t| rank[*t]).map(|r| r + 1).max().unwrap_or(0));
                    stack.pop();
                }
            }
        }
    }
    rank.into_iter().map(Option::unwrap_or_default).collect()
}
