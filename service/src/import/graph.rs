//! The edges among the items of one file, kept free of cycles in time linear to their number.

/// The nodes whose edge to their parent has to go, so that no node is its own ancestor: of each cycle the last node.
pub(crate) fn parent_cycles(parent: &[Option<usize>]) -> Vec<usize> {
    let mut seen_from = vec![usize::MAX; parent.len()];
    let mut closing = Vec::new();
    for start in 0..parent.len() {
        let mut at = start;
        while seen_from[at] == usize::MAX {
            seen_from[at] = start;
            match parent[at] {
                Some(next) => at = next,
                None => break,
            }
        }
        // Only a path that meets itself has closed a cycle; `at` is on it.
        if seen_from[at] == start && parent[at].is_some() {
            closing.extend(last_of_cycle(parent, at));
        }
    }
    closing
}

fn last_of_cycle(parent: &[Option<usize>], at: usize) -> Option<usize> {
    let (mut last, mut node) = (at, parent[at]?);
    // A path that ends by a node without parent was no cycle.
    while node != at {
        last = last.max(node);
        node = parent[node]?;
    }
    Some(last)
}

/// The edges `(node, position)` of `next[node][position]` that close a cycle, met depth first in the order given.
pub(crate) fn closing_edges(next: &[Vec<usize>]) -> Vec<(usize, usize)> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        OnPath,
        Done,
    }
    let mut marks = vec![Mark::New; next.len()];
    let mut closing = Vec::new();
    for start in 0..next.len() {
        if marks[start] != Mark::New {
            continue;
        }
        // Without recursion: a chain may be as long as the file.
        let mut path = vec![(start, 0)];
        marks[start] = Mark::OnPath;
        while let Some((node, position)) = path.last_mut() {
            let (from, at) = (*node, *position);
            *position += 1;
            match next[from].get(at) {
                None => {
                    marks[from] = Mark::Done;
                    path.pop();
                }
                Some(&to) if marks[to] == Mark::OnPath => closing.push((from, at)),
                Some(&to) if marks[to] == Mark::New => {
                    marks[to] = Mark::OnPath;
                    path.push((to, 0));
                }
                Some(_) => {}
            }
        }
    }
    closing
}

/// The nodes in an order in which every parent comes before its children.
pub(crate) fn parents_first(parent: &[Option<usize>]) -> Vec<usize> {
    let mut placed = vec![false; parent.len()];
    let mut order = Vec::with_capacity(parent.len());
    for start in 0..parent.len() {
        let mut up = Vec::new();
        let mut at = Some(start);
        while let Some(node) = at.filter(|node| !placed[*node]) {
            placed[node] = true;
            up.push(node);
            at = parent[node];
        }
        order.extend(up.into_iter().rev());
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_cycle_of_parents_the_last_node_lets_go() {
        assert_eq!(parent_cycles(&[None, Some(0), Some(1)]), Vec::<usize>::new());
        assert_eq!(parent_cycles(&[Some(0)]), [0]);
        assert_eq!(parent_cycles(&[Some(1), Some(2), Some(0), Some(2)]), [2]);
        assert_eq!(parent_cycles(&[Some(1), Some(2), Some(3), Some(1), Some(4)]), [3, 4]);
        assert_eq!(parent_cycles(&[Some(2), Some(0), None]), Vec::<usize>::new());
    }

    #[test]
    fn the_edge_that_closes_a_cycle_is_found() {
        assert_eq!(closing_edges(&[vec![1], vec![2], vec![]]), []);
        assert_eq!(closing_edges(&[vec![1], vec![2], vec![0]]), [(2, 0)]);
        assert_eq!(closing_edges(&[vec![1, 2], vec![2, 0], vec![]]), [(1, 1)]);
        assert_eq!(closing_edges(&[vec![1, 2, 3], vec![3], vec![3], vec![]]), []);
        let mut long: Vec<Vec<usize>> = (1..=100_000).map(|n| vec![n]).collect();
        long.push(vec![0]);
        assert_eq!(closing_edges(&long), [(100_000, 0)]);
    }

    #[test]
    fn parents_come_first() {
        assert_eq!(parents_first(&[Some(2), None, Some(3), None]), [3, 2, 0, 1]);
    }
}
