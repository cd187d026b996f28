//! The library sees every call that changes a file: strace, which sees the kernel's side, has the same list.

use std::path::{Path, PathBuf};

use support::shim::{Calls, Fault, variables};
use support::{plain, scratch_dir};

use super::scenario::{Direction, Journal, Scenario};

/// All calls by which a process can change what a file holds or is called, also those that the library does not know.
const TRACED: &str = "write,pwrite64,writev,pwritev,pwritev2,fsync,fdatasync,sync_file_range,ftruncate,truncate,\
                      fallocate,copy_file_range,sendfile,splice,rename,renameat,renameat2,unlink,unlinkat,link,linkat,\
                      symlink,symlinkat,msync,io_uring_enter";

plain! {
    fn strace_sees_the_same_calls() {
        for (journal, direction) in [
            (Journal::Wal, Direction::Up),
            (Journal::Delete, Direction::Up),
            (Journal::Wal, Direction::Down),
            (Journal::Delete, Direction::Down),
        ] {
            let scenario = Scenario::new(journal, direction, 12);
            let logs = scratch_dir();
            let (log, trace) = (logs.path().join("log"), logs.path().join("trace"));
            let left = scenario.run(|s, dir| traced(s.program(dir), &log, &trace), Fault::None);
            left.output.clone().ok();
            let seen: Vec<_> = Calls::read(&log).0.into_iter().map(|call| (call.name, kept(&call.path))).collect();
            let traced = calls(&std::fs::read_to_string(&trace).expect("a trace"), &log);
            for (number, pair) in (1..).zip(seen.iter().zip(&traced)) {
                assert_eq!(pair.0, pair.1, "{scenario}: call {number} of the library, and of strace (right)");
            }
            assert_eq!(seen.len(), traced.len(), "{scenario}: one of them, strace is the right one, saw more calls");
            for name in ["pwrite", "fsync", "unlink"] {
                assert!(seen.iter().any(|(seen, _)| seen == name), "{scenario}: no {name} among {} calls", seen.len());
            }
        }
    }

    /// The control: a call that the library does not know is in the trace alone.
    fn a_call_past_the_library_is_seen() {
        let dir = scratch_dir();
        let line = format!("12 fallocate(5<{}/a.db>, 0, 0, 8) = 0\n", dir.path().display());
        let names = |text: &str| calls(text, Path::new("/log")).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(&line), ["fallocate"]);
        assert_eq!(names("12 rename(\"/a\", \"/b\") = 0\n13 unlinkat(AT_FDCWD</x>, \"/c\", 0) = 0\n"), ["rename", "unlink"]);
        assert_eq!(names("12 write(5<pipe:[7]>, \"\"..., 8) = 8\n12 write(1</dev/null>, \"\"..., 8) = 8\n"), [""; 0]);
        assert_eq!(names("12 pwrite64(5</a.db>, \"\"..., 8, 0 <unfinished ...>\n12 <... pwrite64 resumed>) = 8\n"), ["pwrite"]);
    }
}

/// The program by strace, with the library in it and not in strace.
fn traced(program: support::cli::Program, log: &Path, trace: &Path) -> support::cli::Program {
    let mut args = vec!["-f".to_owned(), "-y".to_owned(), "-s0".to_owned(), format!("-etrace={TRACED}")];
    args.push(format!("-o{}", trace.display()));
    args.extend(variables(Fault::None, log).iter().map(|(name, value)| format!("-E{name}={value}")));
    program.through(strace(), args)
}

/// Without the mark of a file that has no name any more, which the two put in different places.
fn kept(path: &Path) -> PathBuf {
    let text = path.to_str().expect("a UTF-8 path");
    text.strip_suffix(" (deleted)").unwrap_or(text).into()
}

/// Its path. Without it this panics: the tests are never skipped.
fn strace() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|dir| dir.join("strace")).find(|file| file.is_file());
    found.expect("strace is missing: ./test.sh installs it, or says how")
}

/// Name and path of each call of a trace that concerns a file, as the library names them.
fn calls(trace: &str, log: &Path) -> Vec<(String, PathBuf)> {
    let found = trace.lines().filter_map(|line| line.split_once(' ')).filter_map(|(_, call)| {
        let (name, args) = call.trim_start().split_once('(')?;
        let named = ["rename", "renameat", "renameat2", "unlink", "unlinkat", "link", "linkat"].contains(&name);
        // The last name in quotes is the one that is made or removed; else it is what the descriptor stands for.
        let path = if named { args.rsplit('"').nth(1)? } else { args.split_once('<')?.1.split_once('>')?.0 };
        let name = name.trim_end_matches("64").trim_end_matches("at2").trim_end_matches("at").to_owned();
        Some((name, kept(Path::new(path))))
    });
    found.filter(|(_, path)| path.is_absolute() && !path.starts_with("/dev/null") && path != log).collect()
}
