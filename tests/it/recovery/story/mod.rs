//! An agent works in steps and is killed at any statement; another recovers, finishes, and everything agrees.

mod look;
mod play;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use callboard_service::entity::{TaskAssignmentStatus as Status, WorkItemStatus, task_assignments, work_sessions};
use callboard_service::file::{Progress, ScanFiles, VerifyFiles};
use callboard_service::item::NewItem;
use callboard_service::project::AddProject;
use callboard_service::recovery::{Recover, RecoveryPackage};
use callboard_service::session::{AbandonSession, Continuity};
use callboard_service::{Callboard, DatabaseUrl, OpenOptions, Ref, Synchronous};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, TransactionTrait};
use support::{Seed, TestDb, both, child};

use self::look::{look, made, of};
use self::play::{CLAIM, Place, Player, SESSION, STEPS, files, is_compound, session_key};

/// How long an agent may take.
const MOST: Duration = Duration::from_secs(60);

child! {
    /// Plays the story to a step, and kills itself at a statement of it. Arguments: URL, the item's id, the folder of its
    /// files, the step, the number of its statement (0: as soon as the step is acknowledged), `whole` or `loose`.
    async fn agent(args: Vec<String>) {
        let url = DatabaseUrl::parse(&args[0]).expect("a URL");
        let (step, statement) = (args[3].parse::<usize>().expect("a step"), args[4].parse().expect("a number"));
        let folder = Path::new(&args[2]);
        let left = Arc::new(AtomicUsize::new(0));
        let (counter, told) = (Arc::clone(&left), folder.join("killed"));
        let options = options().on_statement(move |_| {
            if counter.load(Ordering::SeqCst) > 0 && counter.fetch_sub(1, Ordering::SeqCst) == 1 {
                die(&told);
            }
        });
        let board = Callboard::open(&url, options).await.expect("open the board");
        let item = args[1].parse().expect("an id");
        let mut player = Player::new(board, "one", item, &folder.join("files"), args[5] == "loose").await;
        for now in 0..=step {
            left.store(if now == step { statement } else { 0 }, Ordering::SeqCst);
            player.play(now).await;
            left.store(0, Ordering::SeqCst);
            fs::write(folder.join("acknowledged"), (now + 1).to_string()).expect("acknowledge");
        }
        if statement == 0 {
            die(&folder.join("killed"));
        }
    }
}

/// A kill is no power cut: what was written is there.
fn options() -> OpenOptions {
    OpenOptions { synchronous: Synchronous::Normal, busy_timeout: Duration::from_secs(30), ..OpenOptions::default() }
}

fn die(told: &Path) {
    fs::write(told, "").expect("tell of it");
    let me = rustix::process::getpid();
    rustix::process::kill_process(me, rustix::process::Signal::KILL).expect("kill myself");
    // The signal may take an instant: nothing else happens in it.
    loop {
        std::thread::park();
    }
}

/// Where an agent is killed: the step, and the number of its statement, 0 for its end.
type Point = (usize, usize);

/// What the database holds before the first step and after each of them, and how many statements each has.
struct Rehearsal {
    place: Place,
    states: Vec<Vec<String>>,
    statements: Vec<usize>,
}

impl Rehearsal {
    async fn new(t: &TestDb, seed: &Seed) -> Self {
        let sent = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&sent);
        let options = options().on_statement(move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
        });
        let url = DatabaseUrl::parse(t.url()).expect("a URL");
        let board = Callboard::open(&url, options).await.expect("open the board");
        let place = place(t, seed, 0).await;
        let mut player = Player::new(board, "one", place.item, &place.folder.join("files"), false).await;
        let (mut states, mut statements) = (vec![look(&seed.raw, &place).await], Vec::new());
        for step in 0..STEPS {
            sent.store(0, Ordering::SeqCst);
            player.play(step).await;
            statements.push(sent.load(Ordering::SeqCst));
            states.push(look(&seed.raw, &place).await);
        }
        for kind in ["file", "decision", "checkpoint"] {
            let linked = of(&states[STEPS], kind);
            assert!(
                !linked.is_empty() && linked.iter().all(|line| line.contains(" true ")),
                "they name the session: {linked:?}"
            );
        }
        Self { place, states, statements }
    }

    /// Every point: after each statement of each step, and after the step.
    fn points(&self) -> Vec<Point> {
        let of_step = |(step, count): (usize, &usize)| (0..=*count).map(move |statement| (step, statement));
        self.statements.iter().enumerate().flat_map(of_step).collect()
    }

    /// How many steps a database holds; none where it stands between two of them.
    fn steps(&self, state: &[String]) -> Option<usize> {
        self.states.iter().position(|known| known == state)
    }
}

