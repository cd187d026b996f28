//! Fits a package into its budget: every section gets a part of the room, the most important entries come first, and
//! what is left out is counted.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use super::markdown::markdown;
use super::package::{Budget, RecoveryPackage};
use super::parts::{Component, Guidance, Part, Recommendation};
use crate::error::{Error, Result};

/// What a token is counted as, in bytes of UTF-8: an estimate on the safe side for English, code and JSON.
pub const BYTES_PER_TOKEN: usize = 3;
/// The budget where none is named.
pub const DEFAULT_BUDGET: u64 = 8000;
/// The smallest budget: what the item is and where it stands fits into it, whatever it holds.
pub const MIN_BUDGET: u64 = 1500;
/// The largest budget.
pub const MAX_BUDGET: u64 = 1_000_000;

/// The longest text of an entry, in bytes, where there is room; where there is less, and where there is little.
const LENGTHS: &[usize] = &[6000, 1500, 300];
/// What the headings of Markdown and the counts of what is left out may take, in bytes.
const FRAME: usize = 1200;

/// How many tokens a text is counted as.
pub fn tokens(bytes: usize) -> u64 {
    bytes.div_ceil(BYTES_PER_TOKEN) as u64
}

/// The budget that is asked for, or the refusal that names the limits.
pub(crate) fn budget(asked: Option<u64>) -> Result<u64> {
    let asked = asked.unwrap_or(DEFAULT_BUDGET);
    if (MIN_BUDGET..=MAX_BUDGET).contains(&asked) {
        return Ok(asked);
    }
    Err(Error::invalid("budget", asked.to_string(), format!("must be {MIN_BUDGET} to {MAX_BUDGET} tokens")))
}

/// The package within its budget. `unread` is how many more there are of each section than were read.
pub(super) fn fit(whole: RecoveryPackage, budget: u64, unread: BTreeMap<&'static str, u64>) -> RecoveryPackage {
    let mut queues = Queues::from(&whole);
    let mut package = RecoveryPackage {
        guidance: Vec::new(),
        recommendations: Vec::new(),
        checkpoint: None,
        handover: None,
        rejection: None,
        criteria: Vec::new(),
        prerequisites: Vec::new(),
        risks: Vec::new(),
        decisions: Vec::new(),
        attempts: Vec::new(),
        files: Vec::new(),
        artifacts: Vec::new(),
        notes: Vec::new(),
        components: Vec::new(),
        about: Vec::new(),
        // The largest figure that may come, so that it takes no more room in the end.
        budget: Budget { tokens: budget, used: budget, left_out: BTreeMap::new(), shortened: 0 },
        ..whole
    };
    let limit = usize::try_from(budget).unwrap_or(usize::MAX).saturating_mul(BYTES_PER_TOKEN);
    let mut room = limit.saturating_sub(size(&package) + FRAME);
    // At first no section takes more than half of what the later ones do not need for one entry each; then the first
    // ones take the rest.
    for share in [2, 1] {
        queues.fill(&mut package, &mut room, share);
    }
    queues.count(&mut package, &unread);
    // The sizes of the entries add up to a little more than the whole, so this is for what was not thought of.
    while size(&package) > limit && drop_last(&mut package) {}
    package.budget.used = tokens(size(&package));
    package
}

/// The longer one of the package's two forms, in bytes.
fn size(package: &RecoveryPackage) -> usize {
    json_size(package).max(markdown(package).len())
}

fn json_size<T: Serialize>(value: &T) -> usize {
    serde_json::to_string(value).map_or(usize::MAX / 2, |text| text.len())
}

