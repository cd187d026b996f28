//! Sweeps and clean-ups at once, some of them killed: everything is done once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use callboard_service::archive::AddArchive;
use callboard_service::assignment::Claim;
use callboard_service::entity::{
    MaintenanceOperationValidationLevel as Level, SessionEventKind, TaskPrerequisiteStatus, WorkItemStatus,
    WorkSessionStatus, agent_profiles, session_events as events, task_prerequisites as edges,
    work_item_archives as archives, work_items, work_sessions as sessions,
};
use callboard_service::item::NewItem;
use callboard_service::maintenance::{Finding, Maintenance, Outcome, ScanCleanup, Scope, Sweep};
use callboard_service::prerequisite::{AddPrerequisite, Needed};
use callboard_service::project::EditProject;
use callboard_service::session::StartSession;
use callboard_service::{Callboard, Change, DatabaseUrl, OpenOptions, Ref, Synchronous};
use chrono::TimeDelta;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use support::{Seed, TestDb, both, child};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::race::{boards, meet};

const ROUNDS: usize = 20;
/// How many of each kind are due in a round.
const DUE: usize = 6;

/// A board whose project has a folder.
struct Scene {
    seed: Seed,
    agent: agent_profiles::Model,
    folder: PathBuf,
}

impl Scene {
    async fn on(t: &TestDb) -> Self {
        let seed = t.seed().await;
        let folder = t.dir().join("project");
        std::fs::create_dir(&folder).expect("make a folder");
        let root_path = Change::Set(folder.to_str().expect("UTF-8").to_owned());
        seed.must(&EditProject { root_path, ..EditProject::new("demo") }).await;
        let agent = seed.agent("coder").await;
        Self { seed, agent, folder }
    }

    /// What is due now, as a sweep must tell of each.
    async fn due(&self, round: usize) -> BTreeSet<String> {
        let Self { seed, agent, folder } = self;
        let mut due = BTreeSet::new();
        let items = seed.add_all((0..DUE * 3).map(|n| NewItem::titled(format!("r{round} n{n}"))).collect()).await;
        for item in &items[DUE * 2..] {
            let path = format!("made-{}", item.key);
            let file = Needed::FileDependency { path: path.clone(), content_hash: None };
            let wait = callboard_service::item::EditItem {
                prerequisite_satisfaction_required: Some(true),
                ..callboard_service::item::EditItem::new(Ref::Id(item.id))
            };
            seed.must(&wait).await;
            seed.must(&AddPrerequisite::on(Ref::Id(item.id), file)).await;
            std::fs::write(folder.join(path), "there").expect("write a file");
            due.insert(format!("prerequisite {}", item.key));
        }
        for item in &items[..DUE] {
            let claim = Claim { item: Some(Ref::Id(item.id)), ..Claim::one(Ref::Id(agent.id)) };
            let held = seed.must(&claim).await.claimed.remove(0);
            seed.lapse(held.assignment).await;
            due.insert(format!("lease_expired {}", item.key));
        }
        for item in &items[DUE..DUE * 2] {
            seed.put(item.id, WorkItemStatus::Done).await;
            seed.must(&AddArchive { item: Ref::Id(item.id), reason: None }).await;
            due.insert(format!("archive_expired {}", item.key));
        }
        let past = seed.board.now() - TimeDelta::seconds(1);
        let expired = archives::ActiveModel { expires_at: Set(past), ..Default::default() };
        archives::Entity::update_many().set(expired).exec(&seed.raw).await.expect("write the archives");
        for n in 0..DUE {
            let key = format!("s{round}-{n}");
            dead_session(seed, &key).await;
            due.insert(format!("dead_session {key}"));
        }
        due
    }

    /// That each is done, and once, by the rows.
    async fn assert_done(&self, rounds: usize) {
        let Self { seed, .. } = self;
        let ended = sessions::Entity::find().filter(sessions::Column::Status.eq(WorkSessionStatus::Abandoned));
        assert_eq!(ended.count(&seed.raw).await.expect("count"), (rounds * DUE) as u64);
        let ends = events::Entity::find().filter(events::Column::Kind.eq(SessionEventKind::End));
        assert_eq!(ends.count(&seed.raw).await.expect("count"), (rounds * DUE) as u64, "each was ended once");
        assert_eq!(archives::Entity::find().count(&seed.raw).await.expect("count"), 0);
        let pending = edges::Entity::find().filter(edges::Column::Status.ne(TaskPrerequisiteStatus::Satisfied));
        assert_eq!(pending.count(&seed.raw).await.expect("count"), 0);
        for item in work_items::Entity::find().all(&seed.raw).await.expect("read the items") {
            let kinds = seed.kinds(item.id).await;
            let once = |kind: &str| kinds.iter().filter(|found| *found == kind).count() <= 1;
            assert!(once("expired") && once("prerequisite_satisfied"), "{}: {kinds:?}", item.key);
            assert_eq!(item.unmet_prerequisites, 0, "{}", item.key);
        }
    }
}

