//! A backup that is killed or meets a failing disk: there is none, or a whole one; the database is as it was.

use std::io::{Read, Write as _};
use std::path::Path;

use support::cli::{Output, Program, migration};
use support::shim::{Calls, Family, Fault, When, inject};
use support::{child, plain, scratch_dir};
use tempfile::TempDir;

use super::report::{Figures, record};
use super::scenario::{Journal, backups, copy, files, state, url};
use super::{each, share, spread};

const JOURNALS: [Journal; 2] = [Journal::Wal, Journal::Delete];
/// The version of the database that is backed up, by its number.
const STAGE: usize = 12;

plain! {
    fn a_killed_backup_leaves_none_or_a_whole_one() {
        let calls = |journal| run(journal, program, Fault::None).calls.0.len();
        let points = kills(share(5, 400), calls);
        let answers = each(&points, |(journal, fault)| {
            let left = run(*journal, program, *fault);
            let failure = look(*journal, &left).err().map(|e| format!("{journal:?}, {fault:?}: {e}"));
            (left.output.signal == Some(9), failure)
        });
        let mut figures = Figures::new("SIGKILL at a call of `backup`, SQLite", points.len() * 9 / 10);
        answers.into_iter().for_each(|(hit, failure)| figures.add(hit, failure));
        let calls = |journal| run(journal, in_place, Fault::None).calls.0.len();
        figures.controlled_by(broken(&kills(share(4, 100), calls)));
        record(figures);
    }

    fn a_failing_disk_leaves_no_backup() {
        let calls = JOURNALS.map(|journal| run(journal, program, Fault::None).calls);
        let points = disk(share(3, 200), |journal| &calls[journal as usize]);
        let answers = each(&points, |(journal, fault)| {
            let left = run(*journal, program, *fault);
            let failure = look(*journal, &left).err().map(|e| format!("{journal:?}, {fault:?}: {e}"));
            (left.calls.faulty() > 0, failure)
        });
        let mut figures = Figures::new("ENOSPC or EIO during `backup`, SQLite", points.len() * 9 / 10);
        answers.into_iter().for_each(|(hit, failure)| figures.add(hit, failure));
        let calls = JOURNALS.map(|journal| run(journal, in_place, Fault::None).calls);
        let full = |journal: Journal| spread(share(4, 100), calls[journal as usize].of(Family::Write));
        let points: Vec<_> =
            JOURNALS.iter().flat_map(|j| full(*j).into_iter().map(|n| (*j, Fault::NoSpace(n)))).collect();
        figures.controlled_by(broken(&points));
        record(figures);
    }
}

struct Left {
    dir: TempDir,
    output: Output,
    calls: Calls,
}

fn program(dir: &Path) -> Program {
    migration(dir).args(["backup", "--database-url"]).arg(url(&dir.join("board.db")))
}

/// So many kills for each journal mode, before, inside and after the calls.
pub fn kills(count: usize, calls: impl Fn(Journal) -> usize) -> Vec<(Journal, Fault)> {
    let of = |journal| {
        let whens = When::ALL.into_iter().cycle();
        spread(count, calls(journal)).into_iter().zip(whens).map(move |(n, when)| (journal, Fault::Kill(n, when)))
    };
    JOURNALS.into_iter().flat_map(of).collect()
}

/// So many full disks, and half as many failing syncs, for each journal mode.
pub fn disk<'c>(count: usize, calls: impl Fn(Journal) -> &'c Calls) -> Vec<(Journal, Fault)> {
    let of = |journal: Journal| {
        let full = spread(count, calls(journal).of(Family::Write)).into_iter().map(Fault::NoSpace);
        let syncs = spread(count.div_ceil(2), calls(journal).of(Family::Sync)).into_iter().map(Fault::SyncError);
        full.chain(syncs).map(move |fault| (journal, fault)).collect::<Vec<_>>()
    };
    JOURNALS.into_iter().flat_map(of).collect()
}

fn run(journal: Journal, program: impl Fn(&Path) -> Program, fault: Fault) -> Left {
    let dir = scratch_dir();
    copy(&files(journal)[STAGE], dir.path());
    let logs = scratch_dir();
    let log = logs.path().join("log");
    let output = inject(program(dir.path()), fault, &log).run();
    Left { dir, output, calls: Calls::read(&log) }
}

/// None or a whole one, as the exit code says; the database as it was; and the next backup is taken, and tidies up.
fn look(journal: Journal, left: &Left) -> Result<(), String> {
    let file = left.dir.path().join("board.db");
    let taken = backups(&file, false).map_err(|e| format!("{e}\n{}", left.output))?;
    let fits = match (left.output.exit, left.output.signal) {
        (Some(0), _) => taken == 1,
        (None, Some(9)) => taken <= 1,
        // Refusals of the system.
        (Some(1 | 8), _) => taken == 0,
        _ => false,
    };
    if !fits {
        return Err(format!("{taken} backups\n{}", left.output));
    }
    if state(&file) != state(&files(journal)[STAGE]) {
        return Err("the database is not as it was".to_owned());
    }
    let next = program(left.dir.path()).run();
    if next.exit != Some(0) {
        return Err(format!("the next backup fails\n{next}"));
    }
    match backups(&file, true)? {
        found if found == taken + 1 => Ok(()),
        found => Err(format!("{found} backups after {taken} and one more")),
    }
}

/// How often a plain copy leaves a part of itself under its name, of how many faults.
fn broken(points: &[(Journal, Fault)]) -> (usize, usize) {
    let parts = each(points, |(journal, fault)| {
        let left = run(*journal, in_place, *fault);
        let read = |file: &str| std::fs::read(left.dir.path().join(file)).ok();
        let copied = read("copy.db");
        copied.is_some() && copied != read("board.db")
    });
    (parts.iter().filter(|part| **part).count(), points.len())
}

child! {
    /// The control: copies the file in pieces to its final name.
    async fn in_place(_args: Vec<String>) {
        write_over(Path::new("board.db"), Path::new("copy.db"));
    }
}

/// Writes a file over another one, page for page, and syncs it.
pub fn write_over(from: &Path, to: &Path) {
    let mut from = std::fs::File::open(from).expect("open the file");
    let mut to = std::fs::OpenOptions::new().write(true).create(true).truncate(false).open(to).expect("open the copy");
    let mut page = [0; 4096];
    let mut length = 0;
    loop {
        let read = from.read(&mut page).expect("read");
        if read == 0 {
            break;
        }
        to.write_all(&page[..read]).expect("write");
        length += read as u64;
    }
    to.set_len(length).expect("cut");
    to.sync_all().expect("sync");
}
