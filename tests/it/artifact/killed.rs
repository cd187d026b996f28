//! Who adds an artifact is killed at any step: the old version is there or the new one, whole, and never half of it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use callboard_service::artifact::{ArtifactName, GetArtifact};
use callboard_service::{Callboard, DatabaseUrl, OpenOptions, Ref, Synchronous};
use support::cli::{Output, Program};
use support::shim::{Calls, Fault, When, inject};
use support::{TestDb, both, child};

use super::{Store, bytes};

const MOST: Duration = Duration::from_secs(60);
/// Larger than a piece that is written at a time.
const SIZE: usize = 600_000;

child! {
    /// Adds a version, and kills itself after a statement. Arguments: URL, the item's id, the number of the statement, the
    /// seed of the content.
    async fn adder(args: Vec<String>) {
        let left = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&left);
        let options = OpenOptions { synchronous: Synchronous::Normal, ..OpenOptions::default() };
        let options = options.on_statement(move |_| {
            if counter.load(Ordering::SeqCst) > 0 && counter.fetch_sub(1, Ordering::SeqCst) == 1 {
                die();
            }
        });
        let url = DatabaseUrl::parse(&args[0]).expect("a URL");
        let board = Callboard::open(&url, options).await.expect("open the board");
        let actor = board.actor("user:kim").await.expect("the user");
        left.store(args[2].parse().expect("a number"), Ordering::SeqCst);
        let item = uuid::Uuid::parse_str(&args[1]).expect("an id");
        let content = bytes(args[3].parse().expect("a seed"), SIZE);
        let kept = super::keep(&board, item, "a", &content).await.expect("keep");
        board.run(actor, &super::verb(item, "a", &kept)).await.expect("add");
    }

    /// The control: writes a content in place, under the name that it is to have. Arguments: the path, the seed.
    async fn in_place(args: Vec<String>) {
        let content = bytes(args[1].parse().expect("a seed"), SIZE);
        let mut file = std::fs::File::create(&args[0]).expect("create");
        for piece in content.chunks(256 * 1024) {
            std::io::Write::write_all(&mut file, piece).expect("write");
        }
        file.sync_all().expect("sync");
    }
}

fn die() {
    let me = rustix::process::getpid();
    rustix::process::kill_process(me, rustix::process::Signal::KILL).expect("kill myself");
    // The signal may take an instant: nothing else happens in it.
    loop {
        std::thread::park();
    }
}

async fn run(program: Program) -> Output {
    tokio::task::spawn_blocking(move || program.spawn().wait(MOST)).await.expect("the child ends")
}

/// What is there: as many versions as rows say, each whole, and no file whose name is not its content's. Gives how many.
async fn look(store: &Store) -> usize {
    let rows = store.rows().await;
    assert_eq!(rows.iter().map(|row| row.version).collect::<Vec<_>>(), (1..=rows.len() as i64).collect::<Vec<_>>());
    let found = store.verify().await;
    assert_eq!((found.verified, found.broken()), (rows.len() as u64, 0), "{found:?}");
    let kinds = store.seed.kinds(store.item.id).await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "artifact_added").count(), rows.len());
    for part in std::fs::read_dir(store.artifacts()).into_iter().flatten() {
        let part = part.expect("an entry").path();
        if part.is_dir() && part.file_name().is_some_and(|name| name.len() == 2) {
            for file in std::fs::read_dir(part).expect("list") {
                let path = file.expect("an entry").path();
                assert!(is_whole(&path), "{} is not what its name says", path.display());
            }
        }
    }
    rows.len()
}

/// Whether a file's name is the SHA-256 of its content.
fn is_whole(path: &Path) -> bool {
    let output = std::process::Command::new("sha256sum").arg(path).output().expect("run sha256sum");
    let text = String::from_utf8_lossy(&output.stdout);
    path.file_name().is_some_and(|name| text.split_whitespace().next() == name.to_str())
}

both! {
    async fn after_any_statement(t: TestDb) {
        let store = Store::new(&t).await;
        let (mut kills, mut seen) = (0, 0);
        let (mut old, mut new) = (0, 0);
        loop {
            let item = store.item.id.to_string();
            let args = [t.url().to_owned(), item, (kills + 1).to_string(), kills.to_string()];
            let output = run(adder(t.dir()).args(args)).await;
            let killed = output.signal == Some(9);
            assert!(killed || output.exit == Some(0), "{output}");
            let there = look(&store).await;
            assert!(there == seen || there == seen + 1, "{there} after {seen}");
            *if there == seen { &mut old } else { &mut new } += 1;
            seen = there;
            if !killed {
                break;
            }
            kills += 1;
            assert!(kills < 100, "it never ends");
        }
        eprintln!("{:?}: {kills} kills, {old} left the old version, {new} the new one", t.kind());
        assert!(kills >= 6 && old >= 5 && new >= 1, "{kills} kills, {old} old, {new} new");
    }

    async fn at_any_call_that_writes(t: TestDb) {
        let store = Store::new(&t).await;
        let file = t.dir().join("content");
        let log = t.dir().join("calls");
        let add = |seed: u64, fault: Fault| {
            std::fs::write(&file, bytes(seed, SIZE)).expect("write the content");
            let args = ["artifact", "add", "CB-1", "content", "--name", "a", "--as", "user:kim"];
            inject(t.callboard(args), fault, &log)
        };
        let counted = run(add(0, Fault::None)).await;
        assert_eq!(counted.exit, Some(0), "{counted}");
        let calls = Calls::read(&log).0.len();
        let of_store = Calls::read(&log).0.iter().filter(|call| call.path.to_string_lossy().contains(".new-")).count();
        assert!(of_store >= 4, "only {of_store} of {calls} calls write and sync the content");
        let mut seen = look(&store).await;
        let (mut kills, mut old) = (0, 0);
        for call in 1..=calls {
            let when = When::ALL[call % 3];
            let output = run(add(call as u64, Fault::Kill(call, when))).await;
            kills += usize::from(output.signal == Some(9));
            let there = look(&store).await;
            assert!(there == seen || there == seen + 1, "{there} after {seen}");
            old += usize::from(there == seen);
            seen = there;
        }
        eprintln!("{:?}: {kills} kills at {calls} calls, {old} left the old version", t.kind());
        assert!(kills >= of_store && old >= of_store - 1, "{kills} kills, {old} left the old version");
        // What is left over is collected when it is old enough; what was added is there.
        let whole = GetArtifact { artifact: ArtifactName::of(Ref::Id(store.item.id), "a") };
        assert!(store.seed.board.read(&whole).await.expect("find it").open().is_ok());
        // The control: written in place, a content is there by half.
        let (mut halves, place) = (0, t.dir().join("in-place"));
        std::fs::create_dir(&place).expect("make a folder");
        let hash = hash_of(&file);
        for call in 1..=3 {
            let target = place.join(&hash);
            let args = [target.to_string_lossy().into_owned(), calls.to_string()];
            let output = run(inject(in_place(t.dir()).args(args), Fault::Kill(call, When::Half), &log)).await;
            assert_eq!(output.signal, Some(9), "{output}");
            halves += usize::from(!is_whole(&target));
        }
        assert!(halves > 0, "no kill left half a content: the test above would prove nothing");
    }
}

fn hash_of(path: &Path) -> String {
    let output = std::process::Command::new("sha256sum").arg(path).output().expect("run sha256sum");
    String::from_utf8_lossy(&output.stdout).split_whitespace().next().expect("a digest").to_owned()
}