async fn dead_session(seed: &Seed, key: &str) -> Uuid {
    let start = StartSession { key: Some(key.to_owned()), beside: true, ..StartSession::default() };
    let id = seed.must(&start).await.id;
    let long_ago = seed.board.now() - TimeDelta::days(9);
    let change = sessions::ActiveModel {
        updated_at: Set(long_ago),
        started_at: Set(long_ago),
        resumed_at: Set(Some(long_ago)),
        ..Default::default()
    };
    let one = sessions::Entity::update_many().set(change).filter(sessions::Column::Id.eq(id));
    one.exec(&seed.raw).await.expect("write the session");
    id
}

/// What was done, by `kind subject`, each with how often.
fn done(findings: impl IntoIterator<Item = Finding>) -> BTreeMap<String, usize> {
    let mut done = BTreeMap::new();
    // How long a backoff lasts is left to chance.
    for finding in findings.into_iter().filter(|f| f.outcome == Outcome::Changed && f.kind != "backoff_over") {
        *done.entry(format!("{} {}", finding.kind, finding.subject)).or_default() += 1;
    }
    done
}

/// Runs a maintenance on each board at once; gives what each did, and whether they overlapped.
async fn at_once<M>(seed: &Seed, boards: &[Callboard], what: &M) -> (Vec<Vec<Finding>>, bool)
where
    M: Maintenance + Clone + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(boards.len()));
    let calls = boards.iter().cloned().map(|board| {
        let (what, me, barrier) = (what.clone(), seed.me, Arc::clone(&barrier));
        tokio::spawn(async move {
            barrier.wait().await;
            let begun = Instant::now();
            let done = board.maintain(me, &what, &|_| {}).await.expect("the run begins");
            assert!(done.refused.is_none(), "{:?}", done.refused);
            (done.findings, begun, Instant::now())
        })
    });
    let calls: Vec<_> = calls.collect();
    let mut ended = Vec::new();
    for call in calls {
        ended.push(call.await.expect("the call ends"));
    }
    let (last_begin, first_end) = (ended.iter().map(|e| e.1).max(), ended.iter().map(|e| e.2).min());
    let overlap = last_begin < first_end;
    (ended.into_iter().map(|(findings, ..)| findings).collect(), overlap)
}

child! {
    /// Sweeps, and kills itself after a number of statements. Arguments: the URL, the number.
    async fn killed_sweeper(args: Vec<String>) {
        let left = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&left);
        let options = OpenOptions { synchronous: Synchronous::Normal, ..OpenOptions::default() };
        let options = options.on_statement(move |_| {
            if counter.load(Ordering::SeqCst) > 0 && counter.fetch_sub(1, Ordering::SeqCst) == 1 {
                let me = rustix::process::getpid();
                rustix::process::kill_process(me, rustix::process::Signal::KILL).expect("kill myself");
                loop {
                    std::thread::park();
                }
            }
        });
        let url = DatabaseUrl::parse(&args[0]).expect("a URL");
        let board = Callboard::open(&url, options).await.expect("open the board");
        let actor = board.actor("system").await.expect("the system");
        left.store(args[1].parse().expect("a number"), Ordering::SeqCst);
        board.maintain(actor, &Sweep::default(), &|_| {}).await.expect("sweep");
    }
}

