//! Reads the files of other tools and of people: Nygard's template, MADR, and what looks like them.

use callboard_entity::{DecisionCategory, DecisionEvolutionKind as Kind, DecisionImpact, DecisionStatus};
use serde_json::Value;

use super::names::{self, number_of};
use super::record::{Record, Side};
use super::relations::{self, Field};
use super::sections::{self, Document, Place, Section};
use super::{dates, front, status, words};
use crate::clock::Timestamp;
use crate::decision::AddDecision;
use crate::decision::fields::MANY;
use crate::rules;

/// A decision's why, where its file does not name it apart.
const NOT_STATED: &str = "Not stated.";
/// What may stand in the front matter, or before the first section as `Name: value`.
const NAMES: &[&str] = &[
    "title",
    "status",
    "date",
    "category",
    "impact",
    "deciders",
    "decision-makers",
    "consulted",
    "informed",
    "tags",
    "author",
    "authors",
    "technical story",
];

/// What is gathered on the way through a file.
#[derive(Default)]
struct Gathered {
    fields: AddDecision,
    /// What is said of the status, wherever it is: in lines.
    status: String,
    date: Option<Timestamp>,
    drivers: Option<String>,
    /// Other lines that may tell of other files.
    prose: String,
    /// What the board has no place for: it goes into the context.
    kept: Vec<(String, String)>,
    notes: Vec<String>,
}

/// Reads a file; the inner error says why it is taken for no decision.
pub(super) fn read(file: &str, text: &str, sha256: String) -> Result<Result<Record, &'static str>, String> {
    let stem = names::stem(file);
    if names::is_template(stem) {
        return Ok(Err("is a template"));
    }
    let clean = text.replace(unsafe_char, " ");
    let (yaml, body) = front::split(&clean).map_or((None, &*clean), |(yaml, body)| (Some(yaml), body));
    let document = sections::split(body);
    let (from_name, rest) = number_of(stem);
    let decides = document.sections.iter().any(|section| section.place == Some(Place::Decision));
    if !decides {
        return Ok(Err("has no section 'Decision'"));
    }
    let mut found = Gathered::default();
    found.fields.category = DecisionCategory::Architecture;
    if text.contains(unsafe_char) {
        found.notes.push("control characters became spaces".to_owned());
    }
    let mut title = document.title.clone();
    if let Some(yaml) = yaml.filter(|yaml| !yaml.trim().is_empty()) {
        let value: Value = serde_saphyr::from_str(yaml).map_err(|error| front::broken(&error))?;
        let named = found.front(&value, yaml);
        title = found.title(title, named);
    }
    found.preamble(&document);
    for section in &document.sections {
        found.section(section);
    }
    let (from_title, title) = match title.as_deref().map(number_of) {
        Some((number, title)) if !title.is_empty() => (number, title.to_owned()),
        _ => (None, rest.replace(['-', '_'], " ")),
    };
    found.finish(title);
    let mut relations = relations::of(&found.status, Field::Status);
    relations.extend(relations::of(&found.prose, Field::Prose));
    found.settle(relations.iter().map(|relation| (relation.kind, relation.side)));
    Ok(Ok(Record {
        file: file.to_owned(),
        sha256,
        fields: found.fields,
        number: from_name.or(from_title),
        created_at: found.date,
        updated_at: None,
        own: None,
        relations,
        notes: found.notes,
    }))
}

