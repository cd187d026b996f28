//! The connection is lost at the moment of COMMIT, or the proof takes a while: what is there is looked at before anything
//! is put back, and nobody else comes between.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use callboard_migration::runner::{self, Event, Goal};
use support::{TestDb, both_empty, on_postgres_empty};

use super::common::{describe, number};
use super::saved::{all, board, folder, names, options, users};

on_postgres_empty! {
    /// COMMIT arrives, and its answer does not: it is a success, and no backup is put over it.
    why: "a call of SQLite's has no answer that could be lost";
    async fn a_commit_whose_answer_is_lost_has_happened(t: TestDb) {
        let db = board(&t, Goal::To("12".into()), 2).await;
        let cut = Arc::new(AtomicBool::new(false));
        let proxy = Proxy::start(t.url(), &cut);
        let mut through = options(&t);
        through.url = proxy.url.parse().expect("a URL");
        let mut see = |event: &Event| {
            if matches!(event, Event::Committing) {
                cut.store(true, Ordering::SeqCst);
            }
        };
        let report = runner::up(&through, Goal::Latest, &mut see).await.expect("it was committed");
        assert!(!cut.load(Ordering::SeqCst), "no answer was lost");
        assert_eq!(report.to.as_deref(), callboard_migration::history().last().map(|s| s.version()));
        assert_eq!(users(&db).await, 2);
        let status = runner::status(&options(&t)).await.expect("status");
        assert!(status.pending.is_empty(), "{status:?}");
        assert_eq!(names(&folder(&t)).iter().filter(|n| n.ends_with(".dump")).count(), 1, "nothing was put back");
    }
}

both_empty! {
    /// Between COMMIT and the look at what it left, another run has to wait: it would be taken for a failure.
    async fn nobody_comes_between_the_commit_and_the_proof(t: TestDb) {
        board(&t, Goal::To("12".into()), 2).await;
        let mut turned_away = 0;
        let mut see = |event: &Event| {
            if matches!(event, Event::Committed | Event::Committing) {
                let other = t.migration(["down", "--all", "--yes-lose-data", "--lock-timeout", "0"]).run();
                let other = other.code(6);
                assert!(other.stderr.contains("another process holds"), "{other}");
                turned_away += 1;
            }
        };
        runner::up(&options(&t), Goal::Latest, &mut see).await.expect("up");
        assert_eq!(turned_away, 2);
        let status = runner::status(&options(&t)).await.expect("status");
        assert!(status.pending.is_empty(), "{status:?}");
    }

    /// The same after a step that failed: the rollback is proved before anybody else begins.
    async fn nobody_comes_between_the_rollback_and_the_proof(t: TestDb) {
        let mut steps = callboard_migration::history();
        runner::up_with(&steps, &options(&t), Goal::Latest, &mut |_| {}).await.expect("up");
        let before = (describe(&t).await, all(&t).await);
        let url = t.url().to_owned();
        let harm = super::common::step("m20991231_000001_harm", &["CREATE TABLE harm (id integer)", "SELECT nothing"], &[]);
        steps.push(harm);
        let mut waiting = None;
        let mut see = |event: &Event| {
            if let (Event::Started { .. }, None) = (event, &waiting) {
                // It waits for the lock, and gets it as soon as it is free.
                let program = t.migration(["down", "--steps", "1", "--yes-lose-data", "--no-backup", "--json"]);
                let mut run = program.spawn();
                run.wait_for("\"kind\":\"waiting\"");
                waiting = Some(run);
            }
        };
        let error = runner::up_with(&steps, &options(&t), Goal::Latest, &mut see).await.expect_err("no such statement");
        assert!(matches!(&error, callboard_migration::Error::Failed { .. }), "{url}: {error:?}");
        waiting.expect("it began").wait(std::time::Duration::from_secs(60)).ok();
        assert_ne!((describe(&t).await, all(&t).await), before, "the other one's result stays");
        let last = callboard_migration::history().len() as i64 - 1;
        assert_eq!(number(&t.raw().await, "SELECT count(*) FROM callboard_migrations").await, last);
    }
}

/// Hands everything on to a server, until it is told to lose the answer of the next COMMIT.
struct Proxy {
    url: String,
    _folder: tempfile::TempDir,
}

impl Proxy {
    fn start(url: &str, cut: &Arc<AtomicBool>) -> Self {
        let (before, rest) = url.rsplit_once('@').expect("a user");
        let parsed = url::Url::parse(url).expect("a URL");
        let socket = |folder: &str, port: u16| PathBuf::from(folder).join(format!(".s.PGSQL.{port}"));
        let host = parsed.host_str().expect("a host").replace("%2F", "/").replace("%2f", "/");
        let port = parsed.port().unwrap_or(5432);
        // To the proxy all sockets are alike.
        let connect = move || match host.starts_with('/') {
            true => UnixStream::connect(socket(&host, port)),
            false => TcpStream::connect((host.as_str(), port)).map(|tcp| UnixStream::from(OwnedFd::from(tcp))),
        };
        let folder = support::scratch_dir();
        let path = folder.path().to_string_lossy().into_owned();
        let listener = UnixListener::bind(socket(&path, 5432)).expect("listen");
        let cut = Arc::clone(cut);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.expect("a client");
                let server = connect().expect("the server");
                let back = (server.try_clone().expect("clone"), client.try_clone().expect("clone"));
                let cut = Arc::clone(&cut);
                std::thread::spawn(move || {
                    hand_on(client, server, |bytes| {
                        bytes.windows(6).any(|w| w == b"COMMIT") && cut.swap(false, Ordering::SeqCst)
                    })
                });
                std::thread::spawn(move || hand_on(back.0, back.1, |_| false));
            }
        });
        let database = rest.split_once('/').expect("a database").1;
        Self { url: format!("{before}@{}:5432/{database}", path.replace('/', "%2F")), _folder: folder }
    }
}

/// Copies bytes until the end, or until what was handed on is to have no answer.
fn hand_on(mut from: UnixStream, mut to: UnixStream, lose: impl Fn(&[u8]) -> bool) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        let lost = lose(&buffer[..n]);
        if lost {
            // The client hears nothing any more.
            let _ = from.shutdown(Shutdown::Both);
        }
        if to.write_all(&buffer[..n]).is_err() || lost {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Write));
}
