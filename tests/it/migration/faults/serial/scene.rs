//! The database of the rounds: at any version, with the rows of its base, on either server.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use callboard_migration::backup::{self, Reason};
use callboard_migration::runner::{self, DownGoal, Goal, HISTORY_TABLE, OnLoss, Options};
use callboard_migration::scratch::Cluster;
use callboard_migration::target;
use support::cli::{Program, migration};
use support::{Kind, scratch_dir};
use tempfile::TempDir;

use super::super::block_on;
use super::super::postgres::{admin, connect};
use super::super::scenario::{names, url};
use super::super::state::{State, sound, texts};
use super::Ask;
use super::order::{At, Base, Model, Said};
use crate::migration::common::{number, sql};
use crate::migration::data::value::V;

/// The version of the backup.
const BACKUP: usize = 9;
/// The version of the other base.
const START: usize = 16;
/// The database of the rounds.
const BOARD: &str = "board";

/// The bases, and what the rounds found out.
pub struct Scene {
    kind: Kind,
    dir: TempDir,
    /// PostgreSQL's server.
    cluster: Option<Cluster>,
    backup: PathBuf,
    pub model: Rc<Model>,
    /// When each step of the two bases was applied.
    applied: [Vec<String>; 2],
    /// What a database holds that was taken there by one process after another.
    known: HashMap<At, State>,
}

impl Scene {
    pub fn new(kind: Kind) -> Self {
        let dir = scratch_dir();
        let cluster = (kind == Kind::Postgres).then(|| Cluster::start().unwrap_or_else(|error| panic!("{error}")));
        let rows = [
            vec![("board_users", 5), ("board_projects", 1), ("work_items", 3)],
            vec![("board_users", 3), ("board_projects", 1), ("work_items", 2)],
        ];
        let target = if kind == Kind::Sqlite { target::Kind::Sqlite } else { target::Kind::Postgres };
        let model = Rc::new(Model::new(target, BACKUP, rows));
        let (backup, applied, known) = (PathBuf::new(), [Vec::new(), Vec::new()], HashMap::new());
        let mut scene = Self { kind, dir, cluster, backup, model, applied, known };
        scene.make_bases();
        scene
    }

    fn make_bases(&mut self) {
        if let Some(cluster) = &self.cluster {
            admin(cluster, &format!("CREATE DATABASE {BOARD}"));
        }
        let user = |n: u32| {
            format!(
                "INSERT INTO board_users (id, name, created_at, updated_at) VALUES ({}, 'u{n}', {AT}, {AT})",
                self.id(n)
            )
        };
        let item = |n: u32| {
            format!(
                "INSERT INTO work_items (id, project_id, key, type, title, status, priority, revision, created_at, \
                 updated_at) VALUES ({}, {}, 'P-{n}', 'task', 'T', 'todo', 2, 0, {AT}, {AT})",
                self.id(n),
                self.id(1)
            )
        };
        let project = format!(
            "INSERT INTO board_projects (id, slug, name, key_prefix, next_item_number, next_decision_number, status, \
             created_at, updated_at) VALUES ({}, 'p', 'P', 'P', 9, 1, 'active', {AT}, {AT})",
            self.id(1)
        );
        let older = [user(1), user(2), user(3), project, item(1), item(2)];
        let newer =
            [user(4), user(5), item(3), "UPDATE work_items SET blocked_reason = 'x' WHERE key = 'P-1'".to_owned()];
        let mut backup = None;
        for (base, version, rows) in [(Base::Backup, BACKUP, &older[..]), (Base::Start, START, &newer[..])] {
            let mut options = self.options(BOARD);
            block_on(async {
                runner::up(&options, Goal::To(super::name(version)), &mut |_| {}).await.expect("up");
                let db = connect(&self.url_of(BOARD)).await;
                for statement in rows {
                    sql(&db, statement).await;
                }
                db.close().await.expect("close");
                if base == Base::Backup {
                    options.backups.folder = Some(self.dir.path().join("backup"));
                    backup = Some(backup::take(&options, Reason::Asked, &mut |_| {}).await.expect("a backup"));
                }
            });
            self.copy(BOARD, name(base));
        }
        self.backup = backup.expect("a backup").path;
        for base in [Base::Start, Base::Backup] {
            self.applied[base as usize] = block_on(applied(&self.url_of(name(base))));
        }
    }