both! {
    async fn killed_at_every_statement_and_finished_by_another(t: TestDb) {
        let seed = cast(&t).await;
        let rehearsal = Rehearsal::new(&t, &seed).await;
        let points = rehearsal.points();
        assert!(points.len() >= 60 && !rehearsal.statements.contains(&0), "{:?}", rehearsal.statements);
        let (next, begun) = (AtomicUsize::new(0), Instant::now());
        let worker = async || {
            let (mut hit, mut seen) = (Vec::new(), BTreeSet::new());
            loop {
                let number = next.fetch_add(1, Ordering::SeqCst);
                let Some(point) = points.get(number) else { return (hit, seen) };
                let place = place(&t, &seed, number + 1).await;
                hit.extend(kill(&t, &place, *point, "whole").await.then_some(*point));
                seen.insert(carry_on(&t, &seed, &rehearsal, &place, *point).await);
            }
        };
        let (a, b, c, d) = tokio::join!(worker(), worker(), worker(), worker());
        let (hits, stages): (Vec<_>, Vec<_>) = [a, b, c, d].into_iter().unzip();
        eprintln!("{:?}: killed at {} points, {:?} statements, {:?}", t.kind(), points.len(), rehearsal.statements, begun.elapsed());
        let hits: BTreeSet<Point> = hits.into_iter().flatten().collect();
        assert_eq!(hits, points.iter().copied().collect::<BTreeSet<_>>(), "every point was hit");
        let stages: BTreeSet<usize> = stages.into_iter().flatten().collect();
        assert_eq!(stages, (0..=STEPS).collect::<BTreeSet<_>>(), "and as many steps as there are were found");

        let report = seed.board.read(&Continuity::default()).await.expect("continuity");
        // The rehearsal's were verified by the gate at its completion.
        assert_eq!((report.total(), report.unverified_files.count), (0, 0), "{report:?}");
        // Values, references, counters, and the documents of the full-text index.
        t.migration(["verify"]).run().ok();
    }

    /// The control: without the transaction of a step, half of one is left, and seen.
    async fn steps_of_several_transactions_are_seen_to_break(t: TestDb) {
        let seed = cast(&t).await;
        let rehearsal = Rehearsal::new(&t, &seed).await;
        let whole = place(&t, &seed, 1).await;
        assert!(kill(&t, &whole, (STEPS - 1, 0), "loose").await);
        assert_eq!(rehearsal.steps(&look(&seed.raw, &whole).await), Some(STEPS), "it is the same story");
        let points = rehearsal.points().into_iter().filter(|(step, at)| is_compound(*step) && *at > 0).step_by(4);
        let (mut broken, mut kills) = (0, 0);
        for (number, point) in (2..).zip(points) {
            let place = place(&t, &seed, number).await;
            assert!(kill(&t, &place, point, "loose").await, "{point:?}");
            broken += usize::from(rehearsal.steps(&look(&seed.raw, &place).await).is_none());
            kills += 1;
        }
        eprintln!("{:?}: {broken} of {kills} left half a step", t.kind());
        assert!(broken >= 3, "{broken} of {kills}");
    }

    /// Each kind of row is looked at: without one of them, the state is none of the story's.
    async fn a_row_that_is_missing_is_seen(t: TestDb) {
        let seed = cast(&t).await;
        let rehearsal = Rehearsal::new(&t, &seed).await;
        assert_eq!(rehearsal.steps(&look(&seed.raw, &rehearsal.place).await), Some(STEPS));
        for rows in [
            "work_item_events WHERE kind = 'checkpoint' AND reason = 'errors done'",
            "file_operations WHERE path = 'src/error.rs'",
            "board_decisions WHERE number = 1",
            "checkpoints WHERE seq = 2",
            "board_messages WHERE kind = 'message'",
            "session_events WHERE kind = 'note' AND seq = (SELECT max(seq) FROM session_events WHERE kind = 'note')",
            "board_search WHERE entity_type = 'comment'",
            "board_search WHERE entity_type = 'decision'",
            "board_search WHERE entity_type = 'checkpoint' AND search_text = 'errors done'",
            "board_search WHERE entity_type = 'note' AND search_text = 'ready for review'",
        ] {
            let tx = seed.raw.begin().await.expect("begin");
            let gone = tx.execute_unprepared(&format!("DELETE FROM {rows}")).await;
            assert_eq!(gone.unwrap_or_else(|error| panic!("{rows}: {error}")).rows_affected(), 1, "{rows}");
            assert_eq!(rehearsal.steps(&look(&tx, &rehearsal.place).await), None, "{rows}");
            tx.rollback().await.expect("roll back");
        }
    }
}

