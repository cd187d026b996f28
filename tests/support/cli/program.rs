use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{Background, Output, binaries};
use crate::child::VARIABLE;

/// A program to be started, with an environment of its own: PATH of the tests, HOME and the working directory in a
/// scratch directory, COLUMNS=100, TERM=dumb, TZ=UTC, and what [`Program::env`] adds.
#[derive(Clone, Debug)]
pub struct Program {
    path: PathBuf,
    args: Vec<OsString>,
    env: BTreeMap<OsString, OsString>,
    dir: PathBuf,
    stdin: Option<Vec<u8>>,
    limit: Duration,
}

/// The built `callboard`, to be run in `dir`.
pub fn callboard(dir: &Path) -> Program {
    Program::new(binaries::path("callboard"), dir)
}

/// The built `migration`, to be run in `dir`.
pub fn migration(dir: &Path) -> Program {
    Program::new(binaries::path("migration"), dir)
}

/// The built `fixture`, to be run in `dir`.
pub fn fixture(dir: &Path) -> Program {
    Program::new(binaries::path("fixture"), dir)
}

/// This test binary, to run a body of `child!`; the macro calls it.
pub fn child(path: &str, dir: &Path) -> Program {
    tests(dir).env(VARIABLE, path)
}

/// This test binary, to run tests as a process of its own: the arguments are libtest's.
pub fn tests(dir: &Path) -> Program {
    Program::new(env::current_exe().expect("name the test binary"), dir)
}

impl Program {
    fn new(path: PathBuf, dir: &Path) -> Self {
        let mut env = BTreeMap::new();
        env.insert("PATH".into(), env::var_os("PATH").unwrap_or_default());
        env.insert("HOME".into(), dir.into());
        for (name, value) in [("COLUMNS", "100"), ("TERM", "dumb"), ("TZ", "UTC")] {
            env.insert(name.into(), value.into());
        }
        Self { path, args: Vec::new(), env, dir: dir.to_owned(), stdin: None, limit: Duration::from_secs(60) }
    }

    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    pub fn args<I: IntoIterator<Item: Into<OsString>>>(mut self, args: I) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env.insert(name.as_ref().to_owned(), value.as_ref().to_owned());
        self
    }

    pub fn env_remove(mut self, name: impl AsRef<OsStr>) -> Self {
        self.env.remove(name.as_ref());
        self
    }

    /// Runs it by another program, such as a tracer: that one's arguments, then this program's path and arguments.
    pub fn through<I: IntoIterator<Item: Into<OsString>>>(mut self, path: impl Into<PathBuf>, args: I) -> Self {
        let inner = std::mem::replace(&mut self.path, path.into());
        let own = std::mem::take(&mut self.args);
        self.args.extend(args.into_iter().map(Into::into));
        self.args.push(inner.into());
        self.args.extend(own);
        self
    }

    /// The working directory; HOME stays.
    pub fn current_dir(mut self, dir: &Path) -> Self {
        dir.clone_into(&mut self.dir);
        self
    }

    /// What it reads; without this, stdin is empty.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// How long [`Program::run`] waits before it kills and panics; 60 s if not set.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs it to its end.
    #[track_caller]
    pub fn run(self) -> Output {
        let limit = self.limit;
        self.spawn().wait(limit)
    }

    /// Starts it; it is killed when the value is dropped.
    #[track_caller]
    pub fn spawn(self) -> Background {
        let mut command = Command::new(&self.path);
        command.args(&self.args).env_clear().envs(&self.env).current_dir(&self.dir);
        command.stdin(if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let args: Vec<_> = self.args.iter().map(|arg| arg.to_string_lossy()).collect();
        let child = command.spawn().unwrap_or_else(|error| panic!("cannot start {}: {error}", self.path.display()));
        Background::new(format!("{name} {}", args.join(" ")), child, self.stdin)
    }
}
