//! The figures of the fault tests, and docs/reliability.md, which is written from them.
//!
//! Each test appends its figures to target/faults/<share>.jsonl. With CALLBOARD_FAULTS=render the page's table is
//! written from full.jsonl; a test that was not run again keeps its row.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};
use support::plain;

use super::is_full;

/// Every test that records figures, by what it does; the rows of the page, in this order.
const TESTS: [&str; 21] = [
    "SIGKILL at a call of `up` or `down`, SQLite",
    "ENOSPC from a write of `up` or `down` on, SQLite",
    "EIO at a sync of `up` or `down`, SQLite",
    "SIGKILL at a call of `backup`, SQLite",
    "ENOSPC or EIO during `backup`, SQLite",
    "SIGKILL at a call of `restore`, SQLite",
    "ENOSPC or EIO during `restore`, SQLite",
    "SIGKILL at a call of `fleet up`, SQLite",
    "`fleet up` over databases of which 1 % are poisoned, SQLite",
    "Backup while 8 writers keep an invariant, SQLite",
    "Restore over stale -wal and -journal files and open readers, SQLite",
    "Restore of a damaged, swapped or hostile backup, SQLite",
    "2 to 16 processes calling `up`, `down` and `restore` at once, SQLite",
    "2 to 16 processes calling `up`, `down` and `restore` at once, PostgreSQL",
    "Client killed (SIGKILL) during `up`, PostgreSQL",
    "Backend terminated during `up`, PostgreSQL",
    "Server stopped in immediate mode during `up`, PostgreSQL",
    "Client killed (SIGKILL) during `backup`, PostgreSQL",
    "Client killed (SIGKILL) during `restore`, PostgreSQL",
    "Backend terminated during `restore`, PostgreSQL",
    "Client killed (SIGKILL) during `restore --whole-database`, PostgreSQL",
];

const BEGIN: &str = "<!-- figures: written by ./test.sh --faults -->\n";
const END: &str = "<!-- end of the figures -->\n";

/// What one test found.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Figures {
    test: String,
    /// How many times it was tried.
    trials: usize,
    /// How many of the faults really happened.
    pub hit: usize,
    failures: Vec<String>,
    /// How many times the control broke, of how many faults that hit it.
    control: (usize, usize),
    commit: String,
    date: String,
    /// Fewer hits than this, and the test shows too little.
    wanted: usize,
}

impl Figures {
    /// Of a test of the list, which wants so many faults to hit.
    pub fn new(test: &str, wanted: usize) -> Self {
        assert!(TESTS.contains(&test), "{test:?} is not in the list of the page's rows");
        Self {
            test: test.to_owned(),
            trials: 0,
            hit: 0,
            failures: Vec::new(),
            control: (0, 0),
            commit: commit(),
            date: chrono::Utc::now().format("%Y-%m-%d").to_string(),
            wanted,
        }
    }

    pub fn add(&mut self, hit: bool, failure: Option<String>) {
        self.trials += 1;
        self.hit += usize::from(hit);
        self.failures.extend(failure);
    }

    pub fn controlled_by(&mut self, (broke, hit): (usize, usize)) {
        self.control = (broke, hit);
    }

    fn row(&self) -> String {
        let Self { test, trials, hit, failures, control: (broke, of), commit, date, .. } = self;
        let bound = if failures.is_empty() { percent(3.0 / *hit as f64) } else { "-".to_owned() };
        format!("| {test} | {trials} | {hit} | {} | {bound} | {broke} of {of} | {commit} | {date} |\n", failures.len())
    }
}

/// Keeps the figures, and panics when there was a failure, when faults did not hit, or when the control did not break.
#[track_caller]
pub fn record(figures: Figures) {
    let path = file(if is_full() { "full" } else { "share" });
    fs::create_dir_all(path.parent().expect("a folder")).expect("make the folder");
    let line = serde_json::to_string(&figures).expect("figures are JSON");
    let mut file = fs::OpenOptions::new().create(true).append(true).open(&path).expect("open the list of figures");
    writeln!(file, "{line}").expect("write the figures");
    let Figures { test, trials, hit, failures, control: (broke, of), wanted, .. } = &figures;
    println!(
        "{test}: {trials} trials, {hit} hit, {} failures; the control broke {broke} times of {of}",
        failures.len()
    );
    assert!(failures.is_empty(), "{} of {trials} failed; the first: {}", failures.len(), failures[0]);
    assert!(hit >= wanted && *hit > 0, "only {hit} of {trials} faults hit, of {wanted} that are wanted");
    assert!(broke * 3 >= *of && *broke > 0, "the control broke in {broke} of {of} cases only: the test shows little");
}

