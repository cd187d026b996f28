//! What a repository knows of the changes since a time.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use chrono::TimeDelta;
use tokio::process::Command;

use super::Root;
use super::changed::{Change, Changes, at, is_since, may_be_gone_since};
use super::root::{MAX_PATH, is_tools_own};
use crate::clock::Timestamp;
use crate::error::{Error, FileProblem, Result};

/// What differs between the working tree and the last commit before `since`, with what git does not track and does not
/// ignore. None where the root is in no repository.
///
/// Only what changed on disk since then is taken: the base may be older than `since`, and holds changes of before.
///
/// # Errors
/// `File` where a repository is there and git cannot be asked, or refuses: without it nobody knows what is ignored.
pub(super) async fn changes(root: &Root, since: Timestamp) -> Result<Option<(String, Changes)>> {
    match run(root, &["rev-parse", "--is-inside-work-tree"]).await {
        Ok(answer) if answer.starts_with(b"true") => {}
        _ if !has_repository(root.path()) => return Ok(None),
        Ok(_) => return Err(Failed::said("the folder is not in the repository's working tree").at(root)),
        Err(failed) => return Err(failed.at(root)),
    }
    // Commits have whole seconds: one in the second of `since` may come after it.
    let before = (since - TimeDelta::seconds(1)).format("--before=%Y-%m-%dT%H:%M:%SZ").to_string();
    let base = match run(root, &["rev-parse", "--verify", "--quiet", "HEAD"]).await {
        Ok(_) => text(ask(root, &["rev-list", "-1", "--first-parent", &before, "HEAD"]).await?),
        // There is no commit yet.
        Err(failed) if failed.is_silent => None,
        Err(failed) => return Err(failed.at(root)),
    };
    let base = match base {
        Some(base) => base,
        // No commit is that old: then everything is new. Every repository knows the empty tree, by either digest.
        None => text(ask(root, &["hash-object", "-t", "tree", "--stdin"]).await?)
            .ok_or_else(|| Failed::said("it names no empty tree").at(root))?,
    };
    let diff = [
        "diff",
        "--name-status",
        "-z",
        "-M",
        "--relative",
        "--no-ext-diff",
        "--no-textconv",
        "--ignore-submodules=all",
        base.as_str(),
    ];
    let others = ["ls-files", "--others", "--exclude-standard", "-z"];
    let (diff, others) = (ask(root, &diff).await?, ask(root, &others).await?);
    let mut changes = Changes::default();
    for (path, change) in parse(&diff)? {
        add(&mut changes, root, since, path, change)?;
    }
    for path in fields(&others) {
        add(&mut changes, root, since, path, Change::Created)?;
    }
    Ok(Some((base, changes)))
}

fn add(changes: &mut Changes, root: &Root, since: Timestamp, path: PathBuf, change: Change) -> Result<()> {
    if path.iter().any(is_tools_own) {
        return Ok(());
    }
    let Some(name) = path.to_str().filter(|name| name.len() <= MAX_PATH) else {
        changes.skip(&path, "is not UTF-8, or too long");
        return Ok(());
    };
    match at(&root.path().join(&path)) {
        Ok(Some(metadata)) if !is_since(&metadata, since) => {}
        Ok(Some(metadata)) if !metadata.is_file() => changes.skip(&path, "is no regular file"),
        Ok(Some(_)) if change != Change::Deleted => changes.add(name.to_owned(), change)?,
        // Deleted in the index, and there all the same.
        Ok(Some(_)) => changes.add(name.to_owned(), Change::Modified)?,
        Ok(None) if may_be_gone_since(root, name, since) && change == Change::Deleted => {
            changes.add(name.to_owned(), change)?;
        }
        Ok(None) => {}
        Err(error) => changes.skip_unreadable(&path, &error),
    }
    Ok(())
}

/// Paths and what became of them, as `git diff --name-status -z` gives them: `M`, path; `R87`, old path, new path.
fn parse(diff: &[u8]) -> Result<Vec<(PathBuf, Change)>> {
    let (mut changes, mut fields) = (Vec::new(), fields(diff));
    while let Some(status) = fields.next() {
        let broken = || Error::Stored { what: "git's list of changes".to_owned(), why: "it ends early".to_owned() };
        let path = fields.next().ok_or_else(broken)?;
        let status = status.to_string_lossy().chars().next().unwrap_or('M');
        let change = match status {
            'A' => Change::Created,
            'D' => Change::Deleted,
            'R' | 'C' => {
                let new = fields.next().ok_or_else(broken)?;
                let moved = path.to_str().filter(|_| status == 'R').map(|from| Change::Moved { from: from.to_owned() });
                changes.push((new, moved.unwrap_or(Change::Created)));
                continue;
            }
            _ => Change::Modified,
        };
        changes.push((path, change));
    }
    Ok(changes)
}

fn fields(list: &[u8]) -> impl Iterator<Item = PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    let fields = list.split(|byte| *byte == 0).filter(|field| !field.is_empty());
    fields.map(|field| Path::new(std::ffi::OsStr::from_bytes(field)).to_owned())
}

fn text(answer: Vec<u8>) -> Option<String> {
    String::from_utf8(answer).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Whether git, or one who calls it, would find a repository here: it looks upwards, and stays on one file system.
fn has_repository(folder: &Path) -> bool {
    let device = |folder: &Path| folder.metadata().map(|metadata| metadata.dev()).ok();
    let start = device(folder);
    // What may not be looked at counts as there.
    folder
        .ancestors()
        .take_while(|above| device(above) == start)
        .any(|above| !matches!(at(&above.join(".git")), Ok(None)))
}

/// Why git gave no answer.
struct Failed {
    why: String,
    /// It said nothing.
    is_silent: bool,
}

impl Failed {
    fn said(why: impl Into<String>) -> Self {
        Self { why: why.into(), is_silent: false }
    }

    fn at(self, root: &Root) -> Error {
        Error::file(root.path().to_string_lossy(), FileProblem::Git { why: self.why })
    }
}

/// As [`run`], where git has said that it can be asked.
async fn ask(root: &Root, args: &[&str]) -> Result<Vec<u8>> {
    run(root, args).await.map_err(|failed| failed.at(root))
}

/// What git prints, where it ends well. It writes nothing and runs no program that the repository's settings name, but for the
/// `clean` filters of files that differ, without which their contents cannot be compared.
async fn run(root: &Root, args: &[&str]) -> Result<Vec<u8>, Failed> {
    let mut git = Command::new("git");
    git.arg("-C").arg(root.path()).args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]).args(args);
    // A caller's own repository must not be mistaken for the project's.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"] {
        git.env_remove(name);
    }
    git.env("GIT_OPTIONAL_LOCKS", "0").stdin(Stdio::null()).kill_on_drop(true);
    let output = git.output().await.map_err(|error| match error.kind() {
        ErrorKind::NotFound => Failed::said("there is no program 'git' in PATH"),
        _ => Failed::said(error.to_string()),
    })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    // Warnings may stand before what it is about.
    Err(match lines().find(|line| line.starts_with("fatal: ")).or_else(|| lines().next()) {
        Some(line) => Failed::said(line),
        None => Failed { why: format!("`git {}` ended with {}", args.join(" "), output.status), is_silent: true },
    })
}
