//! Decisions of other tools and of people.

use callboard_service::decision::{AdrFile, DecisionsImport, Files, ImportDecisions};
use callboard_service::entity::{
    DecisionCategory, DecisionImplementationStatus, DecisionStatus as Status, board_decisions as decisions,
    external_refs,
};
use callboard_service::{Error, Ref};
use sea_orm::EntityTrait;
use serde_json::json;
use support::{Seed, TestDb, both};

use super::{add, links, rows, time};

pub fn file(name: &str, content: &str) -> AdrFile {
    AdrFile { name: name.to_owned(), content: content.to_owned() }
}

/// As adr-tools writes it.
pub const NYGARD: &str = "# 1. Record architecture decisions\n\nDate: 2016-02-12\n\n## Status\n\nAccepted\n\n## Context\n\n\
    We need to record the decisions.\n\n## Decision\n\nWe will use records,\nas described.\n\n## Consequences\n\n\
    See the article.\n\nFor a toolset, see elsewhere.\n";

const MADR_2: &str = "# Use Plain JUnit5\n\n* Status: accepted\n* Deciders: Ada, Kim\n* Date: 2019-03-04\n\n\
    Technical Story: #12\n\n## Context and Problem Statement\n\nHow to write assertions?\n\n## Decision Drivers\n\n\
    * few dependencies\n\n## Considered Options\n\n* Plain JUnit5\n* Hamcrest\n\n## Decision Outcome\n\n\
    Chosen option: \"Plain JUnit5\", because it comes out best\nof all.\n\n### Positive Consequences\n\n* no new dependency\n\n\
    ### Negative Consequences\n\n* long lines\n\n## Pros and Cons of the Options\n\n### Plain JUnit5\n\n* Good, because known\n\n\
    ### Hamcrest\n\nIt is old.\n\n* Bad, because dead\n\n## Links\n\n* see the issue\n";

const MADR_4: &str = "---\nstatus: \"proposed\"\ndate: 2024-05-06\ndecision-makers: [Ada, Kim]\ncategory: technology\n---\n\
    <!-- This is an optional element. -->\n# Use a queue: NATS\n\n## Context and Problem Statement\n\nJobs get lost.\n\n\
    ```sh\n## no heading\n```\n\n## Considered Options\n\n1. NATS\n2. Nothing\n\n## Decision Outcome\n\n\
    We take NATS.\n\n### Consequences\n\n* Good, because fast\n  and small\n* Bad, because new\n\n### Confirmation\n\n\
    A test kills it.\n\n## More Information\n\nNone.\n";

pub async fn import(seed: &Seed, files: &[AdrFile]) -> DecisionsImport {
    seed.must(&ImportDecisions::new(files.to_vec())).await
}

/// The texts of a decision, without what most leave out.
fn texts(row: &decisions::Model) -> [Option<&str>; 4] {
    [Some(&row.title), row.context.as_deref(), Some(&row.decision), Some(&row.rationale)]
}