impl Gathered {
    /// The fields of the front matter; gives the title, where it is there.
    fn front(&mut self, value: &Value, yaml: &str) -> Option<String> {
        let mut title = None;
        if !value.is_object() && !value.is_null() {
            // Lines between two rulers, which name no fields.
            self.kept.push(("Front matter".to_owned(), yaml.trim().to_owned()));
        }
        for (name, value) in value.as_object().into_iter().flatten() {
            let text = match value {
                Value::Null => continue,
                Value::String(text) => text.clone(),
                Value::Array(list) => {
                    let texts = list.iter().map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned));
                    texts.collect::<Vec<String>>().join(", ")
                }
                other => other.to_string(),
            };
            // YAML can hide any character.
            let text = text.replace(unsafe_char, " ");
            match name.to_lowercase().as_str() {
                "title" => title = Some(text),
                name => self.named(name, &text),
            }
        }
        title
    }

    /// The title: the heading's, else the front matter's, which is kept where it is another one.
    fn title(&mut self, heading: Option<String>, front: Option<String>) -> Option<String> {
        let plain = |title: &str| number_of(title).1.trim().to_lowercase();
        match (heading, front) {
            (Some(heading), Some(front)) => {
                if !front.trim().is_empty() && plain(&heading) != plain(&front) {
                    self.kept.push(("Title in the front matter".to_owned(), front));
                }
                Some(heading)
            }
            (heading, front) => heading.or(front),
        }
    }

    /// A date; what is said beside it is kept.
    fn dated(&mut self, text: &str) {
        self.date = self.date.or_else(|| dates::first(text));
        if !dates::says_only(text, self.date) {
            self.kept.push(("Date".to_owned(), text.trim().to_owned()));
        }
    }

    /// `Name: value`, from the front matter or from before the first section.
    fn named(&mut self, name: &str, value: &str) {
        if value.trim().is_empty() {
            return;
        }
        match name {
            "status" => push(&mut self.status, value),
            "date" => self.dated(value),
            "category" => match rules::word("category", value, DecisionCategory::ALL, DecisionCategory::as_str) {
                Ok(category) => self.fields.category = category,
                Err(_) => self.kept.push((words::capital(name), value.to_owned())),
            },
            "impact" => match rules::word("impact", value, DecisionImpact::ALL, DecisionImpact::as_str) {
                Ok(impact) => self.fields.impact = impact,
                Err(_) => self.kept.push((words::capital(name), value.to_owned())),
            },
            name => self.kept.push((words::capital(name), value.to_owned())),
        }
    }

    fn preamble(&mut self, document: &Document) {
        let mut rest: Vec<&str> = Vec::new();
        for line in &document.preamble {
            let plain = line.trim().trim_start_matches(['*', '-', '+', ' ']);
            let pair =
                plain.split_once(':').map(|(name, value)| (name.trim_matches(['*', '_', ' ']).to_lowercase(), value));
            match pair {
                Some((name, value)) if NAMES.contains(&name.as_str()) && name != "title" => {
                    self.named(&name, value.trim_matches(['*', '_', ' ']));
                }
                _ => rest.push(line),
            }
        }
        let rest = rest.join("\n");
        push(&mut self.prose, &rest);
        if !rest.trim().is_empty() {
            add(&mut self.fields.context, &rest);
        }
    }

    fn section(&mut self, section: &Section) {
        let text = section.text.trim();
        if text.is_empty() {
            return;
        }
        let list = || sections::entries(&section.text, MANY);
        let kept = || (section.heading.clone(), text.to_owned());
        let fields = &mut self.fields;
        match section.place {
            Some(Place::Status) => push(&mut self.status, text),
            Some(Place::Date) => self.dated(text),
            Some(Place::Problem) => add(&mut fields.problem, text),
            Some(Place::Context) => add(&mut fields.context, text),
            Some(Place::Decision) => extend(&mut fields.decision, text),
            Some(Place::Rationale) => extend(&mut fields.rationale, text),
            Some(Place::Drivers) => add(&mut self.drivers, text),
            Some(Place::Approach) => add(&mut fields.implementation_approach, text),
            Some(Place::Alternatives) => fields.alternatives.extend(list()),
            Some(Place::ProsAndCons) => options(&mut fields.alternatives, text),
            Some(Place::Consequences) => fields.trade_offs.extend(list()),
            Some(Place::Positive) => fields.trade_offs.extend(list().into_iter().map(|e| format!("Positive: {e}"))),
            Some(Place::Negative) => fields.trade_offs.extend(list().into_iter().map(|e| format!("Negative: {e}"))),
            Some(Place::Risks) => fields.risks.extend(list()),
            Some(Place::Mitigations) => fields.mitigations.extend(list()),
            Some(Place::Success) => fields.success_criteria.extend(list()),
            Some(Place::Components) => fields.affected_components.extend(list()),
            Some(Place::Files) => fields.affected_files.extend(list()),
            Some(Place::Outcome) => add(&mut fields.outcome, text),
            Some(Place::Lessons) => add(&mut fields.lessons, text),
            Some(Place::Links) => {
                push(&mut self.prose, text);
                self.kept.push(kept());
            }
            None => self.kept.push(kept()),
        }
    }

    /// Fills what a decision must have, and puts the rest into the context.
    fn finish(&mut self, title: String) {
        // A date that is called so counts before one that stands beside the status.
        self.date = self.date.or_else(|| dates::first(&self.status));
        self.kept.extend(status::rest(&self.status, self.date).map(|rest| ("Status".to_owned(), rest)));
        let fields = &mut self.fields;
        if fields.decision.trim().is_empty() {
            fields.decision.clone_from(&title);
        }
        if fields.rationale.trim().is_empty() {
            let why = because(&fields.decision).or_else(|| self.drivers.take());
            fields.rationale = why.unwrap_or_else(|| NOT_STATED.to_owned());
        }
        if let Some(drivers) = self.drivers.take() {
            self.kept.push(("Decision drivers".to_owned(), drivers));
        }
        let files = std::mem::take(&mut fields.affected_files);
        let files = files.into_iter().map(|file| file.trim().to_owned());
        // An entry of several lines is prose.
        let (good, bad): (Vec<String>, Vec<String>) = files.partition(|file| {
            !file.contains(rules::is_unsafe) && crate::decision::fields::path("affected_files", file).is_ok()
        });
        fields.affected_files = good;
        if !bad.is_empty() {
            self.kept.push(("Affected files".to_owned(), bad.join("\n")));
        }
        let line = title.split_whitespace().collect::<Vec<&str>>().join(" ");
        if line.chars().count() > rules::LINE {
            fields.title = line.chars().take(rules::LINE - 3).chain("...".chars()).collect();
            self.kept.push(("Title".to_owned(), line));
        } else {
            fields.title = line;
        }
        for list in [&mut fields.alternatives, &mut fields.trade_offs, &mut fields.success_criteria] {
            if list.len() > MANY {
                *list = vec![list.join("\n\n")];
            }
        }
        if !self.kept.is_empty() {
            let names: Vec<&str> = self.kept.iter().map(|(name, _)| name.as_str()).collect();
            self.notes.push(format!("kept in the context: {}", names.join(", ")));
        }
        for (name, text) in std::mem::take(&mut self.kept) {
            let part = if text.contains('\n') { format!("### {name}\n\n{text}") } else { format!("{name}: {text}") };
            add(&mut fields.context, &part);
        }
    }

    /// Sets the status: one that was replaced since is superseded, whatever else its file still says.
    fn settle(&mut self, relations: impl Iterator<Item = (Kind, Side)>) {
        let said = words::status(&self.status);
        if let Some((status, done, other)) = &said {
            self.fields.status = *status;
            self.fields.implementation_status = *done;
            self.notes.extend(other.as_ref().map(|word| format!("the status '{word}' is kept as {status}")));
        } else {
            self.notes.push("no status that the board knows: it is taken as accepted".to_owned());
        }
        for (kind, side) in relations {
            if let Some(status) = out_of_force(kind, side).filter(|_| self.fields.status == DecisionStatus::Accepted) {
                self.fields.status = status;
            }
        }
    }
}

