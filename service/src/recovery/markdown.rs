//! The package as Markdown. What is stored is data: it stands on one line or in a quotation, and steers nothing.

use std::fmt::Write;

use callboard_entity::WorkItemQualityGateLevel;
use chrono::SecondsFormat;

use super::package::{
    Attempt, ItemText, LastCheckpoint, LastHandover, LastRejection, Note, OpenCriterion, OpenRisk, PackagedArtifact,
    PackagedDecision, PackagedFile, PackagedItem, RecoveryPackage, UnmetPrerequisite,
};
use super::parts::{Component, Guidance, Recommendation};
use crate::clock::Timestamp;
use crate::rules;

/// The package as Markdown, for an agent to read or a file to keep. Times are UTC.
///
/// The same package gives the same text. Stored texts are quoted or on one line, without control characters.
pub fn markdown(package: &RecoveryPackage) -> String {
    let mut out = String::new();
    item(&mut out, &package.item);
    let guide: Vec<Guidance> = package.guidance.iter().cloned().map(Guidance).collect();
    let todo: Vec<Recommendation> = package.recommendations.iter().cloned().map(Recommendation).collect();
    section(&mut out, "How to go on", &list(&guide, guidance));
    section(&mut out, "What to do, in this order", &list(&todo, recommendation));
    section(&mut out, "Last checkpoint", &list(&package.checkpoint, checkpoint));
    section(&mut out, "Handover", &list(&package.handover, handover));
    section(&mut out, "Rejected", &list(&package.rejection, rejection));
    section(&mut out, "Acceptance criteria not met", &list(&package.criteria, criterion));
    section(&mut out, "Waits for", &list(&package.prerequisites, prerequisite));
    section(&mut out, "Open risks", &list(&package.risks, risk));
    section(&mut out, "Decisions in force", &list(&package.decisions, decision));
    section(&mut out, "Attempts so far", &list(&package.attempts, attempt));
    section(&mut out, "Files", &list(&package.files, file));
    section(&mut out, "Artifacts", &list(&package.artifacts, artifact));
    section(&mut out, "About the item", &list(&package.about, text));
    section(&mut out, "Notes", &list(&package.notes, note));
    let components: Vec<Component> = package.components.iter().cloned().map(Component).collect();
    section(&mut out, "Affected components", &list(&components, component));
    let budget = &package.budget;
    let _ = write!(out, "\n---\n\n{} of {} tokens.", budget.used, budget.tokens);
    if budget.shortened > 0 {
        let _ = write!(out, " Shortened texts: {}.", budget.shortened);
    }
    if !budget.left_out.is_empty() {
        let left: Vec<String> = budget.left_out.iter().map(|(name, count)| format!("{name} {count}")).collect();
        let _ = write!(out, " Left out: {}.", left.join(", "));
    }
    out.push('\n');
    out
}

fn list<'a, T: 'a>(entries: impl IntoIterator<Item = &'a T>, write: fn(&mut String, &T)) -> String {
    let mut text = String::new();
    entries.into_iter().for_each(|entry| write(&mut text, entry));
    text
}

fn section(out: &mut String, heading: &str, body: &str) {
    if !body.is_empty() {
        let _ = write!(out, "\n## {heading}\n\n{body}");
    }
}

fn item(out: &mut String, item: &PackagedItem) {
    let _ = write!(out, "# {}: {}\n\n", item.key, line(&item.title));
    let _ = writeln!(
        out,
        "{} of the project {}, P{}: {}, delegation {}, attempt {} of {}, revision {}.",
        item.r#type,
        item.project,
        item.priority,
        item.status,
        item.delegation_status,
        item.attempt_count,
        item.max_attempts,
        item.revision
    );
    if let Some(parent) = &item.parent {
        let _ = writeln!(out, "Part of {parent}.");
    }
    if item.quality_gate_level != WorkItemQualityGateLevel::Standard {
        let _ = writeln!(out, "Quality gate: {}.", item.quality_gate_level);
    }
    if let Some(open) = &item.open {
        let until = open.lease_expires_at.map(|end| format!(" until {}", time(end))).unwrap_or_default();
        let _ = writeln!(out, "Held by {}: {}{until}, assignment {}.", line(&open.holder), open.status, open.id);
    }
    for (what, at) in [
        ("Due", item.due_at),
        ("Not handed out before", item.available_at),
        ("Dead since", item.dead_at),
        ("Archived", item.archived_at),
    ] {
        if let Some(at) = at {
            let _ = writeln!(out, "{what}: {}.", time(at));
        }
    }
    if let Some(reason) = &item.blocked_reason {
        let _ = writeln!(out, "Blocked: {}", line(reason));
    }
}

pub(super) fn guidance(out: &mut String, guidance: &Guidance) {
    let _ = writeln!(out, "- {}", line(&guidance.0.text));
}

/// Every one is a `1.`: Markdown numbers them.
pub(super) fn recommendation(out: &mut String, recommendation: &Recommendation) {
    let _ = writeln!(out, "1. {}", line(&recommendation.0.text));
}

