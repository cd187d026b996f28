use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs};

use super::Error;

/// How much must be free in /dev/shm for it to be preferred to the disk, in bytes.
const ROOM: u64 = 2 << 30;

/// Waits until the owner is gone, ends what still works in the directory, and removes it.
///
/// Signals are ignored because a terminal or a CI system sends them to the owner and to this shell alike.
const WATCH: &str = r#"
trap '' HUP INT TERM PIPE
read -r _
for process in /proc/[0-9]*; do
    case "$(readlink "$process/cwd" 2>/dev/null)" in
    "$1" | "$1"/*) kill -KILL "${process#/proc/}" 2>/dev/null ;;
    esac
done
for _ in 1 2 3 4 5; do
    rm -rf "$1" && break
    sleep 0.2
done
"#;

/// A directory with mode 0700 that is removed when this value is dropped or its process ends in any way.
///
/// On Linux, processes whose working directory is still inside it are ended (SIGKILL) at that moment.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    watch: Child,
}

impl Directory {
    /// Makes `callboard-<purpose>-<process id>-<random>` in memory (/dev/shm) if 2 GiB are free there, else in the
    /// temp directory.
    pub fn new(purpose: &str) -> Result<Self, Error> {
        let path = create(purpose)?;
        let watch = Command::new("sh")
            .args(["-c", WATCH, "watch"])
            .arg(&path)
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match watch {
            Ok(watch) => Ok(Self { path, watch }),
            Err(source) => {
                let _ = fs::remove_dir_all(&path);
                Err(Error::Io { action: "start sh".to_owned(), source })
            }
        }
    }

    /// The absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // Waiting closes the pipe first, which is what the shell waits for.
        let _ = self.watch.wait();
    }
}

/// Makes a new directory that nobody but the present user can enter.
pub(super) fn create(purpose: &str) -> Result<PathBuf, Error> {
    let name = format!("callboard-{purpose}-{}-{:016x}", std::process::id(), random());
    let path = base().join(name);
    fs::DirBuilder::new().mode(0o700).create(&path).map_err(Error::io(format!("create {}", path.display())))?;
    path.canonicalize().map_err(Error::io(format!("resolve {}", path.display())))
}

fn base() -> PathBuf {
    let memory = Path::new("/dev/shm");
    match rustix::fs::statvfs(memory) {
        Ok(room) if room.f_bavail.saturating_mul(room.f_frsize) >= ROOM => memory.to_owned(),
        _ => env::temp_dir(),
    }
}

fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