fn percent(part: f64) -> String {
    format!("{:.2} %", part * 100.0)
}

/// target/faults/<name>.jsonl, beside the profile of this test binary.
fn file(name: &str) -> PathBuf {
    let tests = std::env::current_exe().expect("name the test binary");
    tests.ancestors().nth(3).expect("a target directory").join("faults").join(format!("{name}.jsonl"))
}

/// The commit that is tested, with a + when files differ from it.
fn commit() -> String {
    let git = |args: &[&str]| {
        let output = Command::new("git").args(args).current_dir(env!("CARGO_MANIFEST_DIR")).output();
        output.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned()).unwrap_or_default()
    };
    let changed = if git(&["status", "--porcelain", "--untracked-files=no"]).is_empty() { "" } else { "+" };
    format!("{}{changed}", git(&["rev-parse", "--short=10", "HEAD"]))
}

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace").join("docs/reliability.md")
}

fn render(page: &str, found: &[Figures]) -> String {
    let (head, rest) = page.split_once(BEGIN).expect("the begin of the figures");
    let (old, tail) = rest.split_once(END).expect("the end of the figures");
    let mut out = format!("{head}{BEGIN}");
    out.push_str("| faults | trials | hit | failures | 95 % bound | control broke | commit | date |\n");
    out.push_str("|---|---|---|---|---|---|---|---|\n");
    for test in TESTS {
        let kept = || old.lines().find(|line| line.starts_with(&format!("| {test} |"))).map(|line| format!("{line}\n"));
        let row = found.iter().rev().find(|figures| figures.test == test).map(Figures::row).or_else(kept);
        out.push_str(&row.unwrap_or_else(|| format!("| {test} | not run yet | | | | | | |\n")));
    }
    format!("{out}{END}{tail}")
}

plain! {
    /// With CALLBOARD_FAULTS=render it is written first. A row that tells of a failure fails.
    fn the_page_has_a_row_for_each_test_and_no_failure() {
        let text = fs::read_to_string(page()).expect("read docs/reliability.md");
        let mut found = Vec::new();
        if std::env::var("CALLBOARD_FAULTS").is_ok_and(|v| v == "render") {
            let lines = fs::read_to_string(file("full")).unwrap_or_default();
            found = lines.lines().map(|line| serde_json::from_str(line).expect("a line of figures")).collect();
            fs::write(page(), render(&text, &found)).expect("write docs/reliability.md");
        }
        let text = fs::read_to_string(page()).expect("read docs/reliability.md");
        assert_eq!(text, render(&text, &found), "its table is not as the tests write it");
        for row in text.lines().filter(|line| TESTS.iter().any(|test| line.starts_with(&format!("| {test} |")))) {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            assert!(cells[2] == "not run yet" || cells[4] == "0", "{row}");
        }
    }

    fn a_page_is_written_from_figures() {
        let mut figures = Figures::new(TESTS[1], 1);
        for n in 0..300 {
            figures.add(n > 0, None);
        }
        figures.controlled_by((7, 9));
        let empty = format!("# Page\n{BEGIN}{END}after\n");
        let first = render(&empty, std::slice::from_ref(&figures));
        assert!(first.contains(&format!("| {} | 300 | 299 | 0 | 1.00 % | 7 of 9 | ", TESTS[1])), "{first}");
        assert!(first.contains(&format!("| {} | not run yet |", TESTS[0])) && first.ends_with("after\n"), "{first}");
        assert_eq!(render(&first, &[]), first, "what is not run again is kept");
        figures.add(true, Some("broken".to_owned()));
        assert!(render(&first, &[figures]).contains("| 301 | 300 | 1 | - |"));
    }
}