/// Everything that may be in the package, in the order in which it is put there.
macro_rules! sections {
    ($($name:ident),+ $(,)?) => {
        struct Queues { $($name: VecDeque<Box<dyn Part>>),+ }

        impl Queues {
            fn fill(&mut self, package: &mut RecoveryPackage, room: &mut usize, share: usize) {
                // What the sections that follow need, so that each of them says something.
                let mut later = 0 $(+ least(&self.$name))+;
                $(
                    let first = least(&self.$name);
                    later -= first;
                    let kept = if share > 1 { later } else { 0 };
                    let own = (room.saturating_sub(kept) / share).max(first).min(*room);
                    *room -= fill(&mut self.$name, package, own, share);
                )+
            }

            fn count(&self, package: &mut RecoveryPackage, unread: &BTreeMap<&'static str, u64>) {
                $(
                    let name = stringify!($name);
                    let left = self.$name.len() as u64 + unread.get(name).copied().unwrap_or(0);
                    if left > 0 {
                        package.budget.left_out.insert(name.to_owned(), left);
                    }
                )+
            }
        }
    };
}

sections!(
    checkpoint,
    handover,
    rejection,
    recommendations,
    guidance,
    criteria,
    prerequisites,
    risks,
    decisions,
    attempts,
    files,
    artifacts,
    about,
    notes,
    components,
);

impl From<&RecoveryPackage> for Queues {
    fn from(whole: &RecoveryPackage) -> Self {
        fn all<'a, P: Part + Clone + 'static>(parts: impl IntoIterator<Item = &'a P>) -> VecDeque<Box<dyn Part>> {
            parts.into_iter().map(|part| -> Box<dyn Part> { Box::new(part.clone()) }).collect()
        }
        let guidance: Vec<Guidance> = whole.guidance.iter().cloned().map(Guidance).collect();
        let recommendations: Vec<Recommendation> = whole.recommendations.iter().cloned().map(Recommendation).collect();
        let components: Vec<Component> = whole.components.iter().cloned().map(Component).collect();
        Self {
            recommendations: all(&recommendations),
            guidance: all(&guidance),
            checkpoint: all(&whole.checkpoint),
            handover: all(&whole.handover),
            rejection: all(&whole.rejection),
            criteria: all(&whole.criteria),
            prerequisites: all(&whole.prerequisites),
            risks: all(&whole.risks),
            decisions: all(&whole.decisions),
            attempts: all(&whole.attempts),
            files: all(&whole.files),
            artifacts: all(&whole.artifacts),
            about: all(&whole.about),
            notes: all(&whole.notes),
            components: all(&components),
        }
    }
}

/// What the first entry takes at its shortest, in bytes.
fn least(queue: &VecDeque<Box<dyn Part>>) -> usize {
    let shortest = LENGTHS.last().copied().unwrap_or_default();
    queue.front().map_or(0, |entry| entry.shortened(shortest).0.size())
}

/// Moves entries from the queue into the package until one does not fit into `own` bytes; gives how many they take.
fn fill(queue: &mut VecDeque<Box<dyn Part>>, package: &mut RecoveryPackage, own: usize, share: usize) -> usize {
    let mut taken = 0;
    let mut lengths = LENGTHS;
    while let Some(entry) = queue.front() {
        let fits = |(part, _): &(Box<dyn Part>, u64)| taken + part.size() <= own;
        let Some((part, shortened)) = lengths.iter().map(|longest| entry.shortened(*longest)).find(fits) else { break };
        taken += part.size();
        part.put(package);
        package.budget.shortened += shortened;
        queue.pop_front();
        if share > 1 {
            // Each section has something; what else it would shorten may fit whole in the second round.
            lengths = &LENGTHS[..1];
        }
    }
    taken
}

/// Takes the least important entry out again.
fn drop_last(package: &mut RecoveryPackage) -> bool {
    macro_rules! drop_from {
        ($($list:ident),+) => {
            $(if package.$list.pop().is_some() {
                *package.budget.left_out.entry(stringify!($list).to_owned()).or_default() += 1;
                return true;
            })+
        };
    }
    drop_from!(components, notes, about, artifacts, files, attempts, decisions, risks, prerequisites, criteria);
    macro_rules! drop_one {
        ($($one:ident),+) => {
            $(if package.$one.take().is_some() {
                package.budget.left_out.insert(stringify!($one).to_owned(), 1);
                return true;
            })+
        };
    }
    drop_one!(handover, checkpoint, rejection);
    drop_from!(guidance, recommendations);
    false
}
