//! What each rule says. Pure: the same situation gives the same words; no clock is asked.

use std::collections::BTreeMap;

use callboard_entity::{
    DecisionImpact, DecisionImplementationStatus as Carried, DecisionStatus,
    FileOperationVerificationStatus as Verified, TaskAssignmentStatus as Status, WorkItemQualityGateLevel as Gate,
    WorkItemStatus,
};
use chrono::SecondsFormat;

use super::package::{Attempt, FileState, PackagedDecision, PackagedItem};
use super::rules::Situation;
use crate::clock::Timestamp;
use crate::item::state::FINISHED;

fn item<'a>(s: &Situation<'a>) -> &'a PackagedItem {
    &s.package.item
}

fn when(condition: bool, text: impl FnOnce() -> String) -> Vec<String> {
    if condition { vec![text()] } else { Vec::new() }
}

fn time(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The beginning of a text of others: the whole of it stands in its own section.
fn brief(text: &str) -> String {
    let mut some: String = text.chars().take(200).collect();
    if some.len() < text.len() {
        some.push_str(" ...");
    }
    some
}

/// The attempts that are over and were work, the newest first.
fn worked<'a>(s: &Situation<'a>) -> impl Iterator<Item = &'a Attempt> {
    s.package.attempts.iter().filter(|attempt| attempt.started_at.is_some() && attempt.ended_at.is_some())
}

pub(super) fn archived(s: &Situation<'_>) -> Vec<String> {
    let item = item(s);
    when(item.archived_at.is_some(), || {
        format!(
            "{key} is archived, nothing is to be done: `callboard item unarchive {key}` brings it back",
            key = item.key
        )
    })
}

pub(super) fn finished(s: &Situation<'_>) -> Vec<String> {
    let item = item(s);
    when(FINISHED.contains(&item.status), || {
        let (key, status) = (&item.key, item.status);
        format!("{key} is {status}, nothing is to be done: `callboard item reopen {key}` opens it again")
    })
}

pub(super) fn dead(s: &Situation<'_>) -> Vec<String> {
    let item = item(s);
    when(item.dead_at.is_some(), || {
        let why = item.blocked_reason.as_deref().unwrap_or("it used up its attempts");
        format!("{key} is a dead letter ({why}): remove the cause, then `callboard item retry {key}`", key = item.key)
    })
}

pub(super) fn held(s: &Situation<'_>) -> Vec<String> {
    let Some(open) = item(s).open.as_ref().filter(|_| !s.for_holder) else { return Vec::new() };
    let until = open.lease_expires_at.map(|end| format!(" until {}", time(end))).unwrap_or_default();
    vec![format!(
        "{} holds {} ({}){until}: work on it only once it is yours by a claim or a handover",
        open.holder,
        item(s).key,
        open.status
    )]
}

pub(super) fn blocked(s: &Situation<'_>) -> Vec<String> {
    let item = item(s);
    when(item.status == WorkItemStatus::Blocked && item.dead_at.is_none(), || {
        let why = item.blocked_reason.as_deref().unwrap_or("no reason is given");
        format!("{key} is blocked ({why}): solve that, then `callboard item unblock {key}`", key = item.key)
    })
}

pub(super) fn prerequisite(s: &Situation<'_>) -> Vec<String> {
    let unmet = s.package.prerequisites.iter().map(|edge| match (&edge.item, edge.item_status) {
        (Some(key), Some(status)) if edge.in_vain => format!(
            "{} waits in vain for {key}, which is {status}: retry or reopen it, or `callboard prerequisite waive`",
            item(s).key
        ),
        (Some(key), Some(status)) => format!("{key} comes first: it is {status}"),
        _ => format!("meet or waive first: {} ({})", brief(&edge.description), edge.status),
    });
    unmet.collect()
}

pub(super) fn backoff(s: &Situation<'_>) -> Vec<String> {
    let item = item(s);
    let after = item.available_at.map(|at| format!("no claim hands out {} before {}", item.key, time(at)));
    after.into_iter().collect()
}

pub(super) fn last_attempt(s: &Situation<'_>) -> Vec<String> {
    let item = item(s);
    let running = item.open.as_ref().is_some_and(|open| open.status != Status::Assigned);
    let left = item.max_attempts - item.attempt_count;
    when(item.dead_at.is_none() && left == i64::from(!running), || {
        let which = if running { "this is" } else { "the next is" };
        format!(
            "{which} the last attempt of {}: ask or hand over before it fails, for then {} is a dead letter",
            item.max_attempts, item.key
        )
    })
}