/// The status of a decision of which a file says that.
fn out_of_force(kind: Kind, side: Side) -> Option<DecisionStatus> {
    match (kind, side) {
        (Kind::Superseded, Side::Original) => Some(DecisionStatus::Superseded),
        (Kind::Reversed, Side::Original) => Some(DecisionStatus::Reversed),
        _ => None,
    }
}

/// What could steer a terminal: a text has none of it.
fn unsafe_char(c: char) -> bool {
    rules::is_unsafe(c) && !matches!(c, '\n' | '\t')
}

/// Adds a paragraph.
fn add(text: &mut Option<String>, more: &str) {
    extend(text.get_or_insert_default(), more);
}

/// Adds a paragraph.
fn extend(text: &mut String, more: &str) {
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(more.trim());
}

/// Adds lines: what is said at two places does not run together.
fn push(lines: &mut String, more: &str) {
    lines.push_str(more);
    lines.push('\n');
}

/// What the options of MADR are good and bad for goes to the options themselves.
fn options(alternatives: &mut Vec<String>, text: &str) {
    let mut at: Option<usize> = None;
    for line in text.lines() {
        if let Some((_, name)) = sections::heading(line) {
            let plain = |text: &str| text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
            let known =
                alternatives.iter().position(|entry| plain(entry.lines().next().unwrap_or_default()) == plain(name));
            at = Some(known.unwrap_or_else(|| {
                alternatives.push(name.to_owned());
                alternatives.len() - 1
            }));
        } else if let Some(entry) = at.and_then(|at| alternatives.get_mut(at)) {
            entry.push('\n');
            entry.push_str(line);
        } else if !line.trim().is_empty() {
            alternatives.push(line.to_owned());
        }
    }
    for entry in alternatives.iter_mut() {
        *entry = entry.trim().to_owned();
    }
}

/// MADR's `Chosen option: "X", because ...`: what follows, to the end of the paragraph.
fn because(decision: &str) -> Option<String> {
    let paragraph =
        decision.split("\n\n").find(|part| part.trim_start().to_lowercase().starts_with("chosen option"))?;
    let at = paragraph.to_ascii_lowercase().find("because")?;
    let why = paragraph[at + "because".len()..].trim();
    (!why.is_empty()).then(|| why.to_owned())
}
