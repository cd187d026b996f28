//! What a run has to do, decided from the list of steps and the history alone.

use super::OnLoss;
use super::history::Applied;
use crate::error::Error;
use crate::step::Step;
use crate::target::Kind;

/// How far up. A version is named in full, by a unique prefix, or by its number.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Goal {
    Latest,
    /// Up to this one, which is applied too.
    To(String),
    Steps(usize),
}

/// How far down.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum DownGoal {
    Steps(usize),
    /// Down to this one, which stays applied.
    To(String),
    All,
}

#[derive(Clone, Debug)]
pub(crate) enum Order {
    Up(Goal),
    Down(DownGoal, OnLoss),
}

/// Refuses a history that this list of steps can't continue.
pub(super) fn check(steps: &[Step], applied: &[Applied], kind: Kind) -> Result<(), Error> {
    let known = |version: &str| steps.iter().find(|s| s.version() == version);
    let newest = |of: Option<&str>| of.unwrap_or("nothing").to_owned();
    if let Some(unknown) = applied.iter().rev().find(|a| known(&a.version).is_none()) {
        return Err(Error::TooNew {
            database: unknown.version.clone(),
            binary: newest(steps.last().map(Step::version)),
        });
    }
    for row in applied {
        if let Some(step) = known(&row.version) {
            let expected = step.checksum(kind);
            if row.checksum != expected {
                return Err(Error::Checksum { version: row.version.clone(), recorded: row.checksum.clone(), expected });
            }
        }
    }
    let is_applied = |step: &Step| applied.iter().any(|a| a.version == step.version());
    let newest = steps.iter().rposition(is_applied).unwrap_or(0);
    if let Some(missing) = steps[..newest].iter().find(|s| !is_applied(s)) {
        return Err(Error::Gap { missing: missing.version().to_owned(), newest: steps[newest].version().to_owned() });
    }
    Ok(())
}

/// The steps to run, in the order in which they run. The history was checked: the first `applied` ones are applied.
pub(super) fn choose<'s>(steps: &'s [Step], applied: usize, order: &Order) -> Result<Vec<&'s Step>, Error> {
    match order {
        Order::Up(goal) => {
            let end = match goal {
                Goal::Latest => steps.len(),
                Goal::Steps(n) => applied.saturating_add(*n).min(steps.len()),
                Goal::To(version) => resolve(steps, version)? + 1,
            };
            Ok(steps.get(applied..end).unwrap_or_default().iter().collect())
        }
        Order::Down(goal, _) => {
            let end = match goal {
                DownGoal::All => 0,
                DownGoal::Steps(n) => applied.saturating_sub(*n),
                DownGoal::To(version) => {
                    let at = resolve(steps, version)?;
                    if at >= applied {
                        return Err(Error::NotApplied { version: steps[at].version().to_owned() });
                    }
                    at + 1
                }
            };
            Ok(steps.get(end..applied).unwrap_or_default().iter().rev().collect())
        }
    }
}

/// The position of the step that is meant: by its full name, a unique prefix of it, or its number (`4`, `000004`).
///
/// # Errors
/// None fits, or more than one.
pub fn resolve(steps: &[Step], given: &str) -> Result<usize, Error> {
    if let Some(at) = steps.iter().position(|s| s.version() == given) {
        return Ok(at);
    }
    let fits: Vec<usize> = (0..steps.len()).filter(|at| fits(steps[*at].version(), given)).collect();
    let named = |at: &[usize]| at.iter().map(|i| steps[*i].version().to_owned()).collect();
    match fits.as_slice() {
        [at] => Ok(*at),
        [] => {
            let word = given.trim_start_matches('m').to_lowercase();
            let near = |at: &usize| !word.is_empty() && steps[*at].version().contains(&word);
            let near: Vec<usize> = (0..steps.len()).filter(near).take(3).collect();
            Err(Error::UnknownVersion { given: given.to_owned(), near: named(&near) })
        }
        many => Err(Error::AmbiguousVersion { given: given.to_owned(), fits: named(many) }),
    }
}

fn fits(version: &str, given: &str) -> bool {
    if given.is_empty() {
        return false;
    }
    let number = version.split('_').nth(1).and_then(|n| n.parse::<u64>().ok());
    let short = given.len() <= 6 && given.bytes().all(|b| b.is_ascii_digit());
    if short {
        number.is_some() && number == given.parse().ok()
    } else {
        version.starts_with(given) || version[1..].starts_with(given)
    }
}