pub(super) fn checkpoint(out: &mut String, own: &LastCheckpoint) {
    let _ = write!(out, "Checkpoint {} by {}, {}:\n\n{}", own.seq, line(&own.by), time(own.at), quote(&own.note));
    if let Some(data) = &own.data {
        let _ = write!(out, "\nData:\n\n{}", quote(&data.to_string()));
    }
    if let Some(size) = own.data_left_out {
        let _ = write!(out, "\nIts data, {size} bytes, are left out: `callboard checkpoint show` has them.\n");
    }
}

pub(super) fn handover(out: &mut String, own: &LastHandover) {
    let to = own.to.as_ref().map_or_else(|| "whoever takes the item".to_owned(), |to| line(to));
    let _ = write!(out, "From {} to {to}, {}, message {}", line(&own.from), time(own.at), own.message);
    let _ = match own.acknowledged_at {
        Some(at) => write!(out, ", acknowledged {}", time(at)),
        None => write!(out, ", not acknowledged"),
    };
    let _ = write!(out, ":\n\n{}", quote(&own.text));
}

pub(super) fn rejection(out: &mut String, own: &LastRejection) {
    let _ =
        write!(out, "The last result was rejected by {}, {}:\n\n{}", line(&own.by), time(own.at), quote(&own.reason));
}

pub(super) fn criterion(out: &mut String, own: &OpenCriterion) {
    let _ = writeln!(out, "- [ ] {}: {}", own.number, line(&own.text));
}

pub(super) fn prerequisite(out: &mut String, own: &UnmetPrerequisite) {
    let _ = write!(out, "- {} ({})", line(&own.description), own.status);
    if let (Some(key), Some(status)) = (&own.item, own.item_status) {
        let _ = write!(out, ", {key} is {status}{}", if own.in_vain { ", which nobody does" } else { "" });
    }
    out.push('\n');
}

pub(super) fn risk(out: &mut String, own: &OpenRisk) {
    let _ = write!(out, "- {} ({}): {}", own.decision, own.impact, line(&own.text));
    match &own.mitigation {
        Some(mitigation) => _ = writeln!(out, " Against it: {}", line(mitigation)),
        None => out.push('\n'),
    }
}

pub(super) fn decision(out: &mut String, own: &PackagedDecision) {
    let head = [own.impact.as_str(), own.category.as_str(), own.status.as_str(), own.implementation_status.as_str()];
    let _ = writeln!(out, "- {} of {}: {} ({})", own.key, own.item, line(&own.title), head.join(", "));
    let _ = writeln!(out, "  - Decided: {}", line(&own.decision));
    let _ = writeln!(out, "  - Because: {}", line(&own.rationale));
}

pub(super) fn attempt(out: &mut String, own: &Attempt) {
    let _ = write!(out, "- Attempt {} by {}: {}", own.attempt, line(&own.holder), own.status);
    let _ = match (own.started_at, own.ended_at) {
        (Some(from), Some(to)) => write!(out, ", {} to {}", time(from), time(to)),
        (Some(from), None) => write!(out, " since {}", time(from)),
        (None, Some(to)) => write!(out, " {}, never started", time(to)),
        (None, None) => write!(out, " {}", time(own.assigned_at)),
    };
    match &own.why {
        Some(why) => _ = writeln!(out, ": {}", line(why)),
        None => out.push('\n'),
    }
}

pub(super) fn file(out: &mut String, own: &PackagedFile) {
    let _ = write!(out, "- `{}`: {}, {}", line(&own.path).replace('`', "'"), own.operation, own.verification);
    if let Some(size) = own.size_bytes {
        let _ = write!(out, ", {size} bytes");
    }
    if let Some(rationale) = &own.rationale {
        let _ = write!(out, ": {}", line(rationale));
    }
    out.push('\n');
}

pub(super) fn artifact(out: &mut String, own: &PackagedArtifact) {
    let mime = own.mime_type.as_ref().map(|mime| format!(", {}", line(mime))).unwrap_or_default();
    let (name, at) = (line(&own.name).replace('`', "'"), time(own.at));
    let _ = writeln!(out, "- `{name}`: {}, version {}{mime}, {} bytes, {at}", own.r#type, own.version, own.size_bytes);
}

pub(super) fn note(out: &mut String, own: &Note) {
    let _ = write!(out, "{}, {}", line(&own.by), time(own.at));
    if let Some(session) = &own.session {
        let _ = write!(out, ", session {}", line(session));
    }
    let _ = write!(out, ":\n\n{}\n", quote(&own.text));
}

pub(super) fn component(out: &mut String, own: &Component) {
    let _ = writeln!(out, "- {}", line(&own.0));
}

pub(super) fn text(out: &mut String, own: &ItemText) {
    let _ = write!(out, "{}:\n\n{}\n", own.what, quote(&own.text));
}

/// On one line, whatever white space it has.
pub(crate) fn line(text: &str) -> String {
    rules::escape(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// As a quotation, so that no line of it is taken for one of ours.
fn quote(text: &str) -> String {
    let mut out = String::new();
    for row in text.lines() {
        let _ = writeln!(out, "> {}", rules::escape(&row.replace('\t', "    ")));
    }
    out
}

pub(crate) fn time(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
