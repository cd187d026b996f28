//! What a command measured: figures with their goals, as a table or as JSON.

use serde::{Deserialize, Serialize};

use super::machine::Machine;
use super::stats::Spread;

/// All that one command measured.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Section {
    /// The command.
    pub name: String,
    pub title: String,
    /// What the numbers mean, in paragraphs.
    pub about: Vec<String>,
    pub figures: Vec<Figure>,
    /// What else was seen, such as what a peer does not do.
    pub notes: Vec<String>,
    pub machine: Machine,
    /// When, and by which arguments.
    pub at: String,
    pub command: String,
}

/// Two things that were run in turn, and their ratio.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Figure {
    /// Where: the database, and what else was the same for both.
    pub group: String,
    pub what: String,
    pub against: String,
    pub unit: String,
    pub ours: Spread,
    pub base: Spread,
    pub ratio: Spread,
    pub rounds: usize,
    pub goal: Option<Goal>,
}

/// What a ratio should be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Goal {
    /// With what would be better still.
    AtLeast(f64, Option<f64>),
    AtMost(f64),
}

impl Goal {
    fn is_met(self, ratio: f64, lenient: f64) -> bool {
        match self {
            Self::AtLeast(least, _) => ratio * lenient >= least,
            Self::AtMost(most) => ratio <= most * lenient,
        }
    }

    pub fn text(self) -> String {
        match self {
            Self::AtLeast(least, None) => format!(">= {least}"),
            Self::AtLeast(least, Some(stretch)) => format!(">= {least} ({stretch})"),
            Self::AtMost(most) => format!("<= {most}"),
        }
    }

    /// The bound itself.
    pub fn value(self) -> f64 {
        match self {
            Self::AtLeast(value, _) | Self::AtMost(value) => value,
        }
    }
}

impl Figure {
    /// Of the values of the same rounds; a rate or a cost, as `unit` says.
    pub fn paired(group: &str, unit: &str, (what, ours): (&str, &[f64]), (against, base): (&str, &[f64])) -> Self {
        Self {
            group: group.to_owned(),
            what: what.to_owned(),
            against: against.to_owned(),
            unit: unit.to_owned(),
            ours: Spread::of(ours),
            base: Spread::of(base),
            ratio: Spread::of_ratios(ours, base),
            rounds: ours.len().min(base.len()),
            goal: None,
        }
    }

    #[must_use]
    pub fn goal(self, goal: Goal) -> Self {
        Self { goal: Some(goal), ..self }
    }

    pub fn is_met(&self, lenient: f64) -> bool {
        self.goal.is_none_or(|goal| goal.is_met(self.ratio.median, lenient))
    }

    /// `met`, `MISSED`, or nothing where there is no goal.
    pub fn verdict(&self) -> &'static str {
        match self.goal {
            None => "",
            Some(Goal::AtLeast(_, Some(stretch))) if self.ratio.median >= stretch => "met, and the stretch",
            Some(goal) if goal.is_met(self.ratio.median, 1.0) => "met",
            Some(_) => "MISSED",
        }
    }
}

impl Section {
    pub fn is_met(&self, lenient: f64) -> bool {
        self.figures.iter().all(|figure| figure.is_met(lenient))
    }

    pub fn print(&self) {
        println!("{}\n{}\n", self.title, self.machine.line());
        let head = ["", "against", "unit", "ours", "theirs", "ratio (min .. max)", "goal", ""];
        let mut rows = vec![head.map(str::to_owned)];
        for figure in &self.figures {
            rows.push(figure.cells());
        }
        let widths: Vec<usize> =
            (0..head.len()).map(|n| rows.iter().map(|row| row[n].chars().count()).max().unwrap_or(0)).collect();
        let mut group = "";
        for (number, row) in rows.iter().enumerate() {
            if let Some(figure) = number.checked_sub(1).and_then(|number| self.figures.get(number))
                && figure.group != group
            {
                group = &figure.group;
                println!("-- {group}");
            }
            let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            println!("   {}", cells.join("  ").trim_end());
        }
        for note in &self.notes {
            println!("* {note}");
        }
        println!();
    }
}

impl Figure {
    pub fn cells(&self) -> [String; 8] {
        let Self { what, against, unit, ours, base, ratio, goal, .. } = self;
        [
            what.clone(),
            against.clone(),
            unit.clone(),
            number(ours.median),
            number(base.median),
            format!("{} ({} .. {})", number(ratio.median), number(ratio.min), number(ratio.max)),
            goal.map(Goal::text).unwrap_or_default(),
            self.verdict().to_owned(),
        ]
    }
}

/// With about three digits that count.
pub fn number(value: f64) -> String {
    match value.abs() {
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
