//! The rules by which guidance and recommendations follow from the rows. docs/continuity.md lists them.

use serde::{Deserialize, Serialize};

use super::advice as a;
use super::package::RecoveryPackage;

/// What a rule says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    /// The rule's name, as docs/continuity.md has it.
    pub rule: String,
    /// What it says of this item.
    pub text: String,
}

/// What the rules look at: the whole package, before anything is left out.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    pub(super) package: &'a RecoveryPackage,
    /// Whether the package is for the one who holds the item now.
    pub(super) for_holder: bool,
}

/// A rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its name: stable, so that programs can act on it.
    pub name: &'static str,
    apply: fn(&Situation<'_>) -> Vec<String>,
    /// Whether nothing after it matters where it has something to say.
    last: bool,
}

const fn rule(name: &'static str, apply: fn(&Situation<'_>) -> Vec<String>) -> Rule {
    Rule { name, apply, last: false }
}

const fn last(name: &'static str, apply: fn(&Situation<'_>) -> Vec<String>) -> Rule {
    Rule { name, apply, last: true }
}

/// What to do, the most pressing first.
pub const RECOMMENDATIONS: &[Rule] = &[
    last("archived", a::archived),
    last("finished", a::finished),
    rule("dead", a::dead),
    rule("held", a::held),
    rule("blocked", a::blocked),
    rule("prerequisite", a::prerequisite),
    rule("backoff", a::backoff),
    rule("last_attempt", a::last_attempt),
    rule("same_failure", a::same_failure),
    rule("rejected", a::rejected),
    rule("handover", a::handover),
    rule("file_differs", a::file_differs),
    rule("file_unverified", a::file_unverified),
    rule("decision_failed", a::decision_failed),
    rule("decision_proposed", a::decision_proposed),
    rule("decision_to_do", a::decision_to_do),
    rule("risk", a::risk),
    rule("criteria", a::criteria),
    rule("complete", a::complete),
];

/// How to go on.
pub const GUIDANCE: &[Rule] = &[
    rule("position", a::position),
    rule("last_ending", a::last_ending),
    rule("first", a::first),
    rule("from_checkpoint", a::from_checkpoint),
    rule("after_checkpoint", a::after_checkpoint),
    rule("no_checkpoint", a::no_checkpoint),
    rule("files", a::files),
    rule("decisions", a::decisions),
    rule("notes", a::notes),
    rule("components", a::components),
    rule("due", a::due),
    rule("gate", a::gate),
    rule("report", a::report),
];

/// What the rules say, in their order.
pub(super) fn apply(rules: &[Rule], situation: &Situation<'_>) -> Vec<Advice> {
    let mut found = Vec::new();
    for rule in rules {
        let texts = (rule.apply)(situation);
        let done = rule.last && !texts.is_empty();
        found.extend(texts.into_iter().map(|text| Advice { rule: rule.name.to_owned(), text }));
        if done {
            break;
        }
    }
    found
}
