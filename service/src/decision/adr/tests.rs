//! Files of other tools, without a board.

use callboard_entity::{DecisionEvolutionKind as Kind, DecisionImplementationStatus as Done, DecisionStatus as Status};

use super::record::{Record, Side, Target};
use super::{AdrFile, read, words};

fn named(name: &str, content: &str) -> AdrFile {
    AdrFile { name: name.to_owned(), content: content.to_owned() }
}

fn record(content: &str) -> Record {
    let Ok(Ok(record)) = read(&named("0001-x.md", content)) else { unreachable!("it is a decision: {content}") };
    record
}

/// A file with that in its front matter, in its first lines and in its sections.
fn file(front: &str, first: &str, sections: &str) -> Record {
    record(&format!("---\n{front}\n---\n# X\n\n{first}\n\n{sections}\n\n## Decision\n\nDo it.\n"))
}

#[test]
fn a_status_that_is_said_twice_is_what_it_is() {
    for (spoken, status, done) in words::STATUSES {
        for word in *spoken {
            let (lower, upper) = (format!("status: {word}"), format!("Status: {}", words::capital(word)));
            let section = format!("## Status\n\n{}", words::capital(word));
            for (front, first) in [(&*lower, ""), ("", &*upper), (&*lower, &*upper)] {
                let fields = file(front, first, &section).fields;
                let is_done = fields.implementation_status == Done::Completed;
                assert_eq!((fields.status, is_done, fields.context), (*status, *done, None), "{word}");
            }
        }
    }
    // The first one counts, and what contradicts it is kept.
    let both = file("status: rejected", "", "## Status\n\nAccepted").fields;
    assert_eq!((both.status, both.context.as_deref()), (Status::Rejected, Some("Status: Accepted")));
}

#[test]
fn numbers_in_prose_name_no_decision() {
    let prose = "This replaces 3 servers by one.";
    let sections = format!("## Links\n\n* {prose}\n* amends 4, [4](0004-x.md)\n* Amends [5](0005-x.md)");
    let found = file("status: accepted", prose, &sections);
    let relations: Vec<_> = found.relations.iter().map(|r| (r.kind, r.side, r.target.clone())).collect();
    assert_eq!(relations, [(Kind::Refined, Side::New, Target::File("0005-x.md".to_owned()))]);
    let context = found.fields.context.unwrap_or_default();
    assert!(context.starts_with(prose) && context.contains("* amends 4, [4](0004-x.md)"), "{context}");
    let status = file("status: accepted, supersedes ADR-3", "", &format!("## Status\n\n{prose}"));
    assert_eq!(status.relations.len(), 1);
    assert_eq!(
        (&status.relations[0].target, status.fields.context),
        (&Target::Number(3), Some(format!("Status: {prose}")))
    );
}

#[test]
fn no_text_is_lost() {
    let sections = "## Rationale\n\nIt is fast.\n\n## Justification\n\nIt is small.\n\n## Decision Drivers\n\nspeed\n\n\
        ## Drivers\n\nsize\n\n## Date\n\n2020-01-02, in spring\n\n## Status\n\nAccepted by Ada.\n\nAmends [2](0002-x.md)\n\n\
        Look again in May.\n\n## Notes\n\n<!-- a hint -->kept 1\n\n<!-- open\n\nkept 2";
    let found = file("title: Other\nstatus: accepted\ndate: 2019-01-01\nextra: kept 3", "", sections);
    assert_eq!(found.fields.rationale, "It is fast.\n\nIt is small.");
    let context = found.fields.context.unwrap_or_default();
    let parts = [
        "Title in the front matter: Other",
        "Extra: kept 3",
        "Date: 2020-01-02, in spring",
        "### Status\n\nAccepted by Ada.\n\nLook again in May.",
        "### Decision drivers\n\nspeed\n\nsize",
        "### Notes\n\nkept 1\n\n<!-- open\n\nkept 2",
    ];
    for part in parts {
        assert!(context.contains(part), "{part}: {context}");
    }
    assert!(!context.contains("a hint") && !context.contains("Amends"), "{context}");
    let told = &found.notes[0];
    for name in ["Title in the front matter", "Extra", "Date", "Notes", "Status", "Decision drivers"] {
        assert!(told.contains(name), "{name}: {told}");
    }
    let ruled = file("no fields", "", "").fields.context;
    assert_eq!(ruled.as_deref(), Some("Front matter: no fields"));
}

#[test]
fn a_date_counts_before_that_of_the_status() {
    let found = file("", "", "## Status\n\nAccepted (2021-02-03)\n\n## Date\n\n2020-01-02");
    assert_eq!(found.created_at.map(|at| at.to_rfc3339()).as_deref(), Some("2020-01-02T00:00:00+00:00"));
    assert_eq!(found.fields.context.as_deref(), Some("Status: Accepted (2021-02-03)"));
    let found = file("", "", "## Status\n\nAccepted (2021-02-03)");
    assert_eq!(found.created_at.map(|at| at.to_rfc3339()).as_deref(), Some("2021-02-03T00:00:00+00:00"));
    assert_eq!(found.fields.context, None);
}

#[test]
fn line_ends_and_byte_order_marks_change_no_file() {
    let ours = "---\ncallboard: 1\nsha256: 0\nid: \"0193e7a0-0000-7000-8000-000000000001\"\n---\n";
    let ours = ours.replace("sha256: 0", &format!("sha256: {}", super::sha256(&ours.replace("sha256: 0\n", ""))));
    let plain = named("0001-x.md", &ours);
    assert!(plain.is_as_exported() && plain.exported_id().is_some());
    for content in [ours.replace('\n', "\r\n"), format!("\u{feff}{ours}")] {
        let there = named("0001-x.md", &content);
        assert!(there.is_as_exported() && there.has_the_text_of(&plain));
        assert_eq!(there.exported_id(), plain.exported_id());
    }
    let edited = named("0001-x.md", &ours.replace("callboard: 1", "callboard: 2").replace('\n', "\r\n"));
    assert!(!edited.is_as_exported() && !edited.has_the_text_of(&plain));
}