pub(super) fn same_failure(s: &Situation<'_>) -> Vec<String> {
    let alike = |attempt: &Attempt| match attempt.status {
        // A deadline differs each time.
        Status::Expired => Some("it expired".to_owned()),
        Status::Failed => Some(attempt.why.clone().unwrap_or_default()),
        _ => None,
    };
    let mut ended = worked(s).map(alike);
    let Some(Some(why)) = ended.next() else { return Vec::new() };
    let more = ended.take_while(|other| other.as_ref() == Some(&why)).count();
    when(more > 0, || {
        format!("the last {} attempts ended alike ({}): go another way, or split the item", more + 1, brief(&why))
    })
}

pub(super) fn rejected(s: &Situation<'_>) -> Vec<String> {
    let rejected = s.package.rejection.iter();
    rejected.map(|review| format!("{} rejected the last result: {}", review.by, brief(&review.reason))).collect()
}

pub(super) fn handover(s: &Situation<'_>) -> Vec<String> {
    let open = s.package.handover.iter().filter(|handover| handover.acknowledged_at.is_none());
    let holder = item(s).open.as_ref().map(|open| &open.holder);
    open.map(|handover| match &handover.to {
        // Only the agent that it was for can acknowledge it, and that one may have lost the item since.
        Some(to) if holder != Some(to) => format!("read what {} handed over to {to}", handover.from),
        _ => format!("read what {} handed over, then `callboard message ack {}`", handover.from, handover.message),
    })
    .collect()
}

pub(super) fn file_differs(s: &Situation<'_>) -> Vec<String> {
    let differ = s.package.files.iter().filter(|f| matches!(f.verification, Verified::Failed | Verified::Partial));
    differ
        .map(|f| format!("{} is not as its {} left it ({}): look at it first", f.path, f.operation, f.verification))
        .collect()
}

pub(super) fn file_unverified(s: &Situation<'_>) -> Vec<String> {
    let changed = s.package.files.iter().filter(|f| f.state != FileState::Read);
    let pending = changed.filter(|f| f.verification == Verified::Pending).count();
    when(pending > 0, || {
        format!("verify the {} with no verification: `callboard file verify {}`", files_of(pending), item(s).key)
    })
}