both! {
    async fn three_sweeps_at_once_do_everything_once(t: TestDb) {
        let scene = Scene::on(&t).await;
        let [one, two] = boards(&t).await;
        let boards = [one, two, t.board().await];
        let (mut overlaps, mut shared) = (0, 0);
        for round in 0..ROUNDS {
            let due = scene.due(round).await;
            let (found, overlap) = at_once(&scene.seed, &boards, &Sweep::default()).await;
            overlaps += usize::from(overlap);
            shared += usize::from(found.iter().filter(|found| !done((*found).clone()).is_empty()).count() > 1);
            let all = done(found.into_iter().flatten());
            let expected: BTreeMap<String, usize> = due.into_iter().map(|what| (what, 1)).collect();
            assert_eq!(all, expected, "round {round}: each once, none left out");
        }
        scene.assert_done(ROUNDS).await;
        assert!(overlaps > ROUNDS / 2, "only {overlaps} of {ROUNDS} rounds were races");
        assert!(shared > 0, "one of them always did it all: nothing was raced for");
    }

    /// The control: dead sessions are looked for, and ended then, without a lock and without asking again.
    async fn without_the_lock_a_session_is_ended_twice(t: TestDb) {
        let seed = t.seed().await;
        let mut twice = 0;
        for round in 0..super::race::CONTROL_ROUNDS {
            let session = dead_session(&seed, &format!("s{round}")).await;
            let barrier = Arc::new(Barrier::new(2));
            let calls = [0, 1].map(|_| tokio::spawn(unlocked(seed.clone(), session, Arc::clone(&barrier))));
            let [one, two] = calls;
            twice += usize::from([one.await.expect("it ends"), two.await.expect("it ends")] == [true, true]);
        }
        assert!(twice > 0, "the race was never hit: the test above would prove nothing");
    }

    /// A sweep is killed after any of its statements; others that run meanwhile and after it leave nothing out.
    async fn beside_a_killed_one_everything_is_done_once(t: TestDb) {
        let scene = Scene::on(&t).await;
        let board = t.board().await;
        let (mut kills, mut overlaps, mut rounds) = (0, 0, 0);
        for statement in (3..).step_by(11) {
            let due = scene.due(rounds).await;
            rounds += 1;
            let program = killed_sweeper(t.dir()).args([t.url().to_owned(), statement.to_string()]);
            let begun = Instant::now();
            let child = tokio::task::spawn_blocking(move || {
                let output = program.spawn().wait(Duration::from_secs(60));
                (output, Instant::now())
            });
            // About as long as a process takes to begin.
            while begun.elapsed() < Duration::from_millis(fastrand::u64(10..80)) {
                tokio::task::yield_now().await;
            }
            let own = Instant::now();
            let beside = board.maintain(scene.seed.me, &Sweep::default(), &|_| {}).await.expect("sweep").findings;
            let (output, ended) = child.await.expect("the child ends");
            overlaps += usize::from(own < ended);
            let was_killed = output.signal == Some(9);
            assert!(was_killed || output.exit == Some(0), "{output}");
            let after = board.maintain(scene.seed.me, &Sweep::default(), &|_| {}).await.expect("sweep").findings;
            // What the killed one did it cannot tell; the others never do it again.
            let told = done(beside.into_iter().chain(after));
            assert!(told.values().all(|times| *times == 1) && told.keys().all(|what| due.contains(what)), "{told:?}");
            kills += usize::from(was_killed);
            scene.assert_done(rounds).await;
            if !was_killed || rounds >= 25 {
                break;
            }
        }
        assert!(kills >= 5, "only {kills} were killed");
        assert!(overlaps > 0, "none was under way beside the other");
    }

    async fn two_clean_ups_at_once_archive_each_item_once(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let mut overlaps = 0;
        for round in 0..5 {
            let items = seed.add_all((0..40).map(|n| NewItem::titled(format!("r{round} n{n}"))).collect()).await;
            let long_ago = Some(seed.board.now() - TimeDelta::days(100));
            for item in &items {
                seed.put(item.id, WorkItemStatus::Done).await;
            }
            let idle = work_items::ActiveModel { last_activity_at: Set(long_ago), ..Default::default() };
            work_items::Entity::update_many().set(idle).exec(&seed.raw).await.expect("write the items");
            let what = ScanCleanup {
                project: None, scope: Scope::FullProject, level: Level::Comprehensive, dry_run: false, resume: None,
            };
            let (found, overlap) = at_once(&seed, &boards, &what).await;
            overlaps += usize::from(overlap);
            let all = done(found.iter().flatten().cloned());
            let expected: BTreeMap<String, usize> = items.iter().map(|i| (format!("old_completed {}", i.key), 1)).collect();
            assert_eq!(all, expected, "round {round}");
            // Who came second tells that somebody was faster.
            assert!(found.iter().flatten().all(|f| matches!(f.outcome, Outcome::Changed | Outcome::Missed)));
        }
        assert_eq!(archives::Entity::find().count(&seed.raw).await.expect("count"), 200);
        assert!(overlaps > 2, "only {overlaps} of 5 rounds were races");
    }
}

/// What a sweep would be without its locks: a look, then the writes. Says whether this one ended the session.
async fn unlocked(seed: Seed, session: Uuid, barrier: Arc<Barrier>) -> bool {
    let row = sessions::Entity::find_by_id(session).one(&seed.raw).await.expect("read").expect("the session");
    meet(&barrier).await;
    if row.status != WorkSessionStatus::Active {
        return false;
    }
    let change = sessions::ActiveModel { status: Set(WorkSessionStatus::Abandoned), ..Default::default() };
    let one = sessions::Entity::update_many().set(change).filter(sessions::Column::Id.eq(session));
    one.exec(&seed.raw).await.expect("write").rows_affected == 1
}
