//! Decisions as files, and back.

use callboard_service::decision::{AddDecision, AdrFile, EditDecision, ExportDecisions, Files, ImportDecisions};
use callboard_service::entity::{DecisionEvolutionKind as Kind, board_decisions, decision_evolutions, external_refs};
use callboard_service::project::AddProject;
use callboard_service::user::AddUser;
use callboard_service::{Actor, Callboard, Change, DatabaseUrl, OpenOptions, Ref};
use sea_orm::EntityTrait;
use support::{Seed, TestDb, both};

use super::{add, decision, evolve, full, in_status, links, rows, session};

pub async fn export(board: &Callboard) -> Vec<AdrFile> {
    board.read(&ExportDecisions::default()).await.expect("export").files
}

/// Decisions in every state, with everything that they can hold, and a chain.
async fn filled(seed: &Seed) {
    use callboard_service::entity::DecisionStatus as Status;
    let (item, session) = (seed.item().await, session(seed, "s-1").await);
    let agent = seed.agent("coder").await;
    let first = seed.in_session(session.id).await.by(&agent, &full(item.id, "coder")).await.expect("add");
    for status in Status::ALL {
        in_status(seed, &format!("is {status}"), *status).await;
    }
    let last = seed.board.run(Actor::SYSTEM, &decision("by nobody")).await.expect("add");
    let link = callboard_service::decision::EvolveDecision {
        reason: "it was \"wrong\":\n\n# really\n".to_owned(),
        ..evolve(&first, Kind::Reversed, &last)
    };
    seed.by(&agent, &link).await.expect("evolve");
    let more = add(seed, "more [of] it").await;
    seed.must(&evolve(&last, Kind::Clarified, &more)).await;
}

/// A text of some pieces.
fn text() -> String {
    const PIECES: &[&str] = &[
        "# ",
        "## ",
        "### ",
        "#",
        "\\",
        "- ",
        "  ",
        "\t",
        "\n",
        "\n\n",
        "---",
        "```",
        "~~~",
        "<!--",
        "-->",
        "\"",
        "'",
        ": ",
        "{",
        "}",
        "[a](b.md)",
        "sha256: ",
        "callboard: 1",
        "1. ",
        "word",
        "Größe",
        "🦀",
        "|",
        "%",
        "*",
        "&amp;",
        "\u{a0}",
        "## Decision\n",
    ];
    let pieces = (0..fastrand::usize(1..12)).map(|_| PIECES[fastrand::usize(..PIECES.len())]);
    // It must say something, at its end or its beginning.
    let text: String = pieces.collect();
    if fastrand::bool() { format!("{text}x") } else { format!("x{text}") }
}

/// The project as it was before its first decision.
async fn forget(seed: &Seed) {
    for table in ["decision_evolutions", "board_decisions", "external_refs"] {
        seed.sql(&format!("DELETE FROM {table}")).await;
    }
    seed.reindex().await;
    seed.sql("UPDATE board_projects SET next_decision_number = 1").await;
}

