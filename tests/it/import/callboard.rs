//! Exports, and what becomes of them on another board.

use std::io;
use std::path::Path;

use callboard_service::agent::RegisterAgent;
use callboard_service::assignment::Fail;
use callboard_service::checkpoint::AddCheckpoint;
use callboard_service::decision::{AddDecision, EvolveDecision, EvolvesInto, NamedDecision, ShowDecision};
use callboard_service::entity::CapabilityLevel::{Basic, Expert};
use callboard_service::entity::{
    DecisionEvolutionKind, FileOperationOperation, board_artifacts, work_item_archives, work_items, work_sessions,
};
use callboard_service::export::ExportBoard;
use callboard_service::file::{Done, Progress, Root, TrackFiles, VerifyFiles, observe};
use callboard_service::import::{ImportCallboard, RestoredRows};
use callboard_service::item::{CommentOnItem, NewItem};
use callboard_service::message::SendMessage;
use callboard_service::project::EditProject;
use callboard_service::session::{NoteInSession, StartSession};
use callboard_service::setting::SetSetting;
use callboard_service::sprint::{AddSprint, AddSprintItems};
use callboard_service::{Actor, Callboard, Change, DatabaseUrl, Error, ErrorKind, OpenOptions, Ref};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use support::{Seed, TestDb, automation_rows, both, workflow_rows};
use uuid::Uuid;

use support::automation_rows::Around;

use super::beads::{AWKWARD, import};
use super::rows;

async fn export(board: &Callboard) -> String {
    let mut text = String::new();
    let mut sink = |lines: &str| {
        text.push_str(lines);
        Ok(())
    };
    board.read(&ExportBoard::new(&mut sink)).await.expect("export");
    text
}

/// A board with something in every table.
async fn full(t: &TestDb) -> Seed {
    let seed = t.seed().await;
    import(&seed, AWKWARD).await;
    let agent = seed
        .agent_with("coder", &[("rust", Expert), ("c++", Basic), ("Ünï".to_lowercase().as_str(), Basic)], Some(3))
        .await;
    let odd = NewItem {
        requirements: vec![("rust".to_owned(), Expert).into(), ("c++".to_owned(), Basic).into()],
        estimated_hours: Some(Decimal::new(150, 2)),
        metadata: Some(json!({"number": 1e300, "small": 0.1, "nested": {"b": [1, null], "a": "\u{7f} \"quoted\""}})),
        priority: 0,
        ..NewItem::titled("needs a lot")
    };
    seed.add_all(vec![odd, NewItem::titled("another")]).await;
    let claimed = seed.claim(&agent).await;
    let fail = Fail { assignment: claimed.assignment, reason: "no compiler".to_owned(), permanent: false };
    seed.board.run(Actor::agent(agent.id), &fail).await.expect("fail");
    let claimed = seed.claim(&agent).await;
    let note = AddCheckpoint { data: Some(json!({"b": [1, null]})), ..AddCheckpoint::of(claimed.item.id, "half\n") };
    seed.board.run(Actor::agent(agent.id), &note).await.expect("write a checkpoint");
    let message =
        SendMessage { to: Some(Ref::from("coder")), text: "\"how far?\"".to_owned(), ..SendMessage::default() };
    let sent = seed.must(&message).await;
    seed.must(&SendMessage { reply_to: Some(sent.id), ..message }).await;
    let sprint = AddSprint { code: "62".to_owned(), title: "First".to_owned(), ..AddSprint::default() };
    seed.board.run(seed.me, &sprint).await.expect("add a sprint");
    let items = vec![Ref::from("CB-2"), Ref::from("CB-1")];
    let plan = AddSprintItems { project: None, sprint: Ref::from("62"), items, position: None };
    seed.board.run(seed.me, &plan).await.expect("plan");
    let comment = CommentOnItem { item: Ref::from("CB-1"), text: "\u{1f980} \"and\" \\ more\n".to_owned() };
    seed.board.run(seed.me, &comment).await.expect("comment");
    let setting = SetSetting { key: "default_actor".to_owned(), value: json!("user:kim"), project: None };
    seed.board.run(seed.me, &setting).await.expect("set");
    let item =
        callboard_service::entity::work_items::Entity::find().one(&seed.raw).await.expect("read").expect("an item");
    let start =
        StartSession { item: Some(Ref::Id(item.id)), metadata: Some(json!({"a": [1]})), ..StartSession::default() };
    seed.must(&start).await;
    let note = NoteInSession { session: None, text: "a \"note\"\n".to_owned(), item: None };
    seed.must(&note).await;
    track(t, &seed).await;
    decide(&seed, item.id).await;
    workflow_rows::write_all(&seed.raw, seed.project.id, agent.id, item.id, seed.user.id).await;
    let around = automate(&seed, claimed.item.id, claimed.assignment, agent.id).await;
    automation_rows::write_all(&seed.raw, &around).await;
    seed
}