/// A board with those who act in the story.
async fn cast(t: &TestDb) -> Seed {
    let seed = t.seed().await;
    for slug in ["one", "two", "lead"] {
        seed.agent(slug).await;
    }
    seed
}

/// A project of its own with an item and a folder for its files.
async fn place(t: &TestDb, seed: &Seed, number: usize) -> Place {
    let (slug, folder) = (format!("place-{number}"), t.dir().join(format!("place-{number}")));
    let files = folder.join("files");
    fs::create_dir_all(&files).expect("make the folder");
    let project = AddProject {
        slug: slug.clone(),
        name: slug.clone(),
        key_prefix: format!("P{number}"),
        root_path: Some(files.to_str().expect("UTF-8").to_owned()),
        metadata: None,
    };
    let project = seed.must(&project).await.id;
    let item = seed.add_all_in(&slug, vec![NewItem::titled("The parser")]).await.remove(0);
    Place { project, item: item.id, key: item.key, folder }
}

/// Plays the story up to a point in a process that ends there; whether it did.
async fn kill(t: &TestDb, place: &Place, (step, statement): Point, how: &str) -> bool {
    let folder = place.folder.to_str().expect("UTF-8").to_owned();
    let args =
        [t.url().to_owned(), place.item.to_string(), folder, step.to_string(), statement.to_string(), how.to_owned()];
    let program = agent(t.dir()).args(args);
    let output = tokio::task::spawn_blocking(move || program.spawn().wait(MOST)).await.expect("the child ends");
    assert!(output.signal == Some(9) || output.exit == Some(0), "neither killed nor done\n{output}");
    output.signal == Some(9) && place.folder.join("killed").exists()
}

