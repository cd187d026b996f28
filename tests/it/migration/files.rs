//! SQLite files that can't be used are refused with their reason, and left as they are.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use support::cli::{Output, Program, migration};
use support::{plain, scratch_dir};

plain! {
    fn a_folder_for_a_file() {
        let dir = scratch_dir();
        std::fs::create_dir(dir.path().join("board.db")).expect("make a folder");
        refused(dir.path(), 18, "is a folder, not a database file");
    }

    fn a_symbolic_link() {
        let dir = scratch_dir();
        board(dir.path(), "real.db");
        std::os::unix::fs::symlink("real.db", dir.path().join("board.db")).expect("link");
        refused(dir.path(), 18, "is a symbolic link");
    }

    fn a_file_with_two_names() {
        let dir = scratch_dir();
        board(dir.path(), "real.db");
        std::fs::hard_link(dir.path().join("real.db"), dir.path().join("board.db")).expect("link");
        refused(dir.path(), 18, "has 2 names");
    }

    fn a_pipe() {
        let dir = scratch_dir();
        let made = std::process::Command::new("mkfifo").arg(dir.path().join("board.db")).status();
        assert!(made.expect("run mkfifo").success());
        refused(dir.path(), 18, "is no regular file");
    }

    fn a_text_file() {
        let dir = scratch_dir();
        std::fs::write(dir.path().join("board.db"), "this is no database\n".repeat(500)).expect("write");
        refused(dir.path(), 18, "is not a SQLite database");
    }

    /// What means something in a URL is a plain character in a name.
    fn a_file_with_an_odd_name() {
        let dir = scratch_dir();
        let output = migration(dir.path()).args(["up", "--database-url", "sqlite://a%20b%3Fc%25%23é.db"]).run().ok();
        assert!(dir.path().join("a b?c%#é.db").exists(), "{output}\n{:?}", files(dir.path()));
        assert_eq!(files(dir.path()).len(), 1);
    }

    /// Such as one that an administrator's run left.
    fn a_lock_of_somebody_else() {
        let dir = scratch_dir();
        board(dir.path(), "board.db");
        let lock = dir.path().join(".board.db.migrate.lock");
        std::fs::set_permissions(&lock, std::fs::Permissions::from_mode(0o000)).expect("take the right away");
        let names = || std::fs::read_dir(dir.path()).expect("list").map(|e| e.expect("an entry").file_name());
        let found = || (std::fs::read(dir.path().join("board.db")).expect("read"), names().collect::<BTreeSet<_>>());
        let before = found();
        for verb in ["down", "up"] {
            let run = plain_user(migration(dir.path()).args([verb, "--database-url", "sqlite://board.db"]));
            let output = run.run().code(18);
            assert!(output.stderr.contains(".board.db.migrate.lock can't be opened: it belongs to another user"), "{output}");
            assert!(output.stderr.contains("chown $USER") && output.stderr.contains("Nothing was changed."), "{output}");
            assert_eq!(found(), before);
        }
        std::fs::set_permissions(&lock, std::fs::Permissions::from_mode(0o600)).expect("give it back");
        plain_user(migration(dir.path()).args(["up", "--database-url", "sqlite://board.db"])).run().ok();
    }

    fn a_missing_folder() {
        let dir = scratch_dir();
        let output = migration(dir.path()).args(["up", "--database-url", "sqlite://no/such/board.db"]).run().code(13);
        assert!(output.stderr.contains("the folder no/such does not exist"), "{output}");
        assert_eq!(files(dir.path()), Vec::<String>::new());
    }

    fn a_read_only_file() {
        let dir = scratch_dir();
        board(dir.path(), "board.db");
        read_only(&dir.path().join("board.db"));
        refused_with(dir.path(), &["down", "--all"], 18, "board.db is read-only");
        let output = migration(dir.path()).args(["status", "--check", "--database-url", "sqlite://board.db"]).run().ok();
        assert!(output.stdout.contains("0 pending"), "{output}");
    }

    /// A file without rows is a database for SQLite: it becomes a board.
    fn an_empty_file() {
        let dir = scratch_dir();
        std::fs::write(dir.path().join("board.db"), "").expect("write");
        let status = migration(dir.path()).args(["status", "--check", "--database-url", "sqlite://board.db"]).run();
        status.code(3);
        assert_eq!(std::fs::metadata(dir.path().join("board.db")).expect("there").len(), 0);
        board(dir.path(), "board.db");
    }

    fn down_makes_no_file() {
        let dir = scratch_dir();
        let output = migration(dir.path()).args(["down", "--database-url", "sqlite://board.db"]).run().code(13);
        assert!(output.stderr.contains("there is no database at sqlite://board.db"), "{output}");
        assert_eq!(files(dir.path()), Vec::<String>::new());
    }

    fn status_makes_nothing() {
        let dir = scratch_dir();
        let output = migration(dir.path()).args(["status", "--check"]).run().code(3);
        assert!(output.stdout.contains("(does not exist yet)"), "{output}");
        assert_eq!(files(dir.path()), Vec::<String>::new());
    }

    /// The bytes of every file are the same, also in WAL mode, also when the file is read-only.
    fn status_changes_nothing() {
        let dir = scratch_dir();
        board(dir.path(), "board.db");
        let before = files(dir.path());
        for _ in 0..2 {
            let output = migration(dir.path()).args(["status", "--database-url", "sqlite://board.db"]).run().ok();
            assert!(output.stdout.contains("0 pending"), "{output}");
            assert_eq!(files(dir.path()), before);
            read_only(&dir.path().join("board.db"));
        }
    }

    /// The lock file is not followed to wherever it points.
    fn a_link_for_the_lock_file() {
        let dir = scratch_dir();
        std::fs::write(dir.path().join("target"), "precious").expect("write");
        std::os::unix::fs::symlink("target", dir.path().join(".board.db.migrate.lock")).expect("link");
        refused(dir.path(), 18, ".board.db.migrate.lock is a symbolic link");
    }

    fn the_board_is_found_from_below() {
        let dir = scratch_dir();
        migration(dir.path()).arg("up").run().ok();
        let below = dir.path().join("a/b");
        std::fs::create_dir_all(&below).expect("make folders");
        migration(dir.path()).args(["status", "--check"]).current_dir(&below).run().ok();
        assert_eq!(files(&below), Vec::<String>::new());
        let output = migration(dir.path()).args(["down", "--all", "--json"]).current_dir(&below).run().ok();
        assert!(output.stdout.contains("\"to\":null"), "{output}");
        migration(dir.path()).args(["status", "--check"]).run().code(3);
    }
}