/// What the automation is about: an item whose columns for it are not as they come.
async fn automate(seed: &Seed, item: Uuid, assignment: Uuid, agent: Uuid) -> Around {
    let sql =
        "prerequisite_satisfaction_required = TRUE, auto_maintenance_enabled = FALSE, quality_gate_level = 'strict'";
    seed.sql(&format!("UPDATE work_items SET {sql} WHERE \"key\" = 'CB-1'")).await;
    let session = work_sessions::Entity::find().one(&seed.raw).await.expect("read").expect("a session").id;
    let (project, user) = (seed.project.id, seed.user.id);
    Around { project, item, assignment: Some(assignment), session: Some(session), agent, user }
}

/// A file operation, and a look at it that found something.
async fn track(t: &TestDb, seed: &Seed) {
    let open = work_items::Entity::find().filter(work_items::Column::ArchivedAt.is_null()).one(&seed.raw).await;
    let item = open.expect("read").expect("an item").id;
    let folder = t.dir().join("files \"and\" more");
    std::fs::create_dir(&folder).expect("make a folder");
    std::fs::write(folder.join("a"), "abc").expect("write a file");
    let root_path = Change::Set(folder.to_str().expect("UTF-8").to_owned());
    seed.must(&EditProject { root_path, ..EditProject::new("demo") }).await;
    let (root, progress) = (Root::at(&folder).expect("open the folder"), Progress::default());
    let done = Done { operation: FileOperationOperation::Create, path: Path::new("a"), new_path: None };
    let operations = vec![observe(&root, &folder, done, &progress).await.expect("observe")];
    seed.must(&TrackFiles { item: Some(Ref::Id(item)), operations, ..TrackFiles::default() }).await;
    std::fs::remove_file(folder.join("a")).expect("remove the file");
    let scope = VerifyFiles { item: Some(Ref::Id(item)), project: None };
    assert_eq!(seed.board.verify_files(seed.me, &scope, &progress).await.expect("verify").failed, 1);
}

/// Decisions with everything that they hold, the second of which came to be the third, and that one the first.
async fn decide(seed: &Seed, item: Uuid) {
    let session = work_sessions::Entity::find().one(&seed.raw).await.expect("read").expect("a session").id;
    let seed = seed.in_session(session).await;
    let whole = AddDecision {
        risks: vec!["\"slow\"\nreads".to_owned()],
        affected_files: vec!["src/\u{1f980}.rs".to_owned()],
        review_at: Some(seed.board.now()),
        item: Some(Ref::Id(item)),
        ..AddDecision::new("One writer", "All writes\ngo through it.", "One \\ is simpler.")
    };
    let first = seed.must(&whole).await;
    assert_eq!(first.decision.session_id, Some(session));
    let second = seed.must(&AddDecision::new("Two", "Two.", "Why not.")).await;
    let evolve = |original: &NamedDecision, kind, into| EvolveDecision {
        project: None,
        original: Ref::Id(original.decision.id),
        kind,
        into,
        reason: "it was \"slow\"".to_owned(),
    };
    let third = Box::new(AddDecision::new("Three", "Three.", "Two were few."));
    let third = seed.must(&evolve(&second, DecisionEvolutionKind::Superseded, EvolvesInto::New(third))).await.new;
    let into = EvolvesInto::Existing(Ref::Id(first.decision.id));
    seed.must(&evolve(&third, DecisionEvolutionKind::Clarified, into)).await;
}

/// Another, empty board in a database of the same kind, by emptying every table.
async fn emptied(seed: &Seed) {
    for table in [
        "workflow_events",
        "workflow_context",
        "workflow_outputs",
        "workflow_step_dependencies",
        "workflow_steps",
        "workflow_runs",
        "workflow_templates",
        "external_refs",
        "work_item_archives",
        "project_health_metrics",
        "maintenance_operations",
        "work_stream_items",
        "work_streams",
        "board_artifacts",
        "reviews",
        "checkpoints",
        "board_messages",
        "decision_evolutions",
        "board_decisions",
        "file_verifications",
        "file_operations",
        "session_events",
        "work_sessions",
        "work_item_events",
        "task_assignments",
        "task_prerequisites",
        "work_item_requirements",
        "sprint_items",
        "work_items",
        "sprints",
        "agent_capabilities",
        "agent_profiles",
        "board_settings",
        "board_projects",
        "board_users",
        "idempotency_keys",
        "board_search",
    ] {
        if table == "work_items" {
            seed.sql("UPDATE work_items SET parent_id = NULL").await;
        }
        seed.sql(&format!("DELETE FROM {table}")).await;
    }
}

