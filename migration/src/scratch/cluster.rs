use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::{env, fs};

use super::{Error, directory, programs};

/// Makes the cluster, says `ready`, waits until its owner is gone, stops the server and removes the directory. Its owner
/// may say `stop` before that, which is answered with `stopped`, and `start`, answered with `ready`.
///
/// It runs as the server's own user, so that it may do all of that. SIGQUIT skips the checkpoint: nothing is kept.
/// Signals are ignored because a terminal or a CI system sends them to the owner and to this shell alike.
const WATCH: &str = r#"
trap '' HUP INT TERM PIPE
dir=$1 bin=$2
shift 2
fail() {
    tail -n 20 "$dir/log" >&2
    rm -rf "$dir"
    exit 1
}
"$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --no-locale --no-sync >"$dir/log" 2>&1 </dev/null || fail
stop() {
    kill -QUIT "$server" 2>/dev/null
    turns=0
    while kill -0 "$server" 2>/dev/null; do
        turns=$((turns + 1))
        [ "$turns" -eq 200 ] && kill -KILL "$server"
        sleep 0.05
    done
}
start() {
    "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c port=5432 -c max_connections=300 \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off \
        -c wal_level=minimal -c max_wal_senders=0 -c timezone=UTC "$@" >>"$dir/log" 2>&1 </dev/null &
    server=$!
    turns=0
    until [ "$(sed -n 8p "$dir/data/postmaster.pid" 2>/dev/null | tr -d ' ')" = ready ]; do
        kill -0 "$server" 2>/dev/null || fail
        turns=$((turns + 1))
        [ "$turns" -eq 1200 ] && { stop; fail; }
        sleep 0.05
    done
    echo ready
}
start "$@"
while read -r order; do
    case "$order" in
    stop) stop; echo stopped ;;
    start) start "$@" ;;
    esac
done
stop
rm -rf "$dir"
"#;

/// A throwaway PostgreSQL server on a Unix socket, without a password, for the user `postgres`.
///
/// Durability and autovacuum are off: it is for tests and checks only. It ends, and its files go, when this value is
/// dropped or its process ends in any way.
#[derive(Debug)]
pub struct Cluster {
    directory: PathBuf,
    watch: Child,
    answers: BufReader<ChildStdout>,
}

impl Cluster {
    /// Starts one (about half a second). As root, the server runs as the user `postgres` or `nobody`.
    ///
    /// # Errors
    /// [`Error::NoServerPrograms`] says what to install; [`Error::NotStarted`] has the end of the server's log.
    pub fn start() -> Result<Self, Error> {
        Self::start_with(&[])
    }

    /// As [`Cluster::start`], with settings such as `fsync=on` in place of its own: for benchmarks.
    ///
    /// # Errors
    /// As there; a setting that the server does not have ends it, with its word in the log.
    pub fn start_with(settings: &[&str]) -> Result<Self, Error> {
        let bin = programs::find()?;
        let user = if rustix::process::geteuid().is_root() { Some(programs::unprivileged_user()?) } else { None };
        let directory = directory::create("postgres")?;
        let started = watch(&directory, &bin, user, settings).and_then(await_ready);
        match started {
            Ok((watch, answers)) => Ok(Self { directory, watch, answers }),
            Err(error) => {
                let _ = fs::remove_dir_all(&directory);
                Err(error)
            }
        }
    }

    /// The URL of a database of this server; `postgres` always exists.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@{}:5432/{database}", encode(&self.directory))
    }

    /// Stops the server in immediate mode, as a crash does: nothing is written any more, every connection ends.
    ///
    /// # Errors
    /// [`Error::Io`] when the shell that watches the server is gone.
    pub fn stop_immediately(&mut self) -> Result<(), Error> {
        self.order("stop", "stopped")
    }

    /// Starts the stopped server again, which recovers from its log first. Databases and URLs are as before.
    ///
    /// # Errors
    /// [`Error::NotStarted`] has the end of the server's log.
    pub fn start_again(&mut self) -> Result<(), Error> {
        self.order("start", "ready")
    }

    fn order(&mut self, order: &str, expected: &str) -> Result<(), Error> {
        if let Some(input) = &mut self.watch.stdin {
            writeln!(input, "{order}").map_err(Error::io("write to sh"))?;
        }
        let mut line = String::new();
        self.answers.read_line(&mut line).map_err(Error::io("read from sh"))?;
        if line.trim_end() == expected { Ok(()) } else { Err(Error::NotStarted { log: log(&mut self.watch) }) }
    }

    /// Where its data, its socket and its log are.
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Waiting closes the pipe first, which is what the shell waits for.
        let _ = self.watch.wait();
    }
}

fn watch(directory: &Path, bin: &Path, user: Option<(u32, u32)>, settings: &[&str]) -> Result<Child, Error> {
    let mut command = Command::new("sh");
    command.args(["-c", WATCH, "watch"]).arg(directory).arg(bin);
    command.args(settings.iter().flat_map(|setting| ["-c", setting])).current_dir(directory).process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // A PGDATA or PGOPTIONS of the caller must not reach the server.
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C");
    if let Some((uid, gid)) = user {
        chown(directory, Some(uid), Some(gid)).map_err(Error::io("hand the directory to the server's user"))?;
        command.uid(uid).gid(gid);
    }
    command.spawn().map_err(Error::io("start sh"))
}

fn await_ready(mut watch: Child) -> Result<(Child, BufReader<ChildStdout>), Error> {
    if let Some(output) = watch.stdout.take() {
        let mut answers = BufReader::new(output);
        let mut line = String::new();
        answers.read_line(&mut line).map_err(Error::io("read from sh"))?;
        if line.trim_end() == "ready" {
            return Ok((watch, answers));
        }
    }
    Err(Error::NotStarted { log: log(&mut watch) })
}

/// What the ending shell says of the server's log.
fn log(watch: &mut Child) -> String {
    let mut log = String::new();
    if let Some(mut errors) = watch.stderr.take() {
        let _ = errors.read_to_string(&mut log);
    }
    let _ = watch.wait();
    log
}

/// Percent-encodes a path, so that it can stand in a URL as the host.
fn encode(path: &Path) -> String {
    let mut encoded = String::new();
    for byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            encoded.push(char::from(*byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