/// Makes a board: a new file is its owner's alone; and it is in WAL mode, as its header says.
fn board(dir: &Path, name: &str) {
    let is_new = !dir.join(name).exists();
    migration(dir).args(["up", "--database-url", &format!("sqlite://{name}")]).run().ok();
    let mode = std::fs::metadata(dir.join(name)).expect("it exists").permissions().mode() & 0o777;
    assert!(mode == 0o600 || !is_new, "{mode:o}");
    assert_eq!(std::fs::read(dir.join(name)).expect("read the file")[18..20], [2, 2]);
}

fn read_only(file: &Path) {
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o444)).expect("set the mode");
}

/// The program with the rights of any user: root's own would open every file.
fn plain_user(program: Program) -> Program {
    if rustix::process::geteuid().is_root() {
        return program.through("setpriv", ["--bounding-set=-all", "--inh-caps=-all"]);
    }
    program
}

fn refused(dir: &Path, code: i32, text: &str) {
    refused_with(dir, &["up"], code, text);
}

/// Refused with this code and reason, a hint, and not one byte changed.
fn refused_with(dir: &Path, args: &[&str], code: i32, text: &str) {
    let before = files(dir);
    let output: Output = migration(dir).args(args).args(["--database-url", "sqlite://board.db"]).run().code(code);
    assert!(output.stderr.contains(text) && output.stderr.contains("\nHint: "), "{output}");
    assert_eq!(output.stdout, "");
    assert_eq!(files(dir), before);
}

/// Every file below a folder with a digest of its bytes, lock files aside: they are empty and stay.
fn files(dir: &Path) -> Vec<String> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut out = Vec::new();
    for entry in std::fs::read_dir(dir).expect("list").map(|e| e.expect("an entry")) {
        let kind = entry.file_type().expect("a type");
        let mut hash = DefaultHasher::new();
        if kind.is_file() {
            std::fs::read(entry.path()).expect("read").hash(&mut hash);
        }
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.ends_with(".migrate.lock") || !kind.is_file() {
            out.push(format!("{name} {kind:?} {:x}", hash.finish()));
        }
    }
    out.sort();
    out
}
