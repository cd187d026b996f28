//! PostgreSQL: the client is killed, its backend terminated, the server stopped as by a crash, in the middle of `up`.

use std::path::Path;
use std::time::{Duration, Instant};

use callboard_migration::runner::{self, Goal, Options};
use callboard_migration::scratch::Cluster;
use sea_orm::{ConnectOptions, Database, DatabaseConnection};
use support::cli::{Background, Output, Program, migration};
use support::{Kind, plain, scratch_dir};

use super::report::{Figures, record};
use super::state::{State, Verdict};
use super::{block_on, control, share};
use crate::migration::common::{number, sql};
use crate::migration::data;

/// The version that `up` starts from, by its number.
const STAGE: usize = 12;
/// How long the lock may outlive a run that was cut off.
const LOCK: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cut {
    Client,
    Backend,
    Server,
}

plain! {
    fn a_killed_client_leaves_old_or_new() {
        record(run("Client killed (SIGKILL) during `up`, PostgreSQL", Cut::Client, share(5, 300)));
    }

    fn a_terminated_backend_leaves_old_or_new() {
        record(run("Backend terminated during `up`, PostgreSQL", Cut::Backend, share(4, 300)));
    }

    fn a_crashed_server_leaves_old_or_new() {
        record(run("Server stopped in immediate mode during `up`, PostgreSQL", Cut::Server, share(3, 300)));
    }
}

/// A server of its own, with a database at an older version, with rows, that each trial gets a copy of.
///
/// `start` is at the old version, and `reference` at the new one.
pub struct Stage {
    cluster: Cluster,
    pub old: State,
    pub new: State,
}

impl Stage {
    pub fn new() -> Self {
        let cluster = Cluster::start().unwrap_or_else(|error| panic!("{error}"));
        // What was acknowledged has to be there after a crash; the cluster's own setting does not promise that.
        admin(&cluster, "ALTER ROLE postgres SET synchronous_commit = on");
        admin(&cluster, "CREATE DATABASE start");
        let url = cluster.url("start");
        let old = block_on(async {
            let mut options = Options::new(url.parse().expect("a URL"));
            options.backups.before_changes = false;
            for step in callboard_migration::history().iter().take(STAGE) {
                runner::up(&options, Goal::Steps(1), &mut |_| {}).await.expect("up");
                let db = connect(&url).await;
                for statement in data::rows_of(Kind::Postgres, step.version()) {
                    sql(&db, &statement).await;
                }
                db.close().await.expect("close");
            }
            state(&url).await
        });
        let mut stage = Self { cluster, new: old.clone(), old };
        stage.copy("start", "reference");
        let dir = scratch_dir();
        stage.up(dir.path(), "reference").run().ok();
        stage.new = block_on(state(&stage.url("reference")));
        assert_ne!(stage.old, stage.new);
        stage
    }

    pub fn url(&self, name: &str) -> String {
        self.cluster.url(name)
    }

    pub fn copy(&self, template: &str, name: &str) {
        admin(&self.cluster, &format!("CREATE DATABASE {name} TEMPLATE {template}"));
    }

    fn up(&self, dir: &Path, name: &str) -> Program {
        migration(dir).args(["up", "--json", "--database-url"]).arg(self.url(name))
    }

    /// Runs a program on a database, and cuts it off at a moment that is waited for.
    pub fn cut(&mut self, name: &str, cut: Cut, program: Program, wait: impl FnOnce(&mut Background)) -> Output {
        // The connection that cuts is there before: the run takes no longer than making one.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("start a runtime");
        let knife = runtime.block_on(connect(&self.url("postgres")));
        let mut run = program.spawn();
        wait(&mut run);
        let limit = Duration::from_secs(30);
        let output = match cut {
            Cut::Client => run.kill(),
            Cut::Backend => {
                let ends = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname";
                runtime.block_on(number(&knife, &format!("{ends} = '{name}'")));
                run.wait(limit)
            }
            Cut::Server => {
                self.cluster.stop_immediately().unwrap_or_else(|error| panic!("{error}"));
                let output = run.wait(limit);
                self.cluster.start_again().unwrap_or_else(|error| panic!("{error}"));
                output
            }
        };
        runtime.block_on(knife.close()).expect("close");
        output
    }