both! {
    async fn a_file_is_readable_and_named_by_number_and_title(t: TestDb) {
        let seed = t.seed().await;
        let (old, new) = (add(&seed, "Use Größe & maß").await, add(&seed, "Use [two]").await);
        seed.must(&evolve(&old, Kind::Superseded, &new)).await;
        let files = export(&seed.board).await;
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["0001-use-groesse-mass.md", "0002-use-two.md"]);
        let (front, body) = files[0].content[4..].split_once("\n---\n").expect("a front matter");
        assert_eq!(body, "\n# 1. Use Größe & maß\n\n## Status\n\nSuperseded\n\n\
            Superseded by [2. Use \\[two\\]](0002-use-two.md)\n\n\
            ## Decision\n\nDo Use Größe & maß.\n\n## Rationale\n\nIt is better so.\n");
        for part in ["callboard: 1\nsha256: ", "\nnumber: 1\nstatus: \"superseded\"\n", "\nby: \"user:kim\"\n"] {
            assert!(front.contains(part), "{part}: {front}");
        }
        assert!(files[1].content.contains("\nAccepted\n\nSupersedes [1. Use Größe & maß](0001-use-groesse-mass.md)\n"));
        assert_eq!(files[0].exported_id(), Some(old.decision.id));
        assert!(files.iter().all(AdrFile::is_as_exported));
        let edited = AdrFile { content: files[0].content.replace("better", "worse"), ..files[0].clone() };
        assert!(!edited.is_as_exported() && edited.exported_id().is_some());
    }

    async fn the_same_board_gives_the_same_bytes(t: TestDb) {
        let seed = t.seed().await;
        filled(&seed).await;
        let files = export(&seed.board).await;
        assert_eq!(files, export(&t.board().await).await);
        let one = seed.board.read(&ExportDecisions { project: Some(Ref::from("demo")) }).await.expect("export");
        assert_eq!((one.project.as_str(), one.files), ("demo", files));
        seed.must(&crate::project::project("other", "OT")).await;
        let none = seed.board.read(&ExportDecisions { project: Some(Ref::from("other")) }).await.expect("export");
        assert!(none.files.is_empty());
        assert!(seed.board.read(&ExportDecisions { project: Some(Ref::from("nowhere")) }).await.is_err());
    }

    async fn every_field_comes_back(t: TestDb) {
        let seed = t.seed().await;
        filled(&seed).await;
        let (files, before, linked) = (export(&seed.board).await, rows(&seed).await, links(&seed).await);
        assert_eq!((files.len(), before.len(), linked.len()), (before.len(), 10, 4));
        forget(&seed).await;
        let import = ImportDecisions::new(files.clone());
        let done = seed.must(&import).await;
        let count = files.len() as u64;
        assert_eq!(done.files, Files { read: count, created: count, ..Files::default() });
        assert!(done.numbers_kept && done.notes.is_empty() && done.links == 4, "{done:?}");
        for (is, was) in rows(&seed).await.into_iter().zip(before) {
            assert_eq!(is, was, "{}", was.title);
        }
        assert_eq!(links(&seed).await, linked);
        assert_eq!(export(&seed.board).await, files, "the files are not what they were");
        assert_eq!(add(&seed, "the next one").await.decision.number, 11);
    }

    /// Made of pieces that mean something to Markdown, YAML or the files themselves.
    async fn texts_of_every_kind_come_back(t: TestDb) {
        let seed = t.seed().await;
        for _ in 0..100 {
            let list = || (0..fastrand::usize(..4)).map(|_| text()).collect::<Vec<String>>();
            let some = || fastrand::bool().then(text);
            let add = AddDecision {
                title: text().replace(['\n', '\t'], " "),
                decision: text(),
                rationale: text(),
                problem: some(),
                context: some(),
                implementation_approach: some(),
                outcome: some(),
                lessons: some(),
                alternatives: list(),
                trade_offs: list(),
                risks: list(),
                mitigations: list(),
                success_criteria: list(),
                ..decision("x")
            };
            seed.must(&add).await;
        }
        let (files, before) = (export(&seed.board).await, rows(&seed).await);
        assert!(files.iter().all(AdrFile::is_as_exported));
        forget(&seed).await;
        seed.must(&ImportDecisions::new(files.clone())).await;
        for ((is, was), file) in rows(&seed).await.into_iter().zip(before).zip(&files) {
            assert_eq!(is, was, "{}", file.content);
        }
    }

    async fn a_second_import_changes_nothing(t: TestDb) {
        let seed = t.seed().await;
        filled(&seed).await;
        let files = export(&seed.board).await;
        // On the board that they came from, and on one that took them over.
        for taken_over in [false, true] {
            if taken_over {
                forget(&seed).await;
                seed.must(&ImportDecisions::new(files.clone())).await;
            }
            let before = crate::import::rows(&seed.raw).await;
            let again = seed.must(&ImportDecisions::new(files.clone())).await;
            let count = files.len() as u64;
            assert_eq!(again.files, Files { read: count, already_there: count, ..Files::default() }, "{taken_over}");
            assert!(crate::import::rows(&seed.raw).await == before, "{taken_over}: rows changed");
        }
    }

    /// As git checks them out with `core.autocrlf`.
    async fn line_ends_make_no_other_file(t: TestDb) {
        let seed = t.seed().await;
        filled(&seed).await;
        let files = export(&seed.board).await;
        let windows = |file: &AdrFile| AdrFile { content: file.content.replace('\n', "\r\n"), ..file.clone() };
        let checked_out: Vec<AdrFile> = files.iter().map(windows).collect();
        assert!(checked_out.iter().zip(&files).all(|(is, was)| is.is_as_exported() && is.exported_id() == was.exported_id()));
        let before = crate::import::rows(&seed.raw).await;
        let again = seed.must(&ImportDecisions::new(checked_out)).await;
        let count = files.len() as u64;
        assert_eq!(again.files, Files { read: count, already_there: count, ..Files::default() });
        assert!(crate::import::rows(&seed.raw).await == before);
    }

    async fn what_differs_is_told_and_left_alone(t: TestDb) {
        let seed = t.seed().await;
        filled(&seed).await;
        let files = export(&seed.board).await;
        seed.must(&EditDecision { outcome: Change::Set("another".to_owned()), ..EditDecision::new("1") }).await;
        let before = crate::import::rows(&seed.raw).await;
        let done = seed.must(&ImportDecisions::new(files.clone())).await;
        assert_eq!((done.files.left_alone, done.files.created), (1, 0));
        assert_eq!((done.left_alone[0].file.as_str(), done.left_alone[0].note.as_str()), (&*files[0].name, "differs from CB-D1"));
        assert!(crate::import::rows(&seed.raw).await == before);
        // The same decision is not captured again in another project either.
        seed.must(&crate::project::project("other", "OT")).await;
        let other = ImportDecisions { project: Some(Ref::from("other")), ..ImportDecisions::new(files) };
        let done = seed.must(&other).await;
        assert_eq!((done.files.left_alone, done.files.created), (10, 0), "{done:?}");
    }

    async fn another_board_takes_them_without_what_it_does_not_have(t: TestDb) {
        let seed = t.seed().await;
        filled(&seed).await;
        let files = export(&seed.board).await;
        let path = t.dir().join("other.db");
        let url = format!("sqlite://{}", path.display());
        t.migration(["up", "--database-url", &url]).run().ok();
        let other = Callboard::open(&DatabaseUrl::parse(&url).expect("a URL"), OpenOptions::default()).await.expect("open");
        let kim = other.run(Actor::SYSTEM, &AddUser { name: "kim".to_owned(), ..AddUser::default() }).await.expect("kim");
        let project = AddProject { slug: "there".to_owned(), name: "There".to_owned(), key_prefix: "TH".to_owned(), ..AddProject::default() };
        other.run(Actor::SYSTEM, &project).await.expect("add a project");
        let done = other.run(Actor::user(kim.id), &ImportDecisions::new(files.clone())).await.expect("import");
        let notes: Vec<&str> = done.notes.iter().map(|note| note.note.as_str()).collect();
        assert_eq!(notes, [
            "item CB-1 is not on the board: not linked",
            "session s-1 is not on the board: not linked",
            "agent coder is not on the board: not linked",
            "who captured it, agent:coder is not on the board: not linked",
        ]);
        let db = sea_orm::Database::connect(&url).await.expect("connect");
        let there = board_decisions::Entity::find().all(&db).await.expect("read");
        for was in rows(&seed).await {
            let is = there.iter().find(|row| row.id == was.id).expect("it is there");
            let expected = board_decisions::Model {
                project_id: is.project_id,
                work_item_id: None,
                session_id: None,
                agent_id: None,
                actor_id: is.actor_id,
                actor_type: is.actor_type,
                ..was.clone()
            };
            assert_eq!(is, &expected);
            let known = if was.agent_id.is_some() { Some(kim.id) } else { was.actor_id.map(|_| kim.id) };
            assert_eq!(is.actor_id, known);
        }
        assert_eq!(decision_evolutions::Entity::find().all(&db).await.expect("read").len(), 4);
        assert_eq!(external_refs::Entity::find().all(&db).await.expect("read").len(), files.len());
        let again = other.run(Actor::user(kim.id), &ImportDecisions::new(files)).await.expect("again");
        assert_eq!((again.files.already_there, again.files.created), (10, 0));
    }

    async fn many_decisions_take_as_many_statements(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let session = session(&seed, "s-1").await;
        let seed = seed.in_session(session.id).await;
        let new = |n: usize| AddDecision { item: Some(Ref::Id(item.id)), ..decision(&n.to_string()) };
        seed.must(&new(0)).await;
        let one = t.statements(&seed.board, &ExportDecisions { project: Some(Ref::from("demo")) }).await;
        for n in 1..30 {
            seed.must(&new(n)).await;
        }
        assert_eq!(t.statements(&seed.board, &ExportDecisions { project: Some(Ref::from("demo")) }).await, one);
        assert!(one <= 8, "{one}");
    }
}