both! {
    async fn an_export_makes_the_same_board_again(t: TestDb) {
        let seed = full(&t).await;
        let (text, before) = (export(&seed.board).await, rows(&seed.raw).await);
        assert!(text == export(&seed.board).await, "two exports of one board differ");
        let kinds: std::collections::BTreeSet<String> = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["kind"].as_str().expect("a kind").to_owned())
            .collect();
        assert_eq!(kinds.len(), 36, "every table has rows here: {kinds:?}");

        let shown = ShowDecision { project: None, decision: Ref::from("CB-D2") };
        let chain = seed.board.read(&shown).await.expect("show").chain;
        assert_eq!((chain.decisions.len(), chain.links.len()), (3, 2));
        emptied(&seed).await;
        let restore = ImportCallboard { content: text.clone() };
        let done = seed.board.run(Actor::SYSTEM, &restore).await.expect("restore");
        assert_eq!(done.rows["item"], RestoredRows { read: 17, created: 17, already_there: 0 });
        assert_eq!(done.rows["decision_evolution"], RestoredRows { read: 2, created: 2, already_there: 0 });
        assert_eq!(seed.board.read(&shown).await.expect("show").chain, chain);
        assert!(rows(&seed.raw).await == before, "the rows are not what they were");
        assert!(export(&seed.board).await == text, "the export is not what it was");

        let again = seed.board.run(Actor::SYSTEM, &restore).await.expect("again");
        assert!(again.rows.values().all(|r| r.created == 0 && r.read == r.already_there), "{again:?}");
        assert!(rows(&seed.raw).await == before);
    }

    async fn both_databases_write_the_same_lines(t: TestDb) {
        let seed = full(&t).await;
        let text = export(&seed.board).await;
        // The other database is a file in the test's directory, or the same kind again where this one is a file.
        let path = t.dir().join("other.db");
        let url = format!("sqlite://{}", path.display());
        t.migration(["up", "--database-url", &url]).run().ok();
        let other = Callboard::open(&DatabaseUrl::parse(&url).expect("a URL"), OpenOptions::default()).await.expect("open");
        other.run(Actor::SYSTEM, &ImportCallboard { content: text.clone() }).await.expect("restore");
        assert!(export(&other).await == text, "the lines differ");
    }

    /// serde_json may read a long fraction as its neighbour, which would be another content.
    async fn seconds_are_given_away_in_whole_microseconds(t: TestDb) {
        let seed = full(&t).await;
        for (stored, written) in [("0.30000000000000004", "0.3"), ("1234567.8901234567", "1234567.890123"), ("7", "7.0")] {
            seed.sql(&format!("UPDATE workflow_steps SET execution_time_seconds = {stored}")).await;
            let text = export(&seed.board).await;
            assert_eq!(text.matches(&format!("\"execution_time_seconds\":{written},")).count(), 2, "{written}");
            let done = seed.board.run(Actor::SYSTEM, &ImportCallboard { content: text.clone() }).await.expect("again");
            assert_eq!(done.rows["workflow_step"], RestoredRows { read: 2, created: 0, already_there: 2 });
        }
    }

    /// The same for what is measured, whatever its size.
    async fn measured_numbers_are_given_away_in_fifteen_digits(t: TestDb) {
        let seed = full(&t).await;
        for (stored, written) in [("0.30000000000000004", "0.3"), ("0.3333333333333333", "0.333333333333333"),
            ("1234567.8901234567", "1234567.89012346"), ("-12.0", "-12.0"), ("1e15", "1000000000000000.0")] {
            seed.sql(&format!("UPDATE project_health_metrics SET value = {stored}, threshold = {stored}")).await;
            let text = export(&seed.board).await;
            let both = format!("\"threshold\":{written},\"value\":{written}}}");
            assert_eq!(text.matches(&both).count(), 1, "{both}");
            let done = seed.board.run(Actor::SYSTEM, &ImportCallboard { content: text.clone() }).await.expect("again");
            assert_eq!(done.rows["health_metric"], RestoredRows { read: 1, created: 0, already_there: 1 });
        }
    }

    async fn a_row_with_another_content_is_refused_by_its_id(t: TestDb) {
        let seed = full(&t).await;
        let text = export(&seed.board).await;
        let before = rows(&seed.raw).await;
        let restore = ImportCallboard { content: text.replace("no compiler", "no linker") };
        let error = seed.board.run(Actor::SYSTEM, &restore).await.expect_err("another content");
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert!(error.to_string().contains("is on the board with another content"), "{error}");
        assert!(text.lines().any(|line| line.contains("no compiler") && line.contains(&id_in(&error))), "{error}");
        // The same name under another id.
        let kim = json!({"kind": "user", "data": {"id": Uuid::now_v7(), "name": "x", "email": "k@example.org",
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}});
        let other = kim.to_string().replace(&kim["data"]["id"].to_string(), &json!(Uuid::now_v7()).to_string());
        let header = text.lines().next().expect("a header");
        let restore = ImportCallboard { content: format!("{header}\n{kim}\n{other}") };
        let error = seed.board.run(Actor::SYSTEM, &restore).await.expect_err("the address is taken");
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        assert!(rows(&seed.raw).await == before, "something was written");
    }

    async fn what_is_no_export_is_refused_by_its_line(t: TestDb) {
        let seed = t.seed().await;
        let before = rows(&seed.raw).await;
        let text = export(&seed.board).await;
        let header = text.lines().next().expect("a header");
        let cases = [
            (String::new(), "line 1 is missing"),
            (AWKWARD.to_owned(), "line 1 is not as it should be: unknown field `id`"),
            (text.replacen("\"format\":1", "\"format\":2", 1), "line 1 is not the header"),
            (text.replacen("m2026", "m2099", 1), "line 1 says that the export is of the schema m2099"),
            (format!("{header}\n{{\"kind\":\"user\",\"data\":{{}}}}"), "line 2 is no user: missing field"),
            (format!("{header}\n{{\"kind\":\"ghost\",\"data\":{{}}}}"), "line 2 has the unknown kind 'ghost'"),
            (text.replace("\"email\":null", "\"email\":null,\"age\":7"), "line 2 is no user as an export has it: age"),
        ];
        for (content, expected) in cases {
            let error = seed.board.run(Actor::SYSTEM, &ImportCallboard { content }).await.expect_err(expected);
            assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
            assert!(error.to_string().starts_with(expected), "{error}");
        }
        assert!(rows(&seed.raw).await == before);
    }

    /// More rows than a page has, and children older than their parents.
    async fn pages_leave_nothing_out(t: TestDb) {
        let seed = t.seed().await;
        seed.add_all((0..1203).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        seed.sql("UPDATE work_items SET parent_id = (SELECT id FROM work_items WHERE key = 'CB-1203') WHERE key <> 'CB-1203'").await;
        let text = export(&seed.board).await;
        assert_eq!(text.lines().filter(|line| line.starts_with("{\"kind\":\"item\"")).count(), 1203);
        emptied(&seed).await;
        seed.board.run(Actor::SYSTEM, &ImportCallboard { content: text.clone() }).await.expect("restore");
        assert!(export(&seed.board).await == text);
    }

    /// The rows that may be long come in smaller pages; versions of an artifact are older than what their ids say.
    async fn smaller_pages_leave_nothing_out_either(t: TestDb) {
        let seed = full(&t).await;
        let item = work_items::Entity::find().one(&seed.raw).await.expect("read").expect("an item").id;
        let around = automate(&seed, item, Uuid::now_v7(), Uuid::now_v7()).await;
        let around = Around { assignment: None, ..around };
        let id = |n: i64| Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0099_0000 - u128::try_from(n).expect("above 0"));
        for n in 3..253 {
            let previous_version_id = (n > 3).then(|| id(n - 1));
            let version = board_artifacts::Model { id: id(n), name: "long".to_owned(), previous_version_id, ..automation_rows::artifact(n, &around) };
            workflow_rows::write(&seed.raw, version).await;
        }
        for n in 1..50 {
            let archive = work_item_archives::Model { id: id(n), item_id: id(n), operation_id: None, ..automation_rows::archive(&around) };
            workflow_rows::write(&seed.raw, archive).await;
        }
        let (text, before) = (export(&seed.board).await, rows(&seed.raw).await);
        emptied(&seed).await;
        let done = seed.board.run(Actor::SYSTEM, &ImportCallboard { content: text.clone() }).await.expect("restore");
        assert_eq!((done.rows["artifact"].created, done.rows["archive"].created), (252, 50));
        assert!(rows(&seed.raw).await == before, "the rows are not what they were");
        assert!(export(&seed.board).await == text, "the export is not what it was");
    }

    async fn a_sink_that_takes_no_more_ends_the_export(t: TestDb) {
        let seed = t.seed().await;
        seed.board.run(seed.me, &RegisterAgent::new("coder")).await.expect("register");
        let mut taken = 0;
        let mut sink = |_: &str| {
            taken += 1;
            if taken == 2 { Err(io::Error::from(io::ErrorKind::BrokenPipe)) } else { Ok(()) }
        };
        let error = seed.board.read(&ExportBoard::new(&mut sink)).await.expect_err("the pipe is closed");
        assert!(matches!(&error, Error::Export(cause) if cause.kind() == io::ErrorKind::BrokenPipe), "{error}");
        assert_eq!(taken, 2);
        seed.raw.execute_unprepared("SELECT 1").await.expect("the board goes on");
        seed.item().await;
    }
}

fn id_in(error: &Error) -> String {
    error.to_string().split(' ').nth(1).expect("kind and id").to_owned()
}
