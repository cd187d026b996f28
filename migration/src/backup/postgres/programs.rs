//! Finds PostgreSQL's client programs, and runs them without a secret in their arguments.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::{env, fs};

use sea_orm::sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;

use crate::error::Error;
use crate::runner::postgres_options;
use crate::target::DatabaseUrl;

/// Where distributions put one folder a major version: the part before and after the version.
const VERSIONED: &[(&str, &str, &str)] = &[
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
];
/// Homebrew's clients without a server.
const CLIENTS: &[&str] = &["/opt/homebrew/opt/libpq/bin", "/usr/local/opt/libpq/bin"];
/// As much of a program's stderr is kept.
const LONGEST: u64 = 16 << 10;

/// The folder that holds `pg_dump` and `pg_restore`, and their major version.
#[derive(Clone, Debug)]
pub(super) struct Programs {
    bin: PathBuf,
    major: u32,
}

impl Programs {
    /// Those of PG_BIN, else the first on PATH or in the usual folders that are as new as the server.
    ///
    /// `server` is the server's major version; 0 where there is none, and then the newest are taken.
    pub(super) async fn find(server: u32) -> Result<Self, Error> {
        let mut newest: Option<Self> = None;
        for bin in folders() {
            let Some(major) = version(&bin.join("pg_dump")).await else { continue };
            if server > 0 && major >= server {
                return Ok(Self { bin, major });
            }
            if newest.as_ref().is_none_or(|n| major > n.major) {
                newest = Some(Self { bin, major });
            }
        }
        match newest {
            None => Err(Error::NoClientPrograms { searched: searched() }),
            Some(found) if found.major < server => Err(Error::OldClientPrograms { found: found.major, server }),
            Some(found) => Ok(found),
        }
    }

    /// A program of the set that connects as the URL says.
    pub(super) fn connecting(&self, program: &str, url: &DatabaseUrl) -> Result<Command, Error> {
        let mut command = self.command(program);
        command.envs(environment(url, self.major)?).stdin(Stdio::null());
        Ok(command)
    }

    /// `pg_restore` that turns a dump on its stdin into SQL on its stdout.
    pub(super) fn reading(&self, dump: fs::File) -> Command {
        let mut command = self.command("pg_restore");
        command.args(["--no-owner", "--no-privileges", "--file=-"]).stdin(Stdio::from(dump));
        command
    }

    fn command(&self, program: &str) -> Command {
        let mut command = bare(&self.bin.join(program));
        command.env("LC_ALL", "C").stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        command
    }
}

/// A client program at work. Dropped before it ended, it is killed.
#[derive(Debug)]
pub(super) struct Running {
    name: &'static str,
    child: Child,
    errors: JoinHandle<String>,
}

impl Running {
    /// Starts it, and gives what it will print.
    pub(super) fn start(name: &'static str, command: &mut Command) -> Result<(Self, ChildStdout), Error> {
        let failed = |reason: String| Error::ClientProgram { program: name, reason };
        let mut child = command.spawn().map_err(|e| failed(e.to_string()))?;
        let (Some(output), Some(errors)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(failed("it has no output".to_owned()));
        };
        Ok((Self { name, child, errors: tokio::spawn(keep(errors)) }, output))
    }

    /// Waits for its end; what it said when it failed, without the password.
    pub(super) async fn end(mut self, url: Option<&DatabaseUrl>) -> Result<(), Error> {
        let failed = |reason: String| Error::ClientProgram { program: self.name, reason };
        let status = self.child.wait().await.map_err(|e| failed(e.to_string()))?;
        let said = self.errors.await.unwrap_or_default();
        if status.success() {
            return Ok(());
        }
        let said = url.map_or_else(|| said.clone(), |u| u.redact(&said));
        let lines: Vec<&str> = said.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
        Err(failed(if lines.is_empty() { status.to_string() } else { lines.join("; ") }))
    }

    /// Its end, after its output was read. Where reading ended before the output did, that is the cause: the program
    /// only says that its pipe is broken, if it says anything.
    pub(super) async fn end_read<T>(
        self,
        read: Result<T, Error>,
        at_end: bool,
        url: Option<&DatabaseUrl>,
    ) -> Result<T, Error> {
        if read.is_err() && !at_end {
            return read;
        }
        self.end(url).await?;
        read
    }
}

/// Reads all, so that the writer never waits, and keeps the beginning.
async fn keep(mut errors: impl AsyncRead + Unpin) -> String {
    let mut kept = Vec::new();
    let _ = (&mut errors).take(LONGEST).read_to_end(&mut kept).await;
    let _ = tokio::io::copy(&mut errors, &mut tokio::io::sink()).await;
    String::from_utf8_lossy(&kept).into_owned()
}

