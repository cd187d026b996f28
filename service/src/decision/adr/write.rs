//! Writes a decision as a file: the same bytes for the same rows, on either database.

use std::fmt::Write as _;

use callboard_entity::{DecisionEvolutionKind as Kind, board_decisions as decisions};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::own::FORMAT;
use super::record::{Named, OwnLink, Side};
use super::{AdrFile, lists, words};
use crate::clock::Timestamp;
use crate::decision::fields;

pub(super) const STATUS: &str = "Status";
pub(super) const PROBLEM: &str = "Problem";
pub(super) const CONTEXT: &str = "Context";
pub(super) const DECISION: &str = "Decision";
pub(super) const RATIONALE: &str = "Rationale";
pub(super) const APPROACH: &str = "Implementation approach";
pub(super) const ALTERNATIVES: &str = "Alternatives";
pub(super) const TRADE_OFFS: &str = "Trade-offs";
pub(super) const RISKS: &str = "Risks";
pub(super) const MITIGATIONS: &str = "Mitigations";
pub(super) const SUCCESS: &str = "Success criteria";
pub(super) const FILES: &str = "Affected files";
pub(super) const COMPONENTS: &str = "Affected components";
pub(super) const OUTCOME: &str = "Outcome";
pub(super) const LESSONS: &str = "Lessons";

/// What a decision is linked to, by the names that the file has for it.
#[derive(Clone, Debug, Default)]
pub(in crate::decision) struct Around {
    pub item: Option<Named>,
    pub session: Option<Named>,
    pub agent: Option<String>,
    /// `agent:SLUG`, `user:NAME` or `system`.
    pub by: String,
    /// What it evolved into.
    pub links: Vec<OwnLink>,
    /// The other ends of its links, in the order in which they were made.
    pub neighbours: Vec<Neighbour>,
}

/// The other end of a link.
#[derive(Clone, Debug)]
pub(in crate::decision) struct Neighbour {
    pub side: Side,
    pub kind: Kind,
    pub number: i64,
    pub title: String,
}

/// The file of a decision.
pub(in crate::decision) fn file(decision: &decisions::Model, around: &Around) -> AdrFile {
    let body = body(decision, around);
    let front = front(decision, around);
    let digest = sha256(&format!("---\n{front}---\n{body}"));
    // The digest stands behind the first line, by which the form is known.
    let content = match front.split_once('\n') {
        Some((first, rest)) => format!("---\n{first}\n{DIGEST}{digest}\n{rest}---\n{body}"),
        None => format!("---\n{front}---\n{body}"),
    };
    AdrFile { name: words::file_name(decision.number, &decision.title), content }
}

const DIGEST: &str = "sha256: ";

/// Whether the digest in a file is that of the rest of it.
pub(super) fn is_untouched(content: &str) -> bool {
    let mut digest = None;
    let mut rest = String::with_capacity(content.len());
    for line in content.split_inclusive('\n') {
        match line.strip_prefix(DIGEST) {
            Some(found) if digest.is_none() => digest = Some(found.trim_end().to_owned()),
            _ => rest.push_str(line),
        }
    }
    digest.is_some_and(|digest| digest == sha256(&rest))
}

/// In hex.
pub(in crate::decision) fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// YAML of which every value that is no word or number is JSON, which YAML 1.2 holds.
fn front(decision: &decisions::Model, around: &Around) -> String {
    let mut yaml = format!("callboard: {FORMAT}\n");
    let mut put = |name: &str, value: serde_json::Value| {
        // Writing to a String does not fail.
        let _ = writeln!(yaml, "{name}: {value}");
    };
    put("id", json!(decision.id));
    put("number", json!(decision.number));
    put("status", json!(decision.status));
    put("category", json!(decision.category));
    put("impact", json!(decision.impact));
    put("implementation", json!(decision.implementation_status));
    put("created", json!(time(decision.created_at)));
    put("updated", json!(time(decision.updated_at)));
    if let Some(at) = decision.review_at {
        put("review", json!(time(at)));
    }
    put("by", json!(around.by));
    if let Some(item) = &around.item {
        put("item", json!(item));
    }
    if let Some(session) = &around.session {
        put("session", json!(session));
    }
    if let Some(agent) = &around.agent {
        put("agent", json!(agent));
    }
    if !around.links.is_empty() {
        yaml.push_str("evolutions:\n");
        for link in &around.links {
            let value = json!({
                "id": link.id, "kind": link.kind, "into": link.into, "number": link.number, "reason": link.reason,
                "by": link.by, "at": time(link.at),
            });
            let _ = writeln!(yaml, "  - {value}");
        }
    }
    yaml
}