fn files_of(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

/// One line for each decision that is so.
fn each_decision(
    s: &Situation<'_>,
    is: impl Fn(&PackagedDecision) -> bool,
    text: impl Fn(&PackagedDecision) -> String,
) -> Vec<String> {
    s.package.decisions.iter().filter(|decision| is(decision)).map(text).collect()
}

pub(super) fn decision_failed(s: &Situation<'_>) -> Vec<String> {
    let failed = |d: &PackagedDecision| d.implementation_status == Carried::Failed;
    each_decision(s, failed, |d| format!("{} could not be carried out ({}): decide anew", d.key, d.title))
}

pub(super) fn decision_proposed(s: &Situation<'_>) -> Vec<String> {
    let open = |d: &PackagedDecision| d.impact == DecisionImpact::High && d.status == DecisionStatus::Proposed;
    each_decision(s, open, |d| format!("settle {} before building on it: it is only proposed ({})", d.key, d.title))
}

pub(super) fn decision_to_do(s: &Situation<'_>) -> Vec<String> {
    let due = |d: &PackagedDecision| {
        d.impact == DecisionImpact::High
            && d.status == DecisionStatus::Accepted
            && matches!(d.implementation_status, Carried::Planned | Carried::InProgress)
    };
    each_decision(s, due, |d| format!("carry out {} ({}): it is {}", d.key, d.title, d.implementation_status))
}

pub(super) fn risk(s: &Situation<'_>) -> Vec<String> {
    let bare = s.package.risks.iter().filter(|r| r.impact == DecisionImpact::High && r.mitigation.is_none());
    bare.map(|r| format!("{} names a risk that nothing is done against: {}", r.decision, brief(&r.text))).collect()
}

pub(super) fn criteria(s: &Situation<'_>) -> Vec<String> {
    let open = s.package.criteria.len();
    when(open > 0, || {
        let key = &item(s).key;
        format!(
            "{open} of {} acceptance criteria are not met: `callboard item edit {key} --check N` when one is",
            item(s).criteria
        )
    })
}

/// Nothing that the package knows of stands against it.
pub(super) fn complete(s: &Situation<'_>) -> Vec<String> {
    let (p, item) = (s.package, item(s));
    let running = item.open.as_ref().is_some_and(|open| open.status == Status::Started);
    let changed = || p.files.iter().filter(|f| f.state != FileState::Read);
    let files = changed().all(|f| matches!(f.verification, Verified::Verified | Verified::Superseded));
    let ready =
        item.criteria > 0 && p.criteria.is_empty() && p.prerequisites.is_empty() && p.rejection.is_none() && files;
    when(running && ready, || format!("every criterion of {} is met and every file verified: complete it", item.key))
}

pub(super) fn position(s: &Situation<'_>) -> Vec<String> {
    let item = item(s);
    let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
    worked(s).for_each(|attempt| *ends.entry(attempt.status.as_str()).or_default() += 1);
    let ends: Vec<String> = ends.into_iter().map(|(status, count)| format!("{count} {status}")).collect();
    let begun = item.open.as_ref().is_some_and(|open| open.status != Status::Assigned);
    let so_far = match (ends.is_empty(), begun) {
        (true, true) => "no attempt came before".to_owned(),
        (true, false) => "nobody has worked on it".to_owned(),
        (false, _) => format!("so far {}", ends.join(", ")),
    };
    vec![format!("{} is {}, attempt {} of {}: {so_far}", item.key, item.status, item.attempt_count, item.max_attempts)]
}

pub(super) fn last_ending(s: &Situation<'_>) -> Vec<String> {
    let ended = worked(s).next().map(|last| {
        let why = last.why.as_ref().map(|why| format!(": {}", brief(why))).unwrap_or_default();
        format!("the last attempt, by {}, is {}{why}", last.holder, last.status)
    });
    ended.into_iter().collect()
}

pub(super) fn first(s: &Situation<'_>) -> Vec<String> {
    when(worked(s).next().is_none() && s.package.checkpoint.is_none() && !FINISHED.contains(&item(s).status), || {
        "begin with the description and the acceptance criteria".to_owned()
    })
}

pub(super) fn from_checkpoint(s: &Situation<'_>) -> Vec<String> {
    let from = s
        .package
        .checkpoint
        .as_ref()
        .map(|last| format!("go on from checkpoint {} of {}, written {}", last.seq, last.by, time(last.at)));
    from.into_iter().collect()
}

pub(super) fn after_checkpoint(s: &Situation<'_>) -> Vec<String> {
    let Some(last) = &s.package.checkpoint else { return Vec::new() };
    let later = worked(s).filter(|attempt| attempt.started_at > Some(last.at)).count();
    when(later > 0, || {
        let attempts = if later == 1 { "1 attempt".to_owned() } else { format!("{later} attempts") };
        format!("{attempts} after that left no checkpoint: what came of it is in the files and notes only")
    })
}

pub(super) fn no_checkpoint(s: &Situation<'_>) -> Vec<String> {
    when(s.package.checkpoint.is_none() && worked(s).next().is_some(), || {
        let key = &item(s).key;
        format!(
            "no attempt left a checkpoint: see from the files, the notes and `callboard item history {key}` how far they came"
        )
    })
}

pub(super) fn files(s: &Situation<'_>) -> Vec<String> {
    let files = || s.package.files.iter().filter(|f| f.state != FileState::Read);
    let gone = files().filter(|f| f.state == FileState::Absent).count();
    let changed = files().count() - gone;
    when(changed + gone > 0, || {
        let (changed, gone) = (files_of(changed), files_of(gone));
        format!("{changed} created or changed and {gone} deleted so far: look at them before you write anything anew")
    })
}

pub(super) fn decisions(s: &Situation<'_>) -> Vec<String> {
    let accepted = s.package.decisions.iter().filter(|d| d.status == DecisionStatus::Accepted);
    let keys: Vec<&str> = accepted.map(|d| d.key.as_str()).take(10).collect();
    when(!keys.is_empty(), || format!("keep to what is decided ({}), or evolve the decision first", keys.join(", ")))
}

pub(super) fn notes(s: &Situation<'_>) -> Vec<String> {
    let newest =
        s.package.notes.first().map(|note| format!("read the notes: the newest is of {}, {}", note.by, time(note.at)));
    newest.into_iter().collect()
}

pub(super) fn components(s: &Situation<'_>) -> Vec<String> {
    when(!s.package.components.is_empty(), || {
        let some: Vec<&str> = s.package.components.iter().map(String::as_str).take(10).collect();
        format!("test these parts of the system: {}", some.join(", "))
    })
}

pub(super) fn due(s: &Situation<'_>) -> Vec<String> {
    let due = item(s).due_at.map(|at| format!("it is due {}", time(at)));
    due.into_iter().collect()
}

pub(super) fn gate(s: &Situation<'_>) -> Vec<String> {
    let review = match item(s).quality_gate_level {
        Gate::Standard => return Vec::new(),
        Gate::Enhanced => "",
        Gate::Strict => "; then somebody else reviews it",
    };
    let asks = "every tracked file as it was left, every criterion met, every prerequisite satisfied or waived";
    vec![format!("its gate is {}: {asks}{review}", item(s).quality_gate_level)]
}

pub(super) fn report(s: &Situation<'_>) -> Vec<String> {
    let key = &item(s).key;
    when(s.for_holder, || {
        format!(
            "after each step `callboard checkpoint {key} --note TEXT`, which also keeps the lease; at the end \
             `callboard complete` or `callboard fail --reason TEXT`"
        )
    })
}
