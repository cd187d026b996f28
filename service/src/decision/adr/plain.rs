//! Reads the files of other tools and of people: Nygard's template, MADR, and what looks like them.

use callboard_entity::{DecisionCategory, DecisionEvolutionKind as Kind, DecisionImpact, DecisionStatus};
use chrono::{DateTime, NaiveDate};
use serde_json::Value;

use super::record::{Record, Side};
use super::sections::{self, Document, Place, Section};
use super::{front, relations, words};
use crate::clock::{Timestamp, micros};
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
    status: String,
    date: Option<Timestamp>,
    drivers: Option<String>,
    relations: String,
    /// What the board has no place for: it goes into the context.
    kept: Vec<(String, String)>,
    notes: Vec<String>,
}

/// Reads a file; the inner error says why it is taken for no decision.
pub(super) fn read(file: &str, text: &str, sha256: String) -> Result<Result<Record, &'static str>, String> {
    let stem = file.strip_suffix(".md").unwrap_or(file);
    if stem.to_lowercase().split(|c: char| !c.is_alphabetic()).any(|word| word == "template") {
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
        let named = found.front(&value);
        title = title.or(named);
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
    let relations = relations::of(&found.relations);
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
    fn front(&mut self, value: &Value) -> Option<String> {
        let mut title = None;
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

    /// `Name: value`, from the front matter or from before the first section.
    fn named(&mut self, name: &str, value: &str) {
        if value.trim().is_empty() {
            return;
        }
        match name {
            "status" => {
                self.status.push_str(value);
                self.relations.push_str(&format!("{value}\n"));
            }
            "date" => self.date = self.date.or_else(|| date(value)),
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
        self.relations.push_str(&format!("{rest}\n"));
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
        let fields = &mut self.fields;
        match section.place {
            Some(Place::Status) => {
                self.status.push_str(text);
                self.relations.push_str(&format!("{text}\n"));
                self.date = self.date.or_else(|| date(text));
            }
            Some(Place::Date) => self.date = self.date.or_else(|| date(text)),
            Some(Place::Problem) => add(&mut fields.problem, text),
            Some(Place::Context) => add(&mut fields.context, text),
            Some(Place::Decision) => {
                let mut decision = Some(std::mem::take(&mut fields.decision)).filter(|text| !text.is_empty());
                add(&mut decision, text);
                fields.decision = decision.unwrap_or_default();
            }
            Some(Place::Rationale) => fields.rationale = text.to_owned(),
            Some(Place::Drivers) => self.drivers = Some(text.to_owned()),
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
                self.relations.push_str(&format!("{text}\n"));
                self.kept.push((section.heading.clone(), text.to_owned()));
            }
            None => self.kept.push((section.heading.clone(), text.to_owned())),
        }
    }

    /// Fills what a decision must have, and puts the rest into the context.
    fn finish(&mut self, title: String) {
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
    let more = more.trim();
    *text = Some(match text.take() {
        Some(before) => format!("{before}\n\n{more}"),
        None => more.to_owned(),
    });
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

/// The number with which a file name or a title begins, and what comes after it: `0007-x`, `adr-7-x`, `7. X`, `ADR 7: X`.
fn number_of(text: &str) -> (Option<i64>, &str) {
    let is_separator = |c: char| matches!(c, '-' | '_' | '.' | ':' | ' ' | ')' | '\u{2013}' | '\u{2014}');
    let text = text.trim();
    let word = text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("adr"));
    let rest = if word { text[3..].trim_start_matches(is_separator) } else { text };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let after = &rest[digits..];
    // `20260102-x` begins with a date, and `3 tiers` with no number of its own.
    let ends = after.is_empty() || after.starts_with(is_separator) && (word || !after.starts_with(' '));
    match rest[..digits].parse() {
        Ok(number) if number > 0 && digits <= 5 && ends => (Some(number), after.trim_start_matches(is_separator)),
        _ => (None, text),
    }
}

/// The first date in a text; a whole RFC 3339 time is taken as it is, a day as its beginning in UTC.
fn date(text: &str) -> Option<Timestamp> {
    text.split(|c: char| c.is_whitespace() || "()[]{}\"'`,;*".contains(c)).find_map(|word| {
        let word = word.trim_end_matches('.');
        let time = DateTime::parse_from_rfc3339(word).ok().map(|at| micros(at.to_utc()));
        let day =
            || ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"].iter().find_map(|form| NaiveDate::parse_from_str(word, form).ok());
        time.or_else(|| day()?.and_hms_opt(0, 0, 0).map(|at| at.and_utc()))
    })
}
