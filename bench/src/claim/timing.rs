//! How long each call took. The peers print the same, and so use this file.

use std::time::Duration;

/// The times of one caller, or of all of them.
#[derive(Debug, Default)]
pub struct Times {
    pub claims: Vec<Duration>,
    pub completions: Vec<Duration>,
}

impl Times {
    pub fn add(&mut self, other: Self) {
        self.claims.extend(other.claims);
        self.completions.extend(other.completions);
    }

    /// One line of JSON: the whole time in seconds, and of each kind of call the mean and two percentiles in microseconds.
    pub fn json(mut self, cycles: usize, whole: Duration) -> String {
        let [claim, complete] = [&mut self.claims, &mut self.completions].map(|times| {
            times.sort_unstable();
            let micros = |time: Duration| time.as_secs_f64() * 1e6;
            let at = |part: usize| times.get(times.len() * part / 100).copied().map_or(0.0, micros);
            let sum: f64 = times.iter().copied().map(micros).sum();
            let mean = sum / times.len().max(1) as f64;
            format!("{{\"mean\":{mean:.2},\"p50\":{:.2},\"p99\":{:.2}}}", at(50), at(99))
        });
        let seconds = whole.as_secs_f64();
        format!("{{\"cycles\":{cycles},\"seconds\":{seconds:.6},\"claim\":{claim},\"complete\":{complete}}}")
    }
}
