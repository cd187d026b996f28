//! Reading files: any size in bounded memory, and nothing that changes meanwhile.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, Write};
use std::os::unix::fs::{FileTypeExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use callboard_service::entity::FileOperationOperation as Kind;
use callboard_service::file::{Done, NewOperation, Progress, Root, observe, observe_all};
use callboard_service::{Error, ErrorKind, FileProblem};
use support::plain;

use super::ABC;

const MIB: u64 = 1024 * 1024;
/// `truncate -s 5G empty && sha256sum empty`.
const FIVE_GIB_OF_ZEROS: &str = "7f06c62352aebd8125b2a1841e2b9e1ffcbed602f381c3dcb3200200e383d1d5";

plain! {
    fn a_digest_is_that_of_the_standard() {
        let dir = support::scratch_dir();
        fs::write(dir.path().join("abc"), "abc").expect("write");
        fs::write(dir.path().join("empty"), "").expect("write");
        let read = look(dir.path(), "abc").expect("read");
        assert_eq!((read.content_hash.as_deref(), read.size_bytes), (Some(ABC), Some(3)));
        let metadata = read.metadata.expect("metadata");
        assert!(metadata["mode"].as_str().is_some_and(|mode| mode.starts_with("06")), "{metadata}");
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let read = look(dir.path(), "empty").expect("read");
        assert_eq!((read.content_hash.as_deref(), read.size_bytes), (Some(empty), Some(0)));
    }

    /// No limit: it is read in pieces, and `Progress` tells how far that is.
    fn a_sparse_file_of_5_gib_is_read_in_little_memory() {
        let dir = support::scratch_dir();
        File::create(dir.path().join("large")).and_then(|file| file.set_len(5 * 1024 * MIB)).expect("make it");
        let before = peak_memory();
        let progress = Progress::default();
        let read = look_with(dir.path(), "large", &progress).expect("read");
        assert_eq!(read.content_hash.as_deref(), Some(FIVE_GIB_OF_ZEROS));
        assert_eq!((read.size_bytes, progress.bytes()), (Some(5_368_709_120), 5_368_709_120));
        assert_eq!((progress.files(), progress.done()), (1, 1));
        // Other tests run beside it.
        let grown = peak_memory().saturating_sub(before);
        assert!(grown < 1024 * MIB, "{} MiB more than before", grown / MIB);
    }

    fn what_is_no_regular_file_is_refused_without_opening_it() {
        let dir = support::scratch_dir();
        let path = |name: &str| dir.path().join(name);
        fs::create_dir(path("folder")).expect("make a folder");
        let made = std::process::Command::new("mkfifo").arg(path("pipe")).status().expect("run mkfifo");
        assert!(made.success() && fs::metadata(path("pipe")).expect("look").file_type().is_fifo());
        let _listener = UnixListener::bind(path("socket")).expect("make a socket");
        fs::write(path("file"), "abc").expect("write");
        symlink("file", path("link")).expect("link");
        symlink("nowhere", path("dangling")).expect("link");
        symlink("/dev", path("devices")).expect("link");
        for (name, says) in [
            ("folder", "is a folder"),
            ("pipe", "is a named pipe"),
            ("socket", "is a socket"),
            ("link", "is a symbolic link"),
            ("dangling", "is a symbolic link"),
            ("missing", "does not exist"),
            ("file/below", "does not exist"),
        ] {
            let error = look(dir.path(), name).expect_err(name);
            assert!(error.to_string().contains(says), "{name}: {error}");
        }
        assert!(look(dir.path(), "devices/zero").expect_err("outside").to_string().contains("leads out"));
        // A root that holds devices.
        let error = look(Path::new("/dev"), "zero").expect_err("a device");
        assert!(error.to_string().contains("is a device"), "{error}");
    }

    /// All of them are known before the first is read, and keep their order.
    fn many_files_are_one_look() {
        let dir = support::scratch_dir();
        for (name, content) in [("c", "abc"), ("a", "a"), ("b", "")] {
            fs::write(dir.path().join(name), content).expect("write");
        }
        let progress = Progress::default();
        let seen = progress.clone();
        let watcher = std::thread::spawn(move || {
            while seen.files() == 0 {
                std::thread::yield_now();
            }
            seen.files()
        });
        let done = ["c", "a", "b"].map(created);
        let observed = look_at_all(dir.path(), &done, &progress).expect("observe");
        let told: Vec<_> = observed.iter().map(|new| (new.path.as_str(), new.size_bytes)).collect();
        assert_eq!(told, [("c", Some(3)), ("a", Some(1)), ("b", Some(0))]);
        assert_eq!(observed[0].content_hash.as_deref(), Some(ABC));
        assert_eq!((watcher.join().expect("the watcher"), progress.files(), progress.done()), (3, 3, 3));
        let moved = Done { operation: Kind::Move, path: Path::new("old"), new_path: Some(Path::new("c")) };
        let observed = look_at_all(dir.path(), &[created("b"), moved, created("a")], &Progress::default()).expect("observe");
        let told: Vec<_> = observed.iter().map(|new| (new.path.as_str(), new.size_bytes)).collect();
        assert_eq!(told, [("b", Some(0)), ("old", Some(3)), ("a", Some(1))]);
        let error = look_at_all(dir.path(), &["a", "gone", "b"].map(created), &Progress::default()).expect_err("one is gone");
        assert_eq!(error.to_string(), "gone: does not exist");
    }

    /// Its writer never stops, so every read of it meets a change; without the writer it is read at once.
    fn a_file_that_changes_while_it_is_read_is_refused() {
        let dir = support::scratch_dir();
        let path = dir.path().join("busy");
        for grows in [true, false] {
            fs::write(&path, vec![7; 64 * 1024 * 1024]).expect("write");
            assert!(look(dir.path(), "busy").is_ok(), "nobody writes it");
            let (stop, wrote) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
            let mut file = OpenOptions::new().write(true).open(&path).expect("open");
            let (stopped, written) = (Arc::clone(&stop), Arc::clone(&wrote));
            let writer = std::thread::spawn(move || {
                while !stopped.load(Ordering::Relaxed) {
                    // The same size with another content is a change, too.
                    let to = if grows { std::io::SeekFrom::End(0) } else { std::io::SeekFrom::Start(0) };
                    file.seek(to).and_then(|_| file.write_all(b"x")).expect("write");
                    written.store(true, Ordering::Relaxed);
                    std::thread::sleep(Duration::from_micros(200));
                }
            });
            while !wrote.load(Ordering::Relaxed) {
                std::thread::yield_now();
            }
            let read = look(dir.path(), "busy");
            stop.store(true, Ordering::Relaxed);
            writer.join().expect("the writer");
            let error = read.expect_err("it changed");
            assert!(matches!(error, Error::File { problem: FileProblem::Changed, .. }), "{error}");
            assert_eq!(error.kind(), ErrorKind::Conflict);
            assert!(look(dir.path(), "busy").is_ok(), "nobody writes it any more");
        }
    }

    /// Replaced by another of the same name: the digest would be of a file that is not there any more.
    fn a_file_that_is_replaced_while_it_is_read_is_refused() {
        let dir = support::scratch_dir();
        let mut met = 0;
        for _ in 0..20 {
            fs::write(dir.path().join("busy"), vec![7; 64 * 1024 * 1024]).expect("write");
            fs::write(dir.path().join("new"), vec![7; 64 * 1024 * 1024]).expect("write");
            let progress = Progress::default();
            let (seen, folder) = (progress.clone(), dir.path().to_owned());
            let writer = std::thread::spawn(move || {
                while seen.bytes() == 0 {
                    std::thread::yield_now();
                }
                fs::rename(folder.join("new"), folder.join("busy")).expect("rename");
                seen.bytes() < 64 * MIB
            });
            let read = look_with(dir.path(), "busy", &progress);
            // A reader that ended before the writer came to it met nothing.
            if writer.join().expect("the writer") {
                let error = read.expect_err("it was replaced");
                assert!(matches!(error, Error::File { problem: FileProblem::Changed, .. }), "{error}");
                met += 1;
            }
        }
        assert!(met > 0, "the reader always came first");
    }
}

fn look(folder: &Path, name: &str) -> Result<NewOperation, Error> {
    look_with(folder, name, &Progress::default())
}

fn look_with(folder: &Path, name: &str, progress: &Progress) -> Result<NewOperation, Error> {
    let root = Root::at(folder).expect("open the folder");
    runtime().block_on(observe(&root, folder, created(name), progress))
}

fn look_at_all(folder: &Path, done: &[Done<'_>], progress: &Progress) -> Result<Vec<NewOperation>, Error> {
    let root = Root::at(folder).expect("open the folder");
    runtime().block_on(observe_all(&root, folder, done, progress))
}

fn created(name: &str) -> Done<'_> {
    Done { operation: Kind::Create, path: Path::new(name), new_path: None }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// The most memory that this process had at once, in bytes.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("read the process's status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak");
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kib * 1024
}