    fn id(&self, n: u32) -> String {
        V::Id(n).sql(self.kind)
    }

    /// Of a SQLite file.
    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(format!("{name}.db"))
    }

    fn url_of(&self, name: &str) -> String {
        match &self.cluster {
            Some(cluster) => cluster.url(name),
            None => url(&self.path(name)),
        }
    }

    pub fn url(&self) -> String {
        self.url_of(BOARD)
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    fn options(&self, name: &str) -> Options {
        let mut options = Options::new(self.url_of(name).parse().expect("a URL"));
        options.backups.before_changes = false;
        options
    }

    /// A copy of a database that nobody has open, in place of what is there.
    fn copy(&self, from: &str, to: &str) {
        self.remove(to);
        match &self.cluster {
            Some(cluster) => admin(cluster, &format!("CREATE DATABASE {to} TEMPLATE {from}")),
            None => drop(std::fs::copy(self.path(from), self.path(to)).expect("copy the file")),
        }
    }

    fn remove(&self, name: &str) {
        if let Some(cluster) = &self.cluster {
            return admin(cluster, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
        for ending in ["", "-wal", "-shm", "-journal"] {
            // Not all of them are there.
            let _ = std::fs::remove_file(self.dir.path().join(format!("{name}.db{ending}")));
        }
    }

    /// Makes a database by one run after another.
    fn make(&self, at: At, name: &str) {
        self.copy(self::name(at.base), name);
        let options = self.options(name);
        block_on(async {
            if at.lowest < if at.base == Base::Start { START } else { BACKUP } {
                let down = if at.lowest == 0 { DownGoal::All } else { DownGoal::To(super::name(at.lowest)) };
                runner::down(&options, down, OnLoss::Accept, &mut |_| {}).await.expect("down");
            }
            if at.version > at.lowest {
                runner::up(&options, Goal::To(super::name(at.version)), &mut |_| {}).await.expect("up");
            }
        });
    }

    /// A fresh database at any version, in either journal mode, and where it is.
    pub fn begin(&self, n: usize) -> At {
        let version = fastrand::usize(1..=self.model.newest());
        let at = At { version, base: Base::Start, lowest: version.min(START) };
        self.make(at, BOARD);
        if self.kind == Kind::Sqlite {
            let mode = ["wal", "delete"][n % 2];
            block_on(async {
                let db = connect(&self.url()).await;
                assert_eq!(texts(&db, &format!("PRAGMA journal_mode = {mode}")).await, [mode]);
                db.close().await.expect("close");
            });
        }
        // What the last round kept.
        let _ = std::fs::remove_dir_all(self.dir.path().join("backups"));
        at
    }

    /// The command; `up` and `down` seldom take a backup first, which takes its time.
    pub fn program(&self, ask: Ask, patience: Option<u64>) -> Program {
        let mut program = migration(self.dir.path()).args(ask.args()).args(["--json", "--backup-dir", "backups"]);
        program = program.arg("--database-url").arg(self.url());
        if let Some(seconds) = patience {
            program = program.arg("--lock-timeout").arg(seconds.to_string());
        }
        match ask {
            Ask::Restore => program.arg(&self.backup),
            _ if fastrand::u32(0..8) > 0 => program.arg("--no-backup"),
            _ => program,
        }
    }

    /// Where the database is, if there is an order of the commands that ends there.
    pub fn end(&mut self, start: At, said: &[(Ask, Said)]) -> Result<At, String> {
        let found = block_on(self.look())?;
        let model = Rc::clone(&self.model);
        let applied = block_on(applied(&self.url()));
        let mut near = None;
        // Rows do not tell all orders apart: when a step was applied does, too.
        let order = model.order(start, said, &mut |at| {
            let kept = |n: usize| self.applied[at.base as usize].get(n) == applied.get(n);
            let how = match (0..applied.len()).find(|n| kept(*n) != (*n < at.lowest)) {
                Some(n) => Some(format!("{at:?}, but of step {} the history says {}", n + 1, applied[n])),
                None if at.version == found.version() && *self.known(at) == found => None,
                None => Some(self.known(at).difference(&found)),
            };
            let fits = how.is_none();
            near = near.take().or(how);
            fits
        });
        let Some(order) = order else {
            let near = near.map(|how| format!("; one leads somewhere else: {how}")).unwrap_or_default();
            return Err(format!("no order leads to the {} steps that are applied{near}", found.version()));
        };
        Ok(order.last().map_or(start, |(_, at)| *at))
    }

    /// What one process after another makes.
    fn known(&mut self, at: At) -> &State {
        if !self.known.contains_key(&at) {
            self.make(at, "known");
            let state = block_on(async {
                let db = connect(&self.url_of("known")).await;
                let state = State::of(&db).await;
                db.close().await.expect("close");
                state
            });
            self.known.insert(at, state);
        }
        &self.known[&at]
    }

    /// Reads the database, which must be sound and hold nothing that a run made for itself.
    async fn look(&self) -> Result<State, String> {
        let db = match self.kind {
            Kind::Sqlite => sound(&self.path(BOARD)).await?,
            Kind::Postgres => connect(&self.url()).await,
        };
        let state = State::of(&db).await;
        let sides = match self.kind {
            Kind::Sqlite => 0,
            Kind::Postgres => number(&db, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'callboard%'").await,
        };
        db.close().await.expect("close");
        if sides == 0 { Ok(state) } else { Err(format!("{sides} schemas of restores are left")) }
    }

    /// `verify` finds nothing, the backups are whole, and the next `up` does the rest unaided.
    pub fn goes_on(&mut self, at: At) -> Result<At, String> {
        let run = |args: &[&str]| {
            let program = migration(self.dir.path()).args(args.iter().copied()).arg("--database-url").arg(self.url());
            let output = program.run();
            if output.exit == Some(0) { Ok(()) } else { Err(format!("afterwards {output}")) }
        };
        if at.version > 0 {
            run(&["verify"])?;
        }
        run(&["up", "--no-backup", "--lock-timeout", "5"])?;
        run(&["verify"])?;
        let next = At { version: self.model.newest(), ..at };
        let found = block_on(self.look())?;
        if *self.known(next) != found {
            return Err(format!("the next up makes something else: {}", found.difference(self.known(next))));
        }
        let mut options = self.options(BOARD);
        options.backups.folder = Some(self.dir.path().join("backups"));
        let (taken, broken) = backup::list(&options).map_err(|e| e.to_string())?;
        for one in &taken {
            block_on(backup::check(one)).map_err(|e| e.to_string())?;
        }
        let files = names(&self.dir.path().join("backups")).into_iter().filter(|name| name != ".lock").count();
        let tidy = broken.is_empty() && files == 2 * taken.len();
        if tidy { Ok(at) } else { Err(format!("{} backups in {files} files, {broken:?}", taken.len())) }
    }
}

const AT: &str = "'2026-01-01 00:00:00+00:00'";

fn name(base: Base) -> &'static str {
    match base {
        Base::Start => "base_start",
        Base::Backup => "base_backup",
    }
}

/// Which database a URL is of.
pub fn kind_of(url: &str) -> target::Kind {
    if url.starts_with("sqlite") { target::Kind::Sqlite } else { target::Kind::Postgres }
}

/// When each step was applied, in order.
async fn applied(url: &str) -> Vec<String> {
    let db = connect(url).await;
    let there = runner::describe(&db, kind_of(url), None).await.expect("describe").contains(HISTORY_TABLE);
    let ask = format!("SELECT version || ' ' || cast(applied_at AS text) FROM {HISTORY_TABLE} ORDER BY version");
    let found = if there { texts(&db, &ask).await } else { Vec::new() };
    db.close().await.expect("close");
    found
}
