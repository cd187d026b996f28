//! Reads the files that an export wrote: every field of the decision.

use callboard_entity::{DecisionCategory, DecisionImpact, DecisionImplementationStatus, DecisionStatus};
use serde::Deserialize;
use uuid::Uuid;

use super::record::{Named, Own, OwnLink, Record};
use super::{front, lists, write};
use crate::clock::{Timestamp, micros};
use crate::decision::AddDecision;
use crate::error::Error;
use crate::rules;

/// The form of the files; raised when an older Callboard could no longer read them.
pub(super) const FORMAT: u64 = 1;

#[derive(Deserialize)]
struct Front {
    callboard: u64,
    id: Uuid,
    number: i64,
    status: DecisionStatus,
    category: DecisionCategory,
    impact: DecisionImpact,
    implementation: DecisionImplementationStatus,
    created: Timestamp,
    updated: Timestamp,
    review: Option<Timestamp>,
    by: String,
    item: Option<Named>,
    session: Option<Named>,
    agent: Option<String>,
    #[serde(default)]
    evolutions: Vec<OwnLink>,
}

/// The decision's id in a file of ours.
pub(super) fn id(text: &str) -> Option<Uuid> {
    let (yaml, _) = front::split(text)?;
    if !yaml.starts_with("callboard: ") {
        return None;
    }
    let id = yaml.lines().find_map(|line| line.strip_prefix("id: "))?;
    Uuid::try_parse(id.trim().trim_matches('"')).ok()
}

/// Reads a file of ours, also one that somebody edited.
pub(super) fn read(file: &str, text: &str, sha256: String) -> Result<Record, String> {
    let (yaml, body) = front::split(text).ok_or("has no front matter")?;
    let front: Front = serde_saphyr::from_str(yaml).map_err(|error| front::broken(&error))?;
    if front.callboard != FORMAT {
        return Err(format!("is of the form {}, and this build takes {FORMAT}", front.callboard));
    }
    if front.number < 1 {
        return Err(format!("has the number {}: they begin with 1", front.number));
    }
    check(&front).map_err(|error| format!("breaks a rule: {error}"))?;
    let (title, sections) = split(body);
    let title = title.ok_or("has no title: a line that begins with '# '")?;
    let mut fields = AddDecision {
        title: title.strip_prefix(&format!("{}. ", front.number)).unwrap_or(&title).to_owned(),
        category: front.category,
        impact: front.impact,
        status: front.status,
        implementation_status: front.implementation,
        review_at: front.review.map(micros),
        ..AddDecision::default()
    };
    for (heading, text) in sections {
        put(&mut fields, &heading, &text)?;
    }
    Ok(Record {
        file: file.to_owned(),
        sha256,
        fields,
        number: Some(front.number),
        created_at: Some(micros(front.created)),
        updated_at: Some(micros(front.updated)),
        own: Some(Own {
            id: front.id,
            by: front.by,
            item: front.item,
            session: front.session,
            agent: front.agent,
            links: front.evolutions,
        }),
        relations: Vec::new(),
        notes: Vec::new(),
    })
}

/// The names and reasons, in which YAML can hide any character.
fn check(front: &Front) -> Result<(), Error> {
    let named = [&front.item, &front.session].into_iter().flatten().map(|named| &named.key);
    let people = front.evolutions.iter().map(|link| &link.by).chain(&front.agent).chain([&front.by]);
    named.chain(people).try_for_each(|name| rules::line("name", name))?;
    front.evolutions.iter().try_for_each(|link| rules::text("reason", &link.reason))
}

/// The title and the sections: only lines that begin with `# ` or `## ` divide, and a text has none of them.
fn split(body: &str) -> (Option<String>, Vec<(String, String)>) {
    let mut title = None;
    let mut sections: Vec<(String, Vec<String>)> = Vec::new();
    for line in body.split('\n') {
        if let Some(heading) = line.strip_prefix("## ") {
            sections.push((heading.trim().to_owned(), Vec::new()));
        } else if let (Some(heading), None, true) = (line.strip_prefix("# "), &title, sections.is_empty()) {
            title = Some(heading.trim().to_owned());
        } else if let Some((_, lines)) = sections.last_mut() {
            lines.push(write::unescaped(line));
        }
    }
    let joined = sections.into_iter().map(|(heading, lines)| (heading, lines.join("\n").trim_matches('\n').to_owned()));
    (title, joined.collect())
}

fn put(fields: &mut AddDecision, heading: &str, text: &str) -> Result<(), String> {
    let one = || Some(text.to_owned());
    match heading {
        // The front matter says it; the section is for people and for other tools.
        write::STATUS => {}
        write::PROBLEM => fields.problem = one(),
        write::CONTEXT => fields.context = one(),
        write::DECISION => text.clone_into(&mut fields.decision),
        write::RATIONALE => text.clone_into(&mut fields.rationale),
        write::APPROACH => fields.implementation_approach = one(),
        write::ALTERNATIVES => fields.alternatives = lists::read(text),
        write::TRADE_OFFS => fields.trade_offs = lists::read(text),
        write::RISKS => fields.risks = lists::read(text),
        write::MITIGATIONS => fields.mitigations = lists::read(text),
        write::SUCCESS => fields.success_criteria = lists::read(text),
        write::FILES => fields.affected_files = lists::read(text).iter().map(|entry| lists::unquoted(entry)).collect(),
        write::COMPONENTS => fields.affected_components = lists::read(text),
        write::OUTCOME => fields.outcome = one(),
        write::LESSONS => fields.lessons = one(),
        other => return Err(format!("has a section that no export writes: '{}'", crate::rules::escape(other))),
    }
    Ok(())
}
