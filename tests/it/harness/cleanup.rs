//! What a test process makes is gone after its end, however it ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use callboard_migration::scratch::{Cluster, Directory};
use support::cli::Background;
use support::{child, plain, scratch_dir};

child! {
    /// Starts a cluster and a directory with a program in it, prints where they are, and waits to be killed.
    #[expect(clippy::zombie_processes, reason = "what nobody waits for must go too")]
    async fn owner(_args: Vec<String>) {
        let cluster = Cluster::start().expect("start a cluster");
        let directory = Directory::new("owner").expect("make a directory");
        let mut program = std::process::Command::new("sleep");
        let program = program.arg("600").current_dir(directory.path()).spawn().expect("start sleep");
        let server = fs::read_to_string(cluster.directory().join("data/postmaster.pid")).expect("read the server's id");
        let server = server.lines().next().expect("a first line");
        println!("{} {} {server} {} end", cluster.directory().display(), directory.path().display(), program.id());
        tokio::time::sleep(Duration::from_secs(600)).await;
    }

    /// Drops its cluster and its directory, prints where they were, and ends.
    async fn polite_owner(_args: Vec<String>) {
        let cluster = Cluster::start().expect("start a cluster");
        let directory = Directory::new("owner").expect("make a directory");
        println!("{} {} 0 0 end", cluster.directory().display(), directory.path().display());
    }

    /// Panics while it owns a cluster and a directory.
    async fn panicking_owner(_args: Vec<String>) {
        let cluster = Cluster::start().expect("start a cluster");
        let directory = Directory::new("owner").expect("make a directory");
        println!("{} {} 0 0 end", cluster.directory().display(), directory.path().display());
        panic!("on purpose");
    }
}

plain! {
    fn nothing_is_left_after_sigkill() {
        nothing_is_left_after(Background::kill);
    }

    /// Not SIGINT, whose default action is the same: shells let what they start in the background ignore it.
    fn nothing_is_left_after_sigterm() {
        nothing_is_left_after(|owner| {
            owner.terminate();
            owner.wait(Duration::from_secs(10))
        });
    }

    fn nothing_is_left_after_a_normal_end() {
        let dir = scratch_dir();
        let (directories, _) = traces(&polite_owner(dir.path()).run().ok().stdout);
        assert_eq!(left(&directories, &[]), Vec::<String>::new());
    }

    fn nothing_is_left_after_a_panic() {
        let dir = scratch_dir();
        let (directories, _) = traces(&panicking_owner(dir.path()).run().code(101).stdout);
        assert_eq!(left(&directories, &[]), Vec::<String>::new());
    }
}

fn nothing_is_left_after(end: fn(Background) -> support::cli::Output) {
    let dir = scratch_dir();
    let mut owner = owner(dir.path()).spawn();
    owner.wait_for("end");
    let (directories, processes) = traces(&owner.stdout());
    assert_eq!(left(&directories, &processes).len(), 4, "the owner did not make what it says");
    let output = end(owner);
    assert!(output.signal.is_some(), "{output}");

    let deadline = Instant::now() + Duration::from_secs(10);
    while !left(&directories, &processes).is_empty() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(left(&directories, &processes), Vec::<String>::new());
}

fn traces(printed: &str) -> (Vec<PathBuf>, Vec<String>) {
    let words: Vec<&str> = printed.split_whitespace().collect();
    (words[..2].iter().map(PathBuf::from).collect(), words[2..4].iter().map(|id| (*id).to_owned()).collect())
}

fn left(directories: &[PathBuf], processes: &[String]) -> Vec<String> {
    let directories = directories.iter().filter(|path| path.exists()).map(|path| path.display().to_string());
    let processes = processes.iter().filter(|id| is_alive(id)).map(|id| format!("process {id}"));
    directories.chain(processes).collect()
}

/// A zombie that nobody has waited for yet holds nothing any more.
fn is_alive(id: &str) -> bool {
    if !Path::new("/proc/self").exists() {
        return std::process::Command::new("kill").args(["-0", id]).status().is_ok_and(|status| status.success());
    }
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
}
