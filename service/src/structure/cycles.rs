//! Items that wait for each other, or are part of each other: found by taking away what cannot be in a cycle, until
//! nothing more goes.
//!
//! Only edges between items that have one before them and one behind them are read: 40 bytes each, whatever the rows hold.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use callboard_entity::MaintenanceOperationValidationLevel as Level;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::damage::Damage;
use super::window::Broken;
use crate::db::Tx;
use crate::error::Result;
use crate::prerequisite::edge;

/// How many edges are read at once.
const PAGE: usize = 5000;
/// How many keys of a cycle are named.
const NAMED: usize = 20;

/// An item, and one that it waits for or is part of; after a pair of these ids, in their order.
const WAITS: &str = "SELECT p.work_item_id AS a, p.prerequisite_id AS b FROM task_prerequisites p \
    JOIN work_items w ON w.id = p.work_item_id WHERE w.project_id = $1 AND p.prerequisite_id IS NOT NULL \
    AND EXISTS (SELECT 1 FROM task_prerequisites x WHERE x.work_item_id = p.prerequisite_id \
      AND x.prerequisite_id IS NOT NULL) \
    AND EXISTS (SELECT 1 FROM task_prerequisites y WHERE y.prerequisite_id = p.work_item_id) \
    AND (p.work_item_id > $2 OR (p.work_item_id = $2 AND p.prerequisite_id > $3)) \
    ORDER BY p.work_item_id, p.prerequisite_id LIMIT ";
const PARTS: &str = "SELECT w.id AS a, w.parent_id AS b FROM work_items w WHERE w.project_id = $1 \
    AND w.parent_id IS NOT NULL \
    AND EXISTS (SELECT 1 FROM work_items x WHERE x.id = w.parent_id AND x.parent_id IS NOT NULL) \
    AND EXISTS (SELECT 1 FROM work_items y WHERE y.parent_id = w.id) \
    AND (w.id > $2 OR (w.id = $2 AND w.parent_id > $3)) ORDER BY w.id, w.parent_id LIMIT ";

/// The cycles of a project with the items of each: told once, by the key of the oldest one.
pub(crate) async fn cycles(tx: &Tx, project: Uuid, level: Level) -> Result<Vec<(Broken, Vec<Uuid>)>> {
    let mut found = Vec::new();
    for (damage, sql, joined) in
        [(Damage::PrerequisiteCycle, WAITS, "waits for"), (Damage::ParentCycle, PARTS, "is part of")]
    {
        if !damage.is_looked_for(level) {
            continue;
        }
        for cycle in in_cycles(read(tx, project, sql).await?) {
            let named: Vec<Uuid> = cycle.iter().copied().take(NAMED).collect();
            let mut keys = edge::keys(tx, &named).await?;
            let subject = keys.first().cloned().unwrap_or_default();
            let more = cycle.len().saturating_sub(NAMED);
            keys.push(if more > 0 { format!("{more} more") } else { subject.clone() });
            let broken = Broken {
                damage,
                item: cycle.first().copied(),
                subject,
                found: format!("{joined} itself: {}", keys.join(" -> ")),
                expected: "no way back".to_owned(),
            };
            found.push((broken, cycle));
        }
    }
    Ok(found)
}

async fn read(tx: &Tx, project: Uuid, sql: &str) -> Result<Vec<(Uuid, Uuid)>> {
    let sql = format!("{sql}{PAGE}");
    let mut edges: Vec<(Uuid, Uuid)> = Vec::new();
    loop {
        let (a, b) = edges.last().copied().unwrap_or((Uuid::nil(), Uuid::nil()));
        let rows = tx.conn.query_all_raw(tx.dialect.statement(&sql, [project.into(), a.into(), b.into()])).await?;
        for row in &rows {
            edges.push((row.try_get("", "a")?, row.try_get("", "b")?));
        }
        if rows.len() < PAGE {
            return Ok(edges);
        }
    }
}

/// One cycle through each knot of what is left when everything is taken away that leads into none or comes from none.
/// Each begins at its smallest id; pure.
fn in_cycles(edges: Vec<(Uuid, Uuid)>) -> Vec<Vec<Uuid>> {
    let mut left = edges;
    loop {
        let from: BTreeSet<Uuid> = left.iter().map(|(a, _)| *a).collect();
        let to: BTreeSet<Uuid> = left.iter().map(|(_, b)| *b).collect();
        let before = left.len();
        left.retain(|(a, b)| from.contains(b) && to.contains(a));
        if left.len() == before {
            break;
        }
    }
    let mut next: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for (a, b) in left {
        next.entry(a).or_default().push(b);
    }
    let mut cycles = Vec::new();
    let mut done: BTreeSet<Uuid> = BTreeSet::new();
    for start in next.keys().copied() {
        // Each step of the walk has a next one, so it comes back to where it was, or to what was told before.
        let (mut way, mut place, mut at) = (Vec::new(), HashMap::new(), start);
        while !done.contains(&at) && !place.contains_key(&at) {
            place.insert(at, way.len());
            way.push(at);
            match next.get(&at).and_then(|onward| onward.iter().find(|to| !done.contains(*to))) {
                Some(to) => at = *to,
                None => break,
            }
        }
        if let Some(begin) = place.get(&at).filter(|_| !done.contains(&at)) {
            let mut cycle = way[*begin..].to_vec();
            let closes = cycle.last().and_then(|last| next.get(last)).is_some_and(|onward| onward.contains(&at));
            if closes {
                let least = cycle.iter().enumerate().min_by_key(|(_, id)| **id).map_or(0, |(place, _)| place);
                cycle.rotate_left(least);
                cycles.push(cycle);
            }
        }
        done.extend(way);
    }
    cycles
}

#[cfg(test)]
mod tests {
    use super::in_cycles;
    use uuid::Uuid;

    fn cycles(edges: &[(u128, u128)]) -> Vec<Vec<u128>> {
        let edges = edges.iter().map(|(a, b)| (Uuid::from_u128(*a), Uuid::from_u128(*b))).collect();
        in_cycles(edges).into_iter().map(|cycle| cycle.into_iter().map(|id| id.as_u128()).collect()).collect()
    }

    #[test]
    fn a_way_without_a_way_back_is_none() {
        assert_eq!(cycles(&[(1, 2), (2, 3), (1, 3), (4, 2)]), Vec::<Vec<u128>>::new());
        assert_eq!(cycles(&[]), Vec::<Vec<u128>>::new());
    }

    #[test]
    fn each_cycle_is_told_once_from_its_oldest() {
        assert_eq!(cycles(&[(3, 1), (1, 2), (2, 3)]), [[1, 2, 3]]);
        assert_eq!(cycles(&[(5, 5)]), [[5]]);
        // What leads into it, and what it leads to, is not in it.
        assert_eq!(cycles(&[(9, 1), (1, 2), (2, 1), (2, 7), (7, 8)]), [[1, 2]]);
        assert_eq!(cycles(&[(1, 2), (2, 1), (3, 4), (4, 3), (2, 3)]), [[1, 2], [3, 4]]);
    }
}