/// The other agent takes the item from what the database holds, and finishes it. Gives how many steps it found.
async fn carry_on(t: &TestDb, seed: &Seed, rehearsal: &Rehearsal, place: &Place, point: Point) -> usize {
    let at = || format!("{}, killed at statement {} of step {}", place.key, point.1, point.0);
    let left = look(&seed.raw, place).await;
    let steps = rehearsal.steps(&left).unwrap_or_else(|| panic!("{}: half a step is left: {left:#?}", at()));
    let acknowledged = fs::read_to_string(place.folder.join("acknowledged")).unwrap_or_default();
    let acknowledged = acknowledged.parse::<usize>().unwrap_or(0);
    // What comes after the commit of a step, such as a look at the new session, is a statement of it, too.
    let more = usize::from(point.1 > 0 && point.0 == SESSION);
    assert!((acknowledged..=acknowledged + more).contains(&steps), "{}: {steps} of {acknowledged}", at());

    let held = task_assignments::Entity::find().filter(task_assignments::Column::WorkItemId.eq(place.item));
    let held = held.one(&seed.raw).await.expect("read the assignment");
    if let Some(held) = held.filter(|held| held.status == Status::Started) {
        seed.lapse(held.id).await;
        // PostgreSQL ends the transaction of a client that was killed a moment later; until then the item is skipped.
        let begun = Instant::now();
        while seed.assignment(held.id).await.status == Status::Started {
            assert!(begun.elapsed() < MOST, "{}: its lease is not taken back", at());
            seed.expire().await;
        }
        seed.end_backoffs().await;
    }
    let package = package(t, seed, place, point.1 == 0).await;
    let newest = package.checkpoint.as_ref().map(|c| format!("checkpoint {} true {} ", c.seq, c.note));
    let stored = of(&left, "checkpoint").pop();
    assert!(newest.is_some() == stored.is_some(), "{}: {newest:?} {stored:?}", at());
    assert!(stored.is_none_or(|line| newest.is_some_and(|newest| line.starts_with(&newest))), "{}: {stored:?}", at());
    assert_eq!(package.decisions.len(), of(&left, "decision").len(), "{}", at());
    assert_eq!(package.files.len(), paths(&left).len(), "{}", at());
    let noted = of(&left, "search");
    let noted = noted.iter().filter(|l| l.starts_with("search comment ") || l.starts_with("search note "));
    assert_eq!(package.notes.len(), noted.count(), "{}", at());
    let is_done = package.item.status == WorkItemStatus::Done;
    assert_eq!(is_done, steps == STEPS, "{}", at());
    assert_eq!(package.recommendations.iter().any(|advice| advice.rule == "finished"), is_done, "{}", at());

    let files_at = place.folder.join("files");
    let mut two = Player::new(t.board().await, "two", place.item, &files_at, false).await;
    if !is_done {
        let claimed = two.claim().await;
        assert_eq!(claimed.recovery.is_some(), steps > CLAIM, "{}: a claim brings the package", at());
        if steps > SESSION {
            let key = session_key("one", place.item);
            let begun =
                work_sessions::Entity::find().filter(work_sessions::Column::Key.eq(key.as_str())).one(&seed.raw).await;
            let since = begun.expect("read the session").map(|session| session.started_at);
            let scan = ScanFiles { item: Some(Ref::Id(place.item)), since, ..ScanFiles::default() };
            let found = seed.board.scan_files(&scan, &Progress::default()).await.expect("scan");
            let found: Vec<_> = found.operations.iter().map(|new| (new.operation, new.path.as_str())).collect();
            let mut untold: Vec<_> = files(steps).iter().map(|(kind, path, _)| (*kind, *path)).collect();
            untold.retain(|_| point.1 > 0 && point.0 == steps);
            untold.sort_by_key(|(_, path)| *path);
            assert_eq!(found, untold, "{}: what was written and not told of is found", at());
            let abandon = AbandonSession { session: Some(Ref::from(key.as_str())), reason: "it was killed".to_owned() };
            seed.board.run(two.actor(), &abandon).await.expect("abandon");
        }
        two.play(SESSION).await;
        for step in steps.max(SESSION + 1)..STEPS {
            two.play(step).await;
        }
    }
    let scope = VerifyFiles { item: Some(Ref::Id(place.item)), project: None };
    let found = seed.board.verify_files(two.actor(), &scope, &Progress::default()).await.expect("verify");
    assert_eq!((found.verified, found.broken()), (3, 0), "{}: {found:?}", at());
    agree(rehearsal, &left, &look(&seed.raw, place).await, &at());
    steps
}

/// What is there in the end is what one agent alone would have made, once; nothing that was there before is lost.
fn agree(rehearsal: &Rehearsal, left: &[String], now: &[String], at: &str) {
    let alone = &rehearsal.states[STEPS];
    assert_eq!(made(now), made(alone), "{at}");
    for kind in ["ledger", "event"] {
        let now = of(now, kind);
        assert!(of(left, kind).iter().all(|line| now.contains(line)), "{at}: {now:#?}");
    }
    let revisions: Vec<usize> =
        of(now, "ledger").iter().filter_map(|line| line.split(' ').nth(1)?.parse().ok()).collect();
    assert_eq!(revisions, (0..revisions.len()).collect::<Vec<_>>(), "{at}");
    assert_eq!(of(now, "item"), [format!("item done completed revision {}", revisions.len() - 1)], "{at}");
    let ends = of(now, "assignment");
    assert_eq!(ends.iter().filter(|line| **line == "assignment completed").count(), 1, "{at}: {ends:?}");
    assert!(ends.iter().all(|line| ["assignment completed", "assignment expired"].contains(line)), "{at}: {ends:?}");
    let sessions = of(now, "session");
    let is_over = |line: &&str| line.starts_with("session completed") || line.starts_with("session abandoned");
    assert!(sessions.iter().all(is_over), "{at}: {sessions:?}");
}

/// The package, as another process prints it or as a board gives it.
async fn package(t: &TestDb, seed: &Seed, place: &Place, is_printed: bool) -> RecoveryPackage {
    if !is_printed {
        return seed.board.read(&Recover::of(Ref::Id(place.item))).await.expect("a package");
    }
    let program = t.callboard(["recover", &place.key, "--json"]);
    let output = tokio::task::spawn_blocking(move || program.run()).await.expect("the child ends").ok();
    serde_json::from_value(output.json()["data"].clone()).expect("a package")
}

fn paths(lines: &[String]) -> BTreeSet<&str> {
    of(lines, "file").iter().filter_map(|line| line.split(' ').nth(2)).collect()
}