fn time(at: Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

fn body(decision: &decisions::Model, around: &Around) -> String {
    let mut out = format!("\n# {}. {}\n", decision.number, decision.title);
    section(&mut out, STATUS, &status(decision, around));
    let text = |out: &mut String, heading: &str, text: Option<&str>| {
        if let Some(text) = text {
            section(out, heading, &escaped(text));
        }
    };
    text(&mut out, PROBLEM, decision.problem.as_deref());
    text(&mut out, CONTEXT, decision.context.as_deref());
    text(&mut out, DECISION, Some(&decision.decision));
    text(&mut out, RATIONALE, Some(&decision.rationale));
    text(&mut out, APPROACH, decision.implementation_approach.as_deref());
    for (heading, stored) in [
        (ALTERNATIVES, &decision.alternatives),
        (TRADE_OFFS, &decision.trade_offs),
        (RISKS, &decision.risks),
        (MITIGATIONS, &decision.mitigations),
        (SUCCESS, &decision.success_criteria),
        (FILES, &decision.affected_files),
        (COMPONENTS, &decision.affected_components),
    ] {
        let mut entries = fields::entries(stored.as_ref());
        if heading == FILES {
            entries = entries.iter().map(|path| lists::quoted(path)).collect();
        }
        if !entries.is_empty() {
            section(&mut out, heading, lists::write(&entries).trim_end_matches('\n'));
        }
    }
    text(&mut out, OUTCOME, decision.outcome.as_deref());
    text(&mut out, LESSONS, decision.lessons.as_deref());
    out
}

fn section(out: &mut String, heading: &str, text: &str) {
    let _ = write!(out, "\n## {heading}\n\n{text}\n");
}

/// The status in the words of other tools, with links to the files of the other decisions.
fn status(decision: &decisions::Model, around: &Around) -> String {
    let mut lines = vec![words::capital(decision.status.as_str())];
    for other in &around.neighbours {
        let verb = words::relation(other.kind, other.side);
        let file = words::file_name(other.number, &other.title);
        let title = other.title.replace('[', "\\[").replace(']', "\\]");
        lines.push(format!("{verb} [{}. {title}]({file})", other.number));
    }
    lines.join("\n\n")
}

/// A text in which no line looks like one of our headings.
fn escaped(text: &str) -> String {
    let line =
        |line: &str| if is_heading(line.trim_start_matches('\\')) { format!("\\{line}") } else { line.to_owned() };
    text.split('\n').map(line).collect::<Vec<String>>().join("\n")
}

/// The line as it was before [`escaped`].
pub(super) fn unescaped(line: &str) -> String {
    match line.strip_prefix('\\') {
        Some(rest) if is_heading(rest.trim_start_matches('\\')) => rest.to_owned(),
        _ => line.to_owned(),
    }
}

fn is_heading(line: &str) -> bool {
    line.starts_with("# ") || line.starts_with("## ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_in_a_text_comes_back_as_it_was() {
        for text in ["# a\n\\# b\n\\\\## c\n\\d\n### e\n #f", "##", "plain"] {
            let written = escaped(text);
            assert!(!written.lines().any(is_heading), "{written}");
            assert_eq!(written.split('\n').map(unescaped).collect::<Vec<_>>().join("\n"), text);
        }
    }
}