both! {
    async fn nygards_template_is_read(t: TestDb) {
        let seed = t.seed().await;
        let done = import(&seed, &[file("0001-record-architecture-decisions.md", NYGARD)]).await;
        assert_eq!(done.files, Files { read: 1, created: 1, ..Files::default() });
        let row = rows(&seed).await.remove(0);
        let decision = "We will use records,\nas described.";
        let context = "We need to record the decisions.";
        assert_eq!(texts(&row), [Some("Record architecture decisions"), Some(context), Some(decision), Some("Not stated.")]);
        assert_eq!((row.number, row.status, row.category), (1, Status::Accepted, DecisionCategory::Architecture));
        assert_eq!(row.created_at, time("2016-02-12T00:00:00Z"));
        assert_eq!(row.trade_offs, Some(json!(["See the article.", "For a toolset, see elsewhere."])));
        assert_eq!((row.actor_id, row.work_item_id, row.agent_id), (Some(seed.user.id), None, None));
        let reference = external_refs::Entity::find().one(&seed.raw).await.expect("read").expect("a reference");
        assert_eq!((reference.source.as_str(), reference.source_id.as_str()), ("adr", "CB/0001-record-architecture-decisions.md"));
        assert_eq!((reference.entity_type.as_str(), reference.entity_id), ("decision", row.id));
    }

    async fn madr_is_read_old_and_new(t: TestDb) {
        let seed = t.seed().await;
        let done = import(&seed, &[file("0002-use-plain-junit5.md", MADR_2), file("0003-use-a-queue.md", MADR_4)]).await;
        assert_eq!((done.files.created, done.numbers_kept), (2, true));
        let all = rows(&seed).await;
        let (old, new) = (&all[0], &all[1]);
        assert_eq!((old.number, old.status, old.created_at), (2, Status::Accepted, time("2019-03-04T00:00:00Z")));
        assert_eq!(old.rationale, "it comes out best\nof all.");
        assert!(old.decision.starts_with("Chosen option: \"Plain JUnit5\"") && !old.decision.contains("###"), "{}", old.decision);
        assert_eq!(old.alternatives, Some(json!(["Plain JUnit5\n\n* Good, because known", "Hamcrest\n\nIt is old.\n\n* Bad, because dead"])));
        assert_eq!(old.trade_offs, Some(json!(["Positive: no new dependency", "Negative: long lines"])));
        let context = old.context.as_deref().expect("a context");
        for part in ["How to write assertions?", "Deciders: Ada, Kim", "Technical story: #12", "Decision drivers: * few dependencies", "Links: * see the issue"] {
            assert!(context.contains(part), "{part}: {context}");
        }
        assert_eq!((new.number, new.status, new.category), (3, Status::Proposed, DecisionCategory::Technology));
        assert_eq!((new.title.as_str(), new.decision.as_str()), ("Use a queue: NATS", "We take NATS."));
        assert_eq!(new.alternatives, Some(json!(["NATS", "Nothing"])));
        assert_eq!(new.trade_offs, Some(json!(["Good, because fast\nand small", "Bad, because new"])));
        assert_eq!(new.success_criteria, Some(json!(["A test kills it."])));
        let context = new.context.as_deref().expect("a context");
        assert!(context.starts_with("Jobs get lost.\n\n```sh\n## no heading\n```") && context.contains("Decision-makers: Ada, Kim"), "{context}");
        let noted: Vec<&str> = done.notes.iter().map(|note| note.note.as_str()).collect();
        assert!(noted[0].contains("kept in the context: Deciders, Technical story, Links, Decision drivers"), "{noted:?}");
    }

    async fn a_second_import_changes_nothing_and_a_third_adds_what_is_new(t: TestDb) {
        let seed = t.seed().await;
        let mut files = vec![file("0001-record.md", NYGARD), file("0002-junit.md", MADR_2)];
        import(&seed, &files).await;
        let before = crate::import::rows(&seed.raw).await;
        let again = import(&seed, &files).await;
        assert_eq!(again.files, Files { read: 2, already_there: 2, ..Files::default() });
        assert!(crate::import::rows(&seed.raw).await == before, "rows changed");

        files[0].content = files[0].content.replace("use records", "use no records");
        files.push(file("0003-queue.md", MADR_4));
        let third = import(&seed, &files).await;
        assert_eq!(third.files, Files { read: 3, created: 1, already_there: 1, left_alone: 1, ..Files::default() });
        assert_eq!((third.left_alone[0].note.as_str(), third.created[0].key.as_str()), ("differs from CB-D1", "CB-D3"));
        assert_eq!(rows(&seed).await[0].decision, "We will use records,\nas described.");
        // Under another name it is another folder.
        let other = ImportDecisions { source: "old".to_owned(), ..ImportDecisions::new(files.clone()) };
        assert_eq!(seed.must(&other).await.files.created, 3);
        // So are the files of another project.
        seed.must(&crate::project::project("other", "OT")).await;
        let other = ImportDecisions { project: Some(Ref::from("other")), ..ImportDecisions::new(files) };
        let done = seed.must(&other).await;
        assert_eq!((done.files.created, done.created[2].key.as_str()), (3, "OT-D3"));
    }

    /// As after `down` and `up` over the table of decisions, which loses them and keeps what tells where they came from.
    async fn what_is_gone_from_the_board_comes_again(t: TestDb) {
        let seed = t.seed().await;
        let files = [file("0001-record.md", NYGARD), file("0002-junit.md", MADR_2)];
        import(&seed, &files).await;
        let gone = rows(&seed).await.remove(0).id;
        decisions::Entity::delete_by_id(gone).exec(&seed.raw).await.expect("delete");
        seed.reindex().await;
        let again = import(&seed, &files).await;
        assert_eq!(again.files, Files { read: 2, created: 1, already_there: 1, ..Files::default() });
        let all = external_refs::Entity::find().all(&seed.raw).await.expect("read");
        let mut named: Vec<_> = all.iter().map(|row| row.entity_id).collect();
        let mut there: Vec<_> = rows(&seed).await.iter().map(|row| row.id).collect();
        named.sort();
        there.sort();
        assert_eq!((named, all.len()), (there, 2));
        assert_eq!(import(&seed, &files).await.files, Files { read: 2, already_there: 2, ..Files::default() });
    }

    async fn numbers_are_kept_where_none_was_given_before(t: TestDb) {
        let seed = t.seed().await;
        let numbered = |n: usize| file(&format!("{n:04}-x.md"), &NYGARD.replace("# 1.", &format!("# {n}.")));
        let numbers = || async { rows(&seed).await.iter().map(|row| row.number).collect::<Vec<i64>>() };
        let done = import(&seed, &[numbered(2), numbered(5)]).await;
        assert!(done.numbers_kept);
        assert_eq!(numbers().await, [2, 5]);
        assert_eq!(add(&seed, "by hand").await.key, "CB-D6");
        let done = import(&seed, &[numbered(6), numbered(8)]).await;
        assert!(!done.numbers_kept);
        assert_eq!(numbers().await, [2, 5, 6, 7, 8]);
        // Without a number, or with that of another file, each gets the next one.
        let done = import(&seed, &[file("20240102-dated.md", &NYGARD.replace("# 1. ", "# ")), numbered(20)]).await;
        assert!(!done.numbers_kept);
        let same = [file("0030-a.md", NYGARD), file("0030-b.md", NYGARD)];
        assert!(!import(&seed, &same).await.numbers_kept);
        assert_eq!(numbers().await, [2, 5, 6, 7, 8, 9, 10, 11, 12]);
        assert_eq!(add(&seed, "by hand").await.key, "CB-D13");
    }

    async fn what_is_no_decision_is_skipped_and_told(t: TestDb) {
        let seed = t.seed().await;
        let files = [
            file("README.md", "# Decisions\n\nAll of them.\n"),
            file("adr-template.md", NYGARD),
            file("0001-x.md", NYGARD),
        ];
        let done = import(&seed, &files).await;
        assert_eq!(done.files, Files { read: 3, created: 1, skipped: 2, ..Files::default() });
        let told: Vec<_> = done.skipped.iter().map(|note| (note.file.as_str(), note.note.as_str())).collect();
        assert_eq!(told, [("README.md", "has no section 'Decision'"), ("adr-template.md", "is a template")]);
        assert_eq!(import(&seed, &[]).await.files, Files::default());
    }

    async fn a_decision_about_templates_is_one(t: TestDb) {
        let seed = t.seed().await;
        let names = ["0012-use-template-engine.md", "0013-template-records-for-email.md", "0000-template.md", "ADR-Template.MD"];
        let done = import(&seed, &names.map(|name| file(name, NYGARD))).await;
        assert_eq!(done.files, Files { read: 4, created: 2, skipped: 2, ..Files::default() });
        let skipped: Vec<&str> = done.skipped.iter().map(|note| note.file.as_str()).collect();
        assert_eq!(skipped, ["0000-template.md", "ADR-Template.MD"]);
    }

    async fn texts_that_are_said_twice_are_kept_and_told(t: TestDb) {
        let seed = t.seed().await;
        let text = "---\nstatus: rejected\n---\n# X\n\n## Status\n\nRejected\n\nToo dear, says Ada.\n\n## Decision\n\nx\n\n\
            ## Rationale\n\na\n\n## Justification\n\nb\n\n## Drivers\n\nc\n\n## Decision Drivers\n\nd\n\n\
            ## Context\n\n````\n```\n## no heading\n````\n<!-- never closed\n\n## Outcome\n\ne\n";
        let done = import(&seed, &[file("0001-x.md", text)]).await;
        let row = rows(&seed).await.remove(0);
        assert_eq!((row.status, row.rationale.as_str(), row.outcome.as_deref()), (Status::Rejected, "a\n\nb", Some("e")));
        let context = "````\n```\n## no heading\n````\n<!-- never closed\n\nStatus: Too dear, says Ada.\n\n### Decision drivers\n\nc\n\nd";
        assert_eq!(row.context.as_deref(), Some(context));
        let notes: Vec<&str> = done.notes.iter().map(|note| note.note.as_str()).collect();
        assert_eq!(notes, ["kept in the context: Status, Decision drivers"]);
    }

    async fn one_broken_file_refuses_all(t: TestDb) {
        let seed = t.seed().await;
        let broken = [
            (file("0002-b.md", "---\nstatus: [\n---\n# B\n\n## Decision\n\nx\n"), "front matter"),
            (file("0002-b.md", &format!("# B\n\n## Decision\n\n{}\n", "x".repeat(1024 * 1024 + 1))), "at most 1048576 bytes"),
            (file("0002-b.md", &"x".repeat(5 * 1024 * 1024)), "at most 4194304"),
            (file("0002-b.md", &ours().content.replace("callboard: 1", "callboard: 2")), "of the form 2"),
            (file("0002-b.md", &ours().content.replace("## Decision", "## Decided")), "no export writes: 'Decided'"),
            (file("0002-b.md", &ours().content.replace("\"accepted\"", "\"done\"")), "front matter"),
            (file("0002-b.md", &ours().content.replace("number: 1", "number: 0")), "begin with 1"),
            (file("0002-b.md", &ours().content.replace("\"system\"", "\"user:a\\0b\"")), "must not hold control characters"),
        ];
        for (bad, expected) in broken {
            let import = ImportDecisions::new(vec![file("0001-a.md", NYGARD), bad]);
            let error = seed.must_refuse(&import).await;
            let Error::BrokenFiles { files, more: 0 } = &error else { panic!("{expected}: {error:?}") };
            assert_eq!((files.len(), files[0].0.as_str()), (1, "0002-b.md"));
            assert!(files[0].1.contains(expected) && error.to_string().ends_with("nothing was imported"), "{expected}: {error}");
        }
        let ours = ours();
        let twice = ImportDecisions::new(vec![ours.clone(), AdrFile { name: "copy.md".to_owned(), ..ours }]);
        assert!(seed.must_refuse(&twice).await.to_string().contains("holds the same decision as 0009-ours.md"));
        let same = ImportDecisions::new(vec![file("a.md", NYGARD), file("a.md", NYGARD)]);
        assert!(matches!(seed.must_refuse(&same).await, Error::Invalid { field: "file", .. }));
        let source = ImportDecisions { source: "Not A Word".to_owned(), ..ImportDecisions::new(Vec::new()) };
        assert!(matches!(seed.must_refuse(&source).await, Error::Invalid { field: "source", .. }));
        let nowhere = ImportDecisions { project: Some(Ref::from("nowhere")), ..ImportDecisions::new(Vec::new()) };
        assert!(matches!(seed.must_refuse(&nowhere).await, Error::NotFound { .. }));
        assert!(rows(&seed).await.is_empty() && links(&seed).await.is_empty());
    }

    async fn awkward_files_are_read_as_far_as_they_go(t: TestDb) {
        let seed = t.seed().await;
        let long = "long ".repeat(200);
        let files = [
            file("0001-a.md", &format!("\u{feff}# {long}\r\n\r\n## Decision\r\n\r\na\u{1b}[31mb\r\n")),
            file("0002-the_second.md", "## Status\n\nDeprecated\n\n## Decision\n\n## Consequences\n\n* x\n"),
            file("ADR-0003_implemented.md", "# ADR-0003: Done\n\n**Status:** Implemented\n**Date:** 2020/02/03\n\n## Decision ##\n\nx\n\n## Affected files\n\n- /etc\n- src/x.rs\n"),
            file("0004-who-knows.md", "# 4 tiers\n\n## Status\n\n?\n\n## Decision\n\nx\n"),
        ];
        let done = import(&seed, &files).await;
        assert_eq!((done.files.created, done.numbers_kept), (4, true), "{done:?}");
        let all = rows(&seed).await;
        assert!(all[0].title.ends_with("...") && all[0].title.chars().count() == 500);
        assert_eq!(all[0].decision, "a [31mb");
        assert!(all[0].context.as_deref().is_some_and(|context| context.contains(long.trim())));
        assert_eq!((all[1].title.as_str(), all[1].decision.as_str(), all[1].status), ("the second", "the second", Status::Reversed));
        assert_eq!((all[2].title.as_str(), all[2].status), ("Done", Status::Accepted));
        assert_eq!(all[2].implementation_status, DecisionImplementationStatus::Completed);
        assert_eq!((all[2].created_at, &all[2].affected_files), (time("2020-02-03T00:00:00Z"), &Some(json!(["src/x.rs"]))));
        assert_eq!((all[3].title.as_str(), all[3].status), ("4 tiers", Status::Accepted));
        let noted = |file: &str, text: &str| done.notes.iter().any(|note| note.file == file && note.note.contains(text));
        assert!(noted("0001-a.md", "control characters") && noted("0001-a.md", "Title"), "{done:?}");
        assert!(noted("0002-the_second.md", "'deprecated' is kept as reversed"), "{done:?}");
        assert!(noted("ADR-0003_implemented.md", "Affected files") && noted("0004-who-knows.md", "no status"), "{done:?}");
    }
}

/// A decision of another board, as an export writes it.
fn ours() -> AdrFile {
    let id = uuid::Uuid::now_v7();
    let content = format!(
        "---\ncallboard: 1\nid: \"{id}\"\nnumber: 1\nstatus: \"accepted\"\ncategory: \"design\"\nimpact: \"low\"\n\
         implementation: \"planned\"\ncreated: \"2026-01-01T00:00:00Z\"\nupdated: \"2026-01-01T00:00:00Z\"\n\
         by: \"system\"\n---\n\n# 1. X\n\n## Decision\n\nx\n\n## Rationale\n\ny\n"
    );
    file("0009-ours.md", &content)
}