    /// Waits until nobody holds or does anything in a database any more, which may not take long, and reads it.
    #[track_caller]
    pub fn settled(&self, name: &str) -> State {
        // A backend whose client is gone first ends its statement.
        let since = Instant::now();
        let locks = "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database \
                     WHERE l.locktype = 'advisory' AND d.datname =";
        // The control takes no lock, and a commit may be under way.
        let sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname =";
        block_on(async {
            let db = connect(&self.url("postgres")).await;
            for (what, sql) in [("the lock is still held", locks), ("a session still works", sessions)] {
                while number(&db, &format!("{sql} '{name}'")).await > 0 {
                    assert!(since.elapsed() < LOCK, "{what} after {LOCK:?}");
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
            db.close().await.expect("close");
            state(&self.url(name)).await
        })
    }

    pub fn drop(&self, name: &str) {
        admin(&self.cluster, &format!("DROP DATABASE {name} WITH (FORCE)"));
    }
}

/// Waits until a run has begun a step, which is not before `from`, and a moment more.
fn in_a_step(run: &mut Background, from: usize) {
    let step = fastrand::usize(from..=callboard_migration::history().len() - STAGE);
    run.wait_for(&format!("\"kind\":\"started\",\"number\":{step},"));
    std::thread::sleep(Duration::from_micros(fastrand::u64(0..5_000)));
}

/// Cuts runs off until so many were really cut off: some come to their end before.
fn run(test: &str, cut: Cut, count: usize) -> Figures {
    // A run waits for a server that went away: in full, several servers are stopped at a time.
    let lanes = if cut == Cut::Server { share(1, 6) } else { 1 };
    let found: Vec<Lane> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..lanes).map(|_| scope.spawn(|| lane(cut, count.div_ceil(lanes)))).collect();
        workers.into_iter().map(|w| w.join().expect("the panic is printed above")).collect()
    });
    let mut figures = Figures::new(test, count);
    let (mut broke, mut hit) = (0, 0);
    for Lane { trials, control } in found {
        trials.into_iter().for_each(|(hit, failure)| figures.add(hit, failure));
        broke += control.0;
        hit += control.1;
    }
    figures.controlled_by((broke, hit));
    figures
}

/// What was found on one server.
struct Lane {
    /// Whether each run was cut off, and what is wrong then.
    trials: Vec<(bool, Option<String>)>,
    /// How often the control broke, of how often it was cut off.
    control: (usize, usize),
}

fn lane(cut: Cut, count: usize) -> Lane {
    let mut trials = Vec::new();
    let mut stage = Stage::new();
    let dir = scratch_dir();
    for n in 0..4 * count {
        if trials.iter().filter(|(hit, _)| *hit).count() >= count {
            break;
        }
        let name = format!("trial_{n}");
        stage.copy("start", &name);
        let output = stage.cut(&name, cut, stage.up(dir.path(), &name), |run| in_a_step(run, 1));
        let verdict = stage.settled(&name).judge(&stage.old, &stage.new);
        let hit = output.exit != Some(0);
        let failure = look(&stage, dir.path(), &name, cut, &output, &verdict);
        trials.push((hit, failure.err().map(|e| format!("{cut:?}: {e}"))));
        stage.drop(&name);
    }
    let (mut broke, mut hit) = (0, 0);
    for n in 0..4 * count {
        if hit >= count.div_ceil(3).max(3) {
            break;
        }
        let name = format!("control_{n}");
        let args = [stage.url(&name), "up".to_owned(), STAGE.to_string()];
        stage.copy("start", &name);
        let output = stage.cut(&name, cut, control::any(dir.path()).args(args), |run| in_a_step(run, 2));
        let verdict = stage.settled(&name).judge(&stage.old, &stage.new);
        hit += usize::from(output.exit != Some(0));
        broke += usize::from(matches!(verdict, Verdict::Between(_)));
        stage.drop(&name);
    }
    Lane { trials, control: (broke, hit) }
}

/// What the run says is so, and the next `up` does the rest without waiting.
fn look(stage: &Stage, dir: &Path, name: &str, cut: Cut, output: &Output, verdict: &Verdict) -> Result<(), String> {
    let fits = match (output.exit, output.signal) {
        (Some(0), _) => *verdict == Verdict::New,
        (None, Some(9)) => cut == Cut::Client && matches!(verdict, Verdict::Old | Verdict::New),
        // It can't ask a server that is gone whether its COMMIT arrived; before that it knows.
        (Some(10), _) => {
            let sent = output.stdout.contains("\"kind\":\"committing\"");
            sent && cut == Cut::Server && matches!(verdict, Verdict::Old | Verdict::New)
        }
        (Some(1 | 8), _) => *verdict == Verdict::Old,
        _ => false,
    };
    if !fits {
        return Err(format!("{verdict:?}\n{output}"));
    }
    let next = stage.up(dir, name).args(["--lock-timeout", "5"]).run();
    if next.exit != Some(0) {
        return Err(format!("the next up fails\n{next}"));
    }
    match block_on(state(&stage.url(name))) {
        state if state == stage.new => Ok(()),
        state => Err(format!("the next up makes something else: {}", state.difference(&stage.new))),
    }
}

/// One connection.
pub async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.unwrap_or_else(|error| panic!("{url}: {error}"))
}

/// What is in a database.
pub async fn state(url: &str) -> State {
    let db = connect(url).await;
    let state = State::of(&db).await;
    db.close().await.expect("close");
    state
}

/// Runs a statement that belongs to no database.
pub fn admin(cluster: &Cluster, text: &str) {
    block_on(async {
        let db = connect(&cluster.url("postgres")).await;
        sql(&db, text).await;
        db.close().await.expect("close");
    });
}
