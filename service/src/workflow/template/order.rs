//! The order of steps: a directed graph without cycles, in which an edge leads from a step to one that it waits for.

use std::collections::{BTreeSet, HashMap};

use super::definition::StepSpec;

/// Which steps wait for which, by position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    after: Vec<Vec<usize>>,
}

impl Graph {
    /// `after[step]` lists the steps that this one waits for. A position that is no step is left out.
    pub fn new(mut after: Vec<Vec<usize>>) -> Self {
        let count = after.len();
        for list in &mut after {
            list.retain(|other| *other < count);
        }
        Self { after }
    }

    /// The graph of these steps. A name that no step has is left out; of two steps with a name the first counts.
    pub fn of<'a>(steps: impl IntoIterator<Item = &'a StepSpec>) -> Self {
        let steps: Vec<&StepSpec> = steps.into_iter().collect();
        let mut positions: HashMap<&str, usize> = HashMap::new();
        for (position, step) in steps.iter().enumerate() {
            positions.entry(&step.name).or_insert(position);
        }
        let after =
            |step: &&StepSpec| step.after.iter().filter_map(|name| positions.get(name.as_str()).copied()).collect();
        Self { after: steps.iter().map(after).collect() }
    }

    /// How many steps there are.
    pub fn len(&self) -> usize {
        self.after.len()
    }

    /// Whether there are no steps.
    pub fn is_empty(&self) -> bool {
        self.after.is_empty()
    }

    /// The steps that one waits for directly.
    pub fn after(&self, step: usize) -> &[usize] {
        self.after.get(step).map_or(&[], Vec::as_slice)
    }

    /// Cycles, each as the way from a step to itself: `[a, b, a]` where a waits for b and b for a. None exactly where
    /// the graph has no cycle; of cycles that share edges some may not be told.
    pub fn cycles(&self) -> Vec<Vec<usize>> {
        let mut cycles = Vec::new();
        self.walk(|path, to| {
            let start = path.iter().position(|step| *step == to).unwrap_or(0);
            let mut cycle = path[start..].to_vec();
            cycle.push(to);
            cycles.push(cycle);
        });
        cycles
    }

    /// All steps, each after those that it waits for. Where nothing else decides, the given order is kept.
    ///
    /// An edge that closes a cycle counts for nothing.
    pub fn order(&self) -> Vec<usize> {
        self.walk(|_, _| {})
    }

    /// Every step that must be completed before this one, however far before.
    pub fn ancestors(&self, step: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut open = self.after(step).to_vec();
        while let Some(next) = open.pop() {
            if found.insert(next) {
                open.extend(self.after(next));
            }
        }
        found
    }

    /// Seconds until all steps are done, if as many run at once as the order allows: the longest path.
    ///
    /// `seconds[step]` is what a step still needs, 0 for a finished one; a step without a number needs 0.
    pub fn longest(&self, seconds: &[f64]) -> f64 {
        let mut done_at = vec![0.0_f64; self.len()];
        for step in self.order() {
            let ready = self.after(step).iter().map(|other| done_at[*other]).fold(0.0, f64::max);
            done_at[step] = ready + seconds.get(step).copied().unwrap_or(0.0).max(0.0);
        }
        done_at.into_iter().fold(0.0, f64::max)
    }

    /// Walks depth first, tells `closing` each edge that closes a cycle with the path to it, and gives the steps in the
    /// order in which they were left.
    fn walk(&self, mut closing: impl FnMut(&[usize], usize)) -> Vec<usize> {
        #[derive(Clone, Copy, PartialEq)]
        enum Mark {
            New,
            OnPath,
            Left,
        }
        let mut marks = vec![Mark::New; self.len()];
        let mut left = Vec::with_capacity(self.len());
        for start in 0..self.len() {
            if marks[start] != Mark::New {
                continue;
            }
            // Without recursion: a run's steps are as many as its app records.
            let (mut path, mut next) = (vec![start], vec![0]);
            marks[start] = Mark::OnPath;
            while let (Some(step), Some(position)) = (path.last().copied(), next.last_mut()) {
                let edge = self.after[step].get(*position).copied();
                *position += 1;
                match edge {
                    None => {
                        marks[step] = Mark::Left;
                        left.push(step);
                        path.pop();
                        next.pop();
                    }
                    Some(to) if marks[to] == Mark::OnPath => closing(&path, to),
                    Some(to) if marks[to] == Mark::New => {
                        marks[to] = Mark::OnPath;
                        path.push(to);
                        next.push(0);
                    }
                    Some(_) => {}
                }
            }
        }
        left
    }
}
