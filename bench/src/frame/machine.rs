//! What a run was made on.

use std::fs;
use std::process::Command;

use serde::{Deserialize, Serialize};

/// The machine and the versions, as they are printed beside the figures.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Machine {
    pub cpus: usize,
    pub model: String,
    pub kernel: String,
    pub memory_gib: u64,
    /// What the files that are synced lie on.
    pub disk: String,
    pub sqlite: String,
    pub postgres: String,
    pub rust: String,
    /// Whether the binary was linked as a release is.
    pub build: String,
}

impl Machine {
    pub fn here(disk: &std::path::Path, sqlite: String, postgres: String) -> Self {
        let first = |path: &str, key: &str| {
            let text = fs::read_to_string(path).unwrap_or_default();
            let line = text.lines().find(|line| line.starts_with(key)).map(str::to_owned);
            line.and_then(|line| line.split_once(':').map(|(_, value)| value.trim().to_owned())).unwrap_or_default()
        };
        let kilobytes = first("/proc/meminfo", "MemTotal").trim_end_matches(" kB").parse::<u64>().unwrap_or(0);
        Self {
            cpus: std::thread::available_parallelism().map_or(0, usize::from),
            model: first("/proc/cpuinfo", "model name"),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned(),
            memory_gib: kilobytes >> 20,
            disk: mount(disk),
            sqlite,
            postgres,
            rust: said(Command::new("rustc").arg("--version")),
            build: if cfg!(debug_assertions) { "debug" } else { "release" }.to_owned(),
        }
    }

    /// One line.
    pub fn line(&self) -> String {
        let Self { cpus, model, kernel, memory_gib, disk, sqlite, postgres, rust, build } = self;
        format!(
            "{cpus} CPUs ({model}), {memory_gib} GiB, Linux {kernel}, synced files on {disk}, SQLite {sqlite}, {postgres}, \
             {rust}, {build} build"
        )
    }
}

/// The device and the type of the file system that holds a path.
fn mount(path: &std::path::Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    let held = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ');
        let (device, point, kind) = (words.next()?, words.next()?, words.next()?);
        path.starts_with(point).then(|| (point.len(), format!("{kind} ({device})")))
    });
    held.max_by_key(|(length, _)| *length).map_or_else(String::new, |(_, name)| name)
}

/// The first line that a command prints.
pub fn said(command: &mut Command) -> String {
    let output = command.output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).lines().next().unwrap_or_default().trim().to_owned()
}
