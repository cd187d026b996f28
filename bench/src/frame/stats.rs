//! Medians and spreads.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// The middle value; of an even number of them the upper one of the middle two.
pub fn median<T: PartialOrd + Copy + Default>(mut values: Vec<T>) -> T {
    values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// The median of some runs, with the least and the most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    pub median: f64,
    pub min: f64,
    pub max: f64,
}

impl Spread {
    pub fn of(values: &[f64]) -> Self {
        let min = values.iter().copied().fold(f64::INFINITY, f64::min);
        let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Self { median: median(values.to_vec()), min, max }
    }

    /// The quotients of values that were taken in the same round.
    pub fn of_ratios(ours: &[f64], base: &[f64]) -> Self {
        Self::of(&ours.iter().zip(base).map(|(ours, base)| ours / base).collect::<Vec<_>>())
    }
}