fn folders() -> Vec<PathBuf> {
    if let Some(chosen) = chosen() {
        return vec![chosen];
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let mut installed: Vec<(u32, PathBuf)> =
        VERSIONED.iter().flat_map(|(root, prefix, bin)| versions(Path::new(root), prefix, bin)).collect();
    installed.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    let all = env::split_paths(&path).chain(installed.into_iter().map(|(_, bin)| bin));
    let all = all.chain(CLIENTS.iter().map(PathBuf::from));
    distinct(all.filter(|bin| bin.join("pg_dump").is_file() && bin.join("pg_restore").is_file()))
}

/// Each folder once, by the first of its names: each is asked for its version, and `/bin` is `/usr/bin`.
fn distinct(folders: impl Iterator<Item = PathBuf>) -> Vec<PathBuf> {
    let mut seen = BTreeSet::new();
    folders.filter(|bin| seen.insert(fs::canonicalize(bin).unwrap_or_else(|_| bin.clone()))).collect()
}

fn chosen() -> Option<PathBuf> {
    env::var_os("PG_BIN").filter(|v| !v.is_empty()).map(PathBuf::from)
}

fn searched() -> String {
    match chosen() {
        Some(bin) => format!("PG_BIN ({})", bin.display()),
        None => "PATH, /usr/lib/postgresql/*/bin, /usr/pgsql-*/bin and Homebrew's folders".to_owned(),
    }
}

fn versions(root: &Path, prefix: &str, bin: &str) -> Vec<(u32, PathBuf)> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let version = |name: OsString| name.to_str()?.strip_prefix(prefix)?.parse().ok();
    entries.filter_map(|e| Some((version(e.file_name())?, e.path().join(bin)))).collect()
}

/// A program that knows nothing of our connection, nor of the caller's.
fn bare(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
        command.env_remove(name);
    }
    command.env_remove("DATABASE_URL");
    command
}

/// `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0)` is 15; none when it does not run.
async fn version(pg_dump: &Path) -> Option<u32> {
    let output = bare(pg_dump).arg("--version").stdin(Stdio::null()).kill_on_drop(true).output().await.ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (_, number) = text.split_once(") ")?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The connection as the driver understands the URL, for libpq: the URL itself would show in the list of processes.
fn environment(url: &DatabaseUrl, major: u32) -> Result<Vec<(&'static str, OsString)>, Error> {
    let options = postgres_options(url)?;
    let given = |names: &[&str], variable: &str| {
        let pair = url.postgres().and_then(|u| u.query_pairs().filter(|(key, _)| names.contains(&&**key)).last());
        pair.map(|(_, value)| OsString::from(value.into_owned())).or_else(|| env::var_os(variable))
    };
    let mut out: Vec<(&'static str, OsString)> = vec![
        ("PGHOST", host(&options).into()),
        ("PGPORT", options.get_port().to_string().into()),
        ("PGUSER", options.get_username().into()),
        ("PGDATABASE", options.get_database().unwrap_or(options.get_username()).into()),
        ("PGAPPNAME", "callboard migration".into()),
        ("PGCONNECT_TIMEOUT", "15".into()),
    ];
    let mode = match options.get_ssl_mode() {
        PgSslMode::Disable => "disable",
        PgSslMode::Allow => "allow",
        PgSslMode::Prefer => "prefer",
        PgSslMode::Require => "require",
        PgSslMode::VerifyCa => "verify-ca",
        PgSslMode::VerifyFull => "verify-full",
    };
    out.push(("PGSSLMODE", mode.into()));
    let root = given(&["sslrootcert", "ssl-root-cert", "ssl-ca"], "PGSSLROOTCERT");
    // The driver trusts the system's certificates where none is named; libpq does when it is told to.
    let system = (mode == "verify-full" && major >= 16).then(|| OsString::from("system"));
    let optional = [
        ("PGSSLROOTCERT", root.or(system)),
        ("PGSSLCERT", given(&["sslcert", "ssl-cert"], "PGSSLCERT")),
        ("PGSSLKEY", given(&["sslkey", "ssl-key"], "PGSSLKEY")),
        ("PGOPTIONS", options.get_options().map(OsString::from)),
        ("PGPASSWORD", url.password().map(OsString::from).or_else(|| env::var_os("PGPASSWORD"))),
        ("PGPASSFILE", env::var_os("PGPASSFILE")),
    ];
    out.extend(optional.into_iter().filter_map(|(name, value)| Some((name, value?))));
    Ok(out)
}

/// A host's name, or the folder of a socket.
pub(super) fn host(options: &PgConnectOptions) -> String {
    options.get_socket().map_or_else(|| options.get_host().to_owned(), |s| s.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::distinct;

    #[test]
    fn a_folder_of_two_names_is_asked_once() {
        let named = ["/usr", "/none/such", "/usr/../usr", "/", "/none/such", "/usr"];
        let found = distinct(named.iter().map(PathBuf::from));
        assert_eq!(found, ["/usr", "/none/such", "/"].map(Path::new));
    }
}
