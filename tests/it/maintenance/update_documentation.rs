//! Documents below the project's root: the same rows give the same bytes, and others' files are left.

use std::fs;
use std::path::{Path, PathBuf};

use callboard_service::decision::AddDecision;
use callboard_service::entity::{
    DecisionCategory, DecisionImpact, DecisionStatus, MaintenanceOperationExecutionStatus as Execution,
    MaintenanceOperationType as Kind, MaintenanceOperationValidationLevel as Level,
    maintenance_operations as operations, work_items,
};
use callboard_service::item::{CommentOnItem, NewItem};
use callboard_service::maintenance::{Maintained, Outcome, Scope, UpdateDocumentation};
use callboard_service::project::EditProject;
use callboard_service::{Change, ErrorKind, Ref};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use serde_json::json;
use support::{Seed, TestDb, both};

use super::structure::{request, that_are};

fn update(level: Level) -> UpdateDocumentation {
    UpdateDocumentation { request: request(Kind::UpdateDocumentation, level), folder: None }
}

/// A board whose project has a root, an item that is held and a decision.
async fn board(t: &TestDb) -> (Seed, PathBuf) {
    let seed = t.seed().await;
    let root = t.dir().join("root");
    fs::create_dir(&root).expect("make the root");
    let root_path = Change::Set(root.to_string_lossy().into_owned());
    seed.must(&EditProject { root_path, ..EditProject::new("demo") }).await;
    let coder = seed.agent("coder").await;
    seed.work(&coder).await;
    seed.add(NewItem::titled("not begun")).await;
    let decision = AddDecision {
        title: "One database".to_owned(),
        decision: "SQLite first".to_owned(),
        rationale: "it is there".to_owned(),
        category: DecisionCategory::Architecture,
        impact: DecisionImpact::High,
        status: DecisionStatus::Accepted,
        ..AddDecision::default()
    };
    seed.must(&decision).await;
    (seed, root)
}

async fn run(seed: &Seed, what: &UpdateDocumentation) -> Maintained {
    let done = seed.board.maintain(seed.me, what, &|_| {}).await.expect("update the documentation");
    assert!(done.refused.is_none(), "{done:?}");
    done
}

