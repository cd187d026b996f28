//! Backups that are not what their manifest says, or that lead elsewhere: refused, and the database stays as it is.

use std::fmt;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use support::cli::migration;
use support::{plain, scratch_dir};

use super::report::{Figures, record};
use super::restore::{Stage, restore};
use super::scenario::{Journal, copy, files, names, state, url};
use super::{each, share, spread};

/// What is done to a backup before it is restored.
#[derive(Clone, Copy)]
enum Damage {
    Cut(usize),
    Flip { byte: usize, bit: u8 },
    Other(&'static str, fn(&Path)),
}

impl fmt::Debug for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut(length) => write!(f, "cut to {length} bytes"),
            Self::Flip { byte, bit } => write!(f, "bit {bit} of byte {byte} flipped"),
            Self::Other(name, _) => f.write_str(name),
        }
    }
}

const OTHERS: [Damage; 18] = [
    Damage::Other("longer by a page", |file| {
        fs::write(file, [fs::read(file).expect("read"), vec![0; 4096]].concat()).expect("write");
    }),
    Damage::Other("another text", |file| fs::write(file, "no database\n".repeat(400)).expect("write")),
    Damage::Other("missing", |file| fs::remove_file(file).expect("remove")),
    Damage::Other("a symbolic link", |file| behind(file, |real| symlink(real, file).expect("link"))),
    Damage::Other("a second name", |file| behind(file, |real| fs::hard_link(real, file).expect("link"))),
    Damage::Other("a folder", |file| {
        fs::remove_file(file).expect("remove");
        fs::create_dir(file).expect("make a folder");
    }),
    Damage::Other("a pipe", |file| {
        fs::remove_file(file).expect("remove");
        assert!(std::process::Command::new("mkfifo").arg(file).status().expect("run mkfifo").success());
    }),
    Damage::Other("without its manifest", |file| fs::remove_file(file.with_extension("json")).expect("remove")),
    Damage::Other("a symbolic link as its manifest", |file| {
        let json = file.with_extension("json");
        behind(&json, |real| symlink(real, &json).expect("link"));
    }),
    Damage::Other("the file of another project", |file| swap(file, &["db"])),
    Damage::Other("the manifest of another project", |file| swap(file, &["json"])),
    Damage::Other("both of another project", |file| swap(file, &["db", "json"])),
    Damage::Other("an older manifest beside newer rows", |file| {
        fs::copy(files(Journal::Wal).last().expect("a newest version"), file).map(drop).expect("copy");
    }),
    Damage::Other("fewer rows, with a sum that fits", |file| {
        use super::state::open;
        super::block_on(async {
            let db = open(file).await;
            crate::migration::common::sql(&db, "DELETE FROM guest_notes WHERE note IS NULL").await;
            db.close().await.expect("close");
        });
        let bytes = fs::read(file).expect("read");
        let sha = std::process::Command::new("sha256sum").arg(file).output().expect("run sha256sum").stdout;
        let sha = String::from_utf8(sha).expect("text")[..64].to_owned();
        manifest(file, |m| {
            m["bytes"] = bytes.len().into();
            m["sha256"] = sha.as_str().into();
        });
    }),
    Damage::Other("a manifest that names a file elsewhere", |file| {
        manifest(file, |m| m["file"] = "../../../../etc/passwd".into());
    }),
    Damage::Other("a manifest with more in it", |file| manifest(file, |m| m["command"] = "rm -rf /".into())),
    Damage::Other("a manifest of another form", |file| manifest(file, |m| m["manifest_version"] = 99.into())),
    Damage::Other("a manifest without end", |file| {
        fs::write(file.with_extension("json"), vec![b'['; 8 << 20]).expect("write");
    }),
];

