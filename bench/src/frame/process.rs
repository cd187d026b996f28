//! What is compared runs in a process of its own, on as many processors as it is allowed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use serde_json::Value;

use super::Result;

/// Which processors a process may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cpus {
    All,
    One,
}

impl Cpus {
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all CPUs",
            Self::One => "one CPU",
        }
    }
}

/// Runs a command to its end, and gives what it prints.
pub fn output(mut command: Command, cpus: Cpus) -> Result<String> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // The child has the processors of the thread that starts it.
    let started = std::thread::spawn(move || {
        if cpus == Cpus::One {
            let mut one = CpuSet::new();
            let first = sched_getaffinity(None).map(|set| (0..1024).find(|cpu| set.is_set(*cpu)))?;
            one.set(first.unwrap_or(0));
            sched_setaffinity(None, &one)?;
        }
        let output = command.output();
        output.map(|output| (output, format!("{command:?}")))
    });
    let (output, line) = started.join().map_err(|_| "the thread that started a process panicked")??;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{line}: {}\n{errors}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The same of a command whose last line is a JSON document.
pub fn json(command: Command, cpus: Cpus) -> Result<Value> {
    let text = output(command, cpus)?;
    Ok(serde_json::from_str(text.lines().last().unwrap_or_default())?)
}

/// This binary.
pub fn own() -> Result<Command> {
    Ok(Command::new(std::env::current_exe()?))
}

/// A binary of the same build.
pub fn beside(name: &str) -> Result<PathBuf> {
    let binary = std::env::current_exe()?.with_file_name(name);
    if binary.is_file() {
        Ok(binary)
    } else {
        Err(format!("{} is missing: build the workspace", binary.display()).into())
    }
}

/// The binary of a package below bench/peers, built first where it is not up to date.
///
/// They lie outside of the workspace: in one graph they would pull the version of SQLite's library below the one that is
/// asked for. They are built beside this build, in `peers`.
pub fn peer(name: &str) -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let target = own.parent().and_then(Path::parent).ok_or("a binary outside of a target directory")?.join("peers");
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(name).join("Cargo.toml");
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--quiet", "--release", "--locked", "--manifest-path"]).arg(manifest);
    cargo.env("CARGO_TARGET_DIR", &target);
    output(cargo, Cpus::All)?;
    Ok(target.join("release").join(format!("callboard-peer-{name}")))
}