fn read(root: &Path, file: &str) -> String {
    fs::read_to_string(root.join("docs/callboard").join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn files(root: &Path) -> Vec<String> {
    let found = fs::read_dir(root.join("docs/callboard")).expect("list the folder");
    let mut names: Vec<String> =
        found.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn named(kinds: &[&str]) -> Vec<String> {
    kinds.iter().map(|file| format!("document docs/callboard/{file}")).collect()
}

both! {
    async fn the_state_and_the_log_are_written_and_again_only_where_they_changed(t: TestDb) {
        let (seed, root) = board(&t).await;
        let mut rehearsal = update(Level::Basic);
        rehearsal.request.dry_run = true;
        let rehearsed = run(&seed, &rehearsal).await;
        assert!(!root.join("docs").exists(), "a rehearsal writes nothing");
        let done = run(&seed, &update(Level::Basic)).await;
        assert_eq!(done.findings, rehearsed.findings);
        assert_eq!(that_are(&done, Outcome::Changed), named(&["decisions.md", "state.md"]));
        assert_eq!(files(&root), ["decisions.md", "state.md"]);
        let state = read(&root, "state.md");
        for expected in ["# State of demo: Demo", "## Held now (1)", "- CB-1 (task, P2, in_progress): item 1, started by agent:coder"] {
            assert!(state.contains(expected), "{expected}\n{state}");
        }
        let log = read(&root, "decisions.md");
        assert!(log.contains("## CB-D1 One database") && log.contains("Decided: SQLite first"), "{log}");
        assert!(log.contains("accepted, high impact, architecture"), "{log}");

        let again = run(&seed, &update(Level::Basic)).await;
        assert_eq!(that_are(&again, Outcome::Reported), named(&["decisions.md", "state.md"]), "the same bytes");
        seed.item().await;
        let third = run(&seed, &update(Level::Basic)).await;
        assert_eq!(that_are(&third, Outcome::Changed), named(&["state.md"]));
        assert_ne!(read(&root, "state.md"), state);
        assert_eq!(files(&root), ["decisions.md", "state.md"], "nothing half written is left");
    }

    async fn a_level_has_more_and_text_steers_nothing(t: TestDb) {
        let (seed, root) = board(&t).await;
        // No verb lets such a title in.
        let evil = work_items::ActiveModel { title: Set("not\u{1b}[31m\n# begun".to_owned()), ..Default::default() };
        let id = Set(super::structure_found::id(&seed, "CB-2").await);
        work_items::ActiveModel { id, ..evil }.update(&seed.raw).await.expect("plant");
        run(&seed, &update(Level::FullAudit)).await;
        seed.sql("UPDATE work_items SET title = 'not begun' WHERE key = 'CB-2'").await;
        assert_eq!(files(&root), ["decisions.md", "health.md", "items.md", "state.md"]);
        let items = read(&root, "items.md");
        assert!(items.contains("- CB-2 (task, P2, todo): not") && !items.contains('\u{1b}') && !items.contains("\n# begun"), "{items}");
        assert!(read(&root, "health.md").contains("- overdue: 0 (at most 0) passes"));
    }

    async fn what_others_wrote_or_edited_is_left(t: TestDb) {
        let (seed, root) = board(&t).await;
        run(&seed, &update(Level::Basic)).await;
        let mine = read(&root, "state.md").replace("Demo", "Mine");
        fs::write(root.join("docs/callboard/state.md"), &mine).expect("edit");
        fs::write(root.join("docs/callboard/decisions.md"), "# Ours\n").expect("write");
        seed.item().await;
        let done = run(&seed, &update(Level::Basic)).await;
        assert_eq!(that_are(&done, Outcome::Kept), named(&["decisions.md", "state.md"]));
        assert_eq!((read(&root, "state.md"), read(&root, "decisions.md").as_str()), (mine, "# Ours\n"));
        let details: Vec<&str> = done.findings.iter().map(|found| found.detail.as_str()).collect();
        assert!(details.iter().any(|detail| detail.starts_with("was edited since")), "{details:?}");
        assert!(details.iter().any(|detail| detail.starts_with("was written by others")), "{details:?}");
        fs::remove_file(root.join("docs/callboard/state.md")).expect("remove");
        std::os::unix::fs::symlink(root.join("docs/callboard/decisions.md"), root.join("docs/callboard/state.md")).expect("link");
        let done = run(&seed, &update(Level::Basic)).await;
        assert_eq!(that_are(&done, Outcome::Kept).len(), 2, "nor is a link followed: {done:?}");
        assert_eq!(read(&root, "decisions.md"), "# Ours\n");
    }

    async fn the_folder_stays_below_the_root(t: TestDb) {
        let (seed, root) = board(&t).await;
        std::os::unix::fs::symlink(t.dir(), root.join("out")).expect("link");
        for folder in ["../elsewhere", "/tmp/elsewhere", "out/elsewhere", "."] {
            let what = UpdateDocumentation { folder: Some(folder.to_owned()), ..update(Level::Basic) };
            let done = seed.board.maintain(seed.me, &what, &|_| {}).await.expect("it begins");
            assert_eq!(done.refused.map(|error| error.kind()), Some(ErrorKind::Invalid), "{folder}");
            assert_eq!(done.operation.execution_status, Execution::Failed);
        }
        assert!(!t.dir().join("elsewhere").exists());
        seed.must(&EditProject { root_path: Change::Clear, ..EditProject::new("demo") }).await;
        let done = seed.board.maintain(seed.me, &update(Level::Basic), &|_| {}).await.expect("it begins");
        assert!(done.refused.is_some_and(|error| error.to_string().contains("root")));
    }

    async fn long_lists_go_on_in_pages_and_pages_without_rows_go(t: TestDb) {
        let (seed, root) = board(&t).await;
        seed.add_all((0..600).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        let done = run(&seed, &update(Level::Comprehensive)).await;
        assert_eq!(files(&root), ["decisions.md", "items-2.md", "items.md", "state.md"]);
        let rows = |file: &str| read(&root, file).lines().filter(|line| line.starts_with("- ")).count();
        assert_eq!((rows("items.md"), rows("items-2.md")), (500, 102));
        // As a kill after the first page of items leaves it.
        let cursor = json!({ "document": 2, "page": 1, "after": super::structure_found::id(&seed, "CB-500").await, "after_number": null });
        let killed = operations::ActiveModel {
            id: Set(done.operation.id),
            execution_status: Set(Execution::Failed),
            cursor: Set(Some(cursor)),
            ..Default::default()
        };
        killed.update(&seed.raw).await.expect("as if killed");
        let mut again = update(Level::Comprehensive);
        again.request.resume = Some(done.operation.id);
        let resumed = run(&seed, &again).await;
        let told: Vec<&str> = resumed.findings.iter().map(|found| found.subject.as_str()).collect();
        assert_eq!(told, ["docs/callboard/items-2.md"], "only what was left");
        seed.sql("UPDATE work_items SET archived_at = created_at WHERE key <> 'CB-1'").await;
        let done = run(&seed, &update(Level::Comprehensive)).await;
        assert_eq!(files(&root), ["decisions.md", "items.md", "state.md"]);
        assert!(done.findings.iter().any(|found| found.action.as_deref() == Some("remove")), "{done:?}");
        seed.sql("UPDATE work_items SET archived_at = NULL").await;
    }

    async fn a_session_and_an_item_have_documents_of_their_own(t: TestDb) {
        let (seed, root) = board(&t).await;
        seed.must(&callboard_service::session::StartSession { key: Some("day".to_owned()), ..Default::default() }).await;
        let inside = seed.in_session("day").await;
        inside.must(&CommentOnItem { item: Ref::from("CB-2"), text: "looked at".to_owned() }).await;
        let mut scoped = update(Level::Basic);
        scoped.request.scope = Scope::CurrentSession(Some(Ref::from("day")));
        run(&seed, &scoped).await;
        assert_eq!(files(&root), ["session-day-decisions.md", "session-day-items.md"]);
        let items = read(&root, "session-day-items.md");
        assert!(items.contains("CB-2") && !items.contains("CB-1"), "{items}");
        scoped.request.scope = Scope::Item(Ref::from("CB-1"));
        run(&seed, &scoped).await;
        assert!(read(&root, "CB-1.md").contains("# CB-1: item 1"));
        let shown = t.callboard(["maintenance", "update-documentation", "--as", "user:kim", "--json"]).run().ok().json();
        assert_eq!((&shown["kind"], &shown["data"]["operation"]["execution_status"]), (&json!("update_documentation"), &json!("completed")));
    }
}