plain! {
    fn a_damaged_backup_is_refused() {
        let stage = Stage::of(Journal::Wal);
        let whole = fs::read(stage.backup()).expect("read the backup");
        let mut points: Vec<Damage> =
            spread(share(20, 200), whole.len()).into_iter().map(|end| Damage::Cut(end - 1)).collect();
        let flips: Vec<Damage> = spread(share(20, 1000), whole.len())
            .into_iter()
            .map(|n| Damage::Flip { byte: n - 1, bit: fastrand::u8(0..8) })
            .collect();
        points.extend(&flips);
        points.extend(OTHERS);
        let failures = each(&points, |damage| refused(*damage).err().map(|e| format!("{damage:?}: {e}")));
        let mut figures = Figures::new("Restore of a damaged, swapped or hostile backup, SQLite", points.len());
        failures.into_iter().for_each(|failure| figures.add(true, failure));
        // The control: what SQLite itself has nothing against.
        let unseen = each(&flips, |damage| {
            let dir = scratch_dir();
            let file = copy(&stage.backup(), dir.path());
            harm(&file, *damage);
            super::block_on(super::state::sound(&file)).is_ok()
        });
        figures.controlled_by((unseen.iter().filter(|unseen| **unseen).count(), flips.len()));
        record(figures);
    }

    /// The control of a refusal: without damage the same command restores it.
    fn an_undamaged_backup_is_restored() {
        let dir = scratch_dir();
        let file = copy(files(Journal::Wal).last().expect("a newest version"), dir.path());
        let backup = Stage::of(Journal::Wal).lay(dir.path());
        restore(dir.path(), &backup).run().ok();
        assert_eq!(state(&file), Stage::of(Journal::Wal).new);
    }
}

/// Exit code and message of a refusal, and not a byte of the database has changed.
fn refused(damage: Damage) -> Result<(), String> {
    let dir = scratch_dir();
    let file = copy(files(Journal::Wal).last().expect("a newest version"), dir.path());
    let before = fs::read(&file).expect("read the database");
    let backup = Stage::of(Journal::Wal).lay(dir.path());
    harm(&backup, damage);
    let output = restore(dir.path(), &backup).run();
    let told = output.stderr.contains("Error: ");
    if !told || matches!(output.exit, None | Some(0 | 9 | 10 | 101)) {
        return Err(output.to_string());
    }
    if fs::read(&file).expect("read the database") != before {
        return Err(format!("the database has changed\n{output}"));
    }
    let beside: Vec<_> = names(dir.path()).into_iter().filter(|name| name.starts_with("board.db-")).collect();
    if beside.is_empty() { Ok(()) } else { Err(format!("left behind: {beside:?}")) }
}

fn harm(file: &Path, damage: Damage) {
    match damage {
        Damage::Cut(length) => {
            fs::OpenOptions::new().write(true).open(file).and_then(|f| f.set_len(length as u64)).expect("cut");
        }
        Damage::Flip { byte, bit } => {
            let mut bytes = fs::read(file).expect("read");
            bytes[byte] ^= 1 << bit;
            fs::write(file, bytes).expect("write");
        }
        Damage::Other(_, harm) => harm(file),
    }
}

/// Moves a file away, and puts something in its place that leads to it.
fn behind(file: &Path, put: impl Fn(&Path)) {
    let real = file.with_extension("real");
    fs::rename(file, &real).expect("move");
    put(&real);
}

fn manifest(file: &Path, change: impl Fn(&mut serde_json::Value)) {
    let json = file.with_extension("json");
    let mut manifest = serde_json::from_slice(&fs::read(&json).expect("read")).expect("a manifest");
    change(&mut manifest);
    fs::write(&json, manifest.to_string()).expect("write");
}

/// Replaces parts of a backup by those of another project's, which is at the same version.
fn swap(file: &Path, parts: &[&str]) {
    let dir = scratch_dir();
    let other = dir.path().join("board.db");
    migration(dir.path()).args(["up", "--to", "12", "--database-url"]).arg(url(&other)).run().ok();
    migration(dir.path()).args(["backup", "--database-url"]).arg(url(&other)).run().ok();
    let folder = dir.path().join("board.db.backups");
    for part in parts {
        let from = names(&folder).into_iter().find(|name| name.ends_with(part)).expect("the part");
        let to = file.with_extension(part);
        fs::copy(folder.join(&from), &to).expect("copy");
        if *part == "json" {
            // Its own name and id are in it: the hostile one has adapted them.
            let stem = |path: &Path| path.file_stem().expect("a name").to_string_lossy().into_owned();
            let id = |stem: &str| stem[stem.len() - "00000000T000000.000000Z-xxxxxx".len()..].to_owned();
            let (theirs, ours) = (stem(Path::new(&from)), stem(&to));
            let text = fs::read_to_string(&to).expect("read").replace(&theirs, &ours);
            fs::write(&to, text.replace(&id(&theirs), &id(&ours))).expect("write");
        }
    }
}
