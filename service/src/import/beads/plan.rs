//! Decides where every edge of the new items goes; pure but for what it is told of the board.

use std::collections::{HashMap, HashSet};

use callboard_entity::{WorkItemStatus as Status, work_items};
use serde_json::{Value, json};
use uuid::Uuid;

use super::record::{Edge, Record};
use super::report::BeadsReport;
use crate::clock::Timestamp;
use crate::import::graph;

const PARENT: &str = "parent-child";
const BLOCKS: &str = "blocks";

/// The other end of an edge.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target<'a> {
    /// A new item, by its place among them.
    New(usize),
    /// An item that was imported before.
    Board(&'a work_items::Model),
}

/// A prerequisite that becomes one on the board.
#[derive(Debug)]
pub(super) struct Wait<'a> {
    /// The edge's place in its record.
    edge: usize,
    pub on: Target<'a>,
    pub satisfied: bool,
    pub at: Option<Timestamp>,
}

/// What becomes of the edges of one new item.
#[derive(Debug, Default)]
pub(super) struct Links<'a> {
    parent: Option<(usize, Target<'a>)>,
    pub waits: Vec<Wait<'a>>,
    /// For each edge of the record: why it cannot be on the board.
    refused: Vec<Option<&'static str>>,
}

/// The edges of all new items, in their order.
pub(super) fn links<'a>(
    records: &[Record],
    board: &'a HashMap<String, work_items::Model>,
    project: Uuid,
) -> Vec<Links<'a>> {
    let places: HashMap<&str, usize> = records.iter().enumerate().map(|(i, r)| (r.id.as_str(), i)).collect();
    let resolve = |edge: &Edge| match places.get(edge.to.as_str()) {
        Some(place) => Some(Target::New(*place)),
        None => board.get(&edge.to).map(Target::Board),
    };
    let mut links: Vec<Links<'a>> = Vec::with_capacity(records.len());
    for (place, record) in records.iter().enumerate() {
        let mut own = Links::default();
        let mut waited_for = HashSet::new();
        for (number, edge) in record.edges.iter().enumerate() {
            let is_parent = edge.kind == PARENT;
            let refused = match resolve(edge) {
                _ if !is_parent && edge.kind != BLOCKS => Some("the board has no such edge"),
                None => Some("the other issue is neither in the file nor was it imported before"),
                Some(Target::New(other)) if other == place => Some("it names its own issue"),
                Some(Target::Board(item)) if item.project_id != project => Some("the other item is in another project"),
                Some(_) if is_parent && own.parent.is_some() => Some("an item has one parent: this is a second one"),
                Some(target) if is_parent => {
                    own.parent = Some((number, target));
                    None
                }
                Some(_) if !waited_for.insert(edge.to.as_str()) => Some("the edge is there twice"),
                Some(on) => match standing(on, records) {
                    Ok(satisfied) => {
                        own.waits.push(Wait { edge: number, on, satisfied, at: edge.at });
                        None
                    }
                    Err(why) => Some(why),
                },
            };
            own.refused.push(refused);
        }
        links.push(own);
    }
    cut_cycles(&mut links);
    links
}

/// Whether an item that is waited for is done, or why nothing can wait for it.
fn standing(on: Target<'_>, records: &[Record]) -> Result<bool, &'static str> {
    let (status, archived) = match on {
        Target::New(place) => (records[place].status, false),
        Target::Board(item) => (item.status, item.archived_at.is_some()),
    };
    match status {
        Status::Done => Ok(true),
        Status::Cancelled => Err("the other issue was deleted or cancelled, and holds nobody back any more"),
        _ if archived => Err("the other item is archived, and holds nobody back any more"),
        _ => Ok(false),
    }
}

/// Items of the board wait for no new one, so that cycles are among the new ones only.
fn cut_cycles(links: &mut [Links<'_>]) {
    let new = |target: Target<'_>| if let Target::New(place) = target { Some(place) } else { None };
    for place in graph::parent_cycles(&new_parents(links)) {
        if let Some((edge, _)) = links[place].parent.take() {
            links[place].refused[edge] = Some("it would close a cycle of parents");
        }
    }
    // What leads to an item of the board leads no further.
    let next: Vec<Vec<(usize, usize)>> = links
        .iter()
        .map(|own| own.waits.iter().filter_map(|wait| Some((wait.edge, new(wait.on)?))).collect())
        .collect();
    let nodes: Vec<Vec<usize>> = next.iter().map(|own| own.iter().map(|(_, to)| *to).collect()).collect();
    for (node, position) in graph::closing_edges(&nodes) {
        let (edge, _) = next[node][position];
        links[node].waits.retain(|wait| wait.edge != edge);
        links[node].refused[edge] = Some("it would close a cycle of prerequisites");
    }
}

/// The parents among the new items.
pub(super) fn new_parents(links: &[Links<'_>]) -> Vec<Option<usize>> {
    let new = |own: &Links<'_>| if let Some(Target::New(place)) = own.parent() { Some(place) } else { None };
    links.iter().map(new).collect()
}

impl<'a> Links<'a> {
    pub fn parent(&self) -> Option<Target<'a>> {
        self.parent.map(|(_, target)| target)
    }

    pub fn unmet(&self) -> i64 {
        self.waits.iter().map(|wait| i64::from(!wait.satisfied)).sum()
    }

    /// The edges that the board takes, as the source has them: for the ledger.
    pub fn mapped(&self, record: &Record) -> Vec<Value> {
        let edges = record.edges.iter().zip(&self.refused);
        edges.filter(|(_, refused)| refused.is_none()).map(|(edge, _)| edge.original.clone()).collect()
    }

    /// Keeps the edges that the board does not take in the record's metadata, and counts all of them.
    pub fn settle(&self, record: &mut Record, report: &mut BeadsReport) {
        let mut kept = Vec::new();
        for (edge, refused) in record.edges.iter().zip(&self.refused) {
            let Some(why) = refused else { continue };
            let mut original = edge.original.clone();
            original["why"] = json!(why);
            kept.push(original);
            report.keep(&format!("edge {}", edge.kind), why, &record.id);
        }
        report.edges.read += record.edges.len() as u64;
        report.edges.parents += u64::from(self.parent.is_some());
        report.edges.prerequisites += self.waits.len() as u64;
        report.edges.satisfied += self.waits.iter().filter(|wait| wait.satisfied).count() as u64;
        report.edges.kept += kept.len() as u64;
        let all = kept.len() == record.edges.len();
        record.fields.keep_edges(kept, all);
    }
}
