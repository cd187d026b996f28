//! No command of either binary shows a password, whatever it is asked to trace.

use std::collections::BTreeSet;
use std::path::Path;

use support::cli::{Output, Program, callboard, migration, run_all};
use support::{expect_panic, plain};

/// A password whose dash is written as `%2D`: neither form may be seen.
const PASSWORD: &str = "c4n4ry%2Dpa55";
const CANARY: &str = "c4n4ry";

/// The password in the userinfo and in the query, of a server that nobody can reach.
const UNREACHABLE: [&str; 2] =
    ["postgres://ada:PASSWORD@127.0.0.1:1/board", "postgres://ada@127.0.0.1:1/board?password=PASSWORD"];
/// The same in URLs that are none.
const MALFORMED: [&str; 2] =
    ["postgres://ada:PASSWORD@127.0.0.1:port/board", "postgres://ada@127.0.0.1:port/board?password=PASSWORD"];
/// Exit codes: a usage error, and a database that is not there.
const USAGE: i32 = 2;
const NOT_FOUND: i32 = 13;

/// Commands that take the global options and open no board.
const OFFLINE: [&str; 2] = ["completions", "reference"];
/// Commands that docs/cli.md does not list, with arguments.
const HIDDEN: [&str; 2] = ["quickstart-worker --agent coder --manner steady --until CB-1", "reference"];

#[track_caller]
fn hides(output: &Output) {
    assert!(!output.stdout.contains(CANARY) && !output.stderr.contains(CANARY), "the password is shown: {output}");
}

plain! {
    fn no_command_of_callboard_shows_a_password() {
        let (dir, with_files) = (support::scratch_dir(), support::scratch_dir());
        for folder in [".beads", "docs/adr"] {
            std::fs::create_dir_all(with_files.path().join(folder)).expect("make a folder");
        }
        for file in [".beads/issues.jsonl", "board.jsonl", "review.yaml", "docs/adr/0001-one.md", "report.md"] {
            std::fs::write(with_files.path().join(file), "").expect("write a file that a command reads");
        }
        let commands = callboard_commands(dir.path());
        assert!(commands.len() > 80, "{commands:?}");
        let mut runs = Vec::new();
        for (url, exit) in urls() {
            for words in &commands {
                let exit = if OFFLINE.contains(&words[0].as_str()) { 0 } else { exit };
                let reads_a_file = words[0] == "import"
                    || [["workflow", "template"], ["decision", "import"], ["artifact", "add"]].iter().any(|noun| words.len() > 1 && words[..2] == *noun);
                let dir = if reads_a_file { with_files.path() } else { dir.path() };
                let program = || callboard(dir).args(words).env("CALLBOARD_ASSIGNMENT", uuid::Uuid::nil().to_string());
                let file = dir.join(format!("url{exit}{}", runs.len()));
                std::fs::write(&file, &url).expect("write the URL file");
                runs.push((program().args(["-v", "--database-url", &url]), exit));
                runs.push((program().arg("-vv").env("DATABASE_URL", &url), exit));
                runs.push((program().args(["--json", "-vv", "--database-url-file"]).arg(file), exit));
            }
        }
        all_hide(&runs);
    }

    fn no_command_of_migration_shows_a_password() {
        let dir = support::scratch_dir();
        for folder in ["entity/src", "docs"] {
            std::fs::create_dir_all(dir.path().join(folder)).expect("make the folders that are written to");
        }
        let commands = migration_commands(dir.path(), &[]);
        assert!(commands.len() >= 5, "{commands:?}");
        let mut runs = Vec::new();
        for (url, exit) in urls() {
            let file = dir.path().join(format!("url{}", runs.len()));
            std::fs::write(&file, &url).expect("write the URL file");
            for words in &commands {
                let mut words = words.clone();
                if words[0] == "restore" {
                    words.push("20261121".to_owned());
                }
                // A fleet is found in a folder: a URL is an unknown argument of it, or unread.
                if words[0] == "fleet" {
                    words.extend((words[1] == "restore").then(|| "20261121".to_owned()));
                    words.extend(["--root".to_owned(), ".".to_owned()]);
                    runs.push((migration(dir.path()).args(&words).args(["--database-url", &url]), USAGE));
                    runs.push((migration(dir.path()).args(&words).env("DATABASE_URL", &url), NOT_FOUND));
                    continue;
                }
                // The lint reads text, and takes no database.
                let (exit, unread) = match words[0].as_str() {
                    "lint" => (USAGE, Some(0)),
                    // The folder alone says which backups there are.
                    "backups" if exit == NOT_FOUND => (0, None),
                    _ => (exit, None),
                };
                for json in [None, Some("--json")] {
                    let program = || migration(dir.path()).args(&words).args(json);
                    runs.push((program().args(["--database-url", &url]), exit));
                    runs.push((program().arg("--database-url-file").arg(&file), exit));
                    // The entities come from the migrations alone where no URL is an argument; so do the docs, unless asked.
                    if words[0] != "entities" {
                        let found = (words[0] == "docs").then_some("--found");
                        runs.push((program().args(found).env("DATABASE_URL", &url), unread.unwrap_or(exit)));
                    }
                }
            }
        }
        all_hide(&runs);
    }

    /// The control: what is no secret is shown, and seen.
    fn what_is_shown_is_found() {
        let dir = support::scratch_dir();
        let output = callboard(dir.path()).args(["user", "list", "--limit", CANARY]).run().code(USAGE);
        expect_panic(|| hides(&output));
    }

    /// A command that is hidden from the documentation is not hidden from this test.
    fn hidden_commands_are_known() {
        let found: BTreeSet<String> = hidden(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/src/commands"));
        let known: BTreeSet<String> = HIDDEN.iter().map(|c| words(c)[0].replace('-', "_")).collect();
        assert_eq!(found, known);
    }
}

/// Every URL with the exit code that shows how far a command came with it.
fn urls() -> Vec<(String, i32)> {
    let unreachable = UNREACHABLE.map(|url| (url, NOT_FOUND));
    let all = unreachable.into_iter().chain(MALFORMED.map(|url| (url, USAGE)));
    all.map(|(url, exit)| (url.replace("PASSWORD", PASSWORD), exit)).collect()
}

fn all_hide(runs: &[(Program, i32)]) {
    run_all(runs.iter().map(|(program, _)| program.clone()), |index, output| {
        hides(&output);
        let output = output.code(runs[index].1);
        // It is the database that could not be reached, and not something else that was not found.
        let told = output.stdout.clone() + &output.stderr;
        let found =
            told.contains("127.0.0.1:1/board") || told.contains("there is no backup") || told.contains("matches");
        assert!(output.exit != Some(NOT_FOUND) || found, "{output}");
    });
}

/// Every command of docs/cli.md, as its first example that names it, and the hidden ones.
fn callboard_commands(dir: &Path) -> Vec<Vec<String>> {
    let reference = callboard(dir).arg("reference").run().ok().stdout;
    let mut commands: Vec<Vec<String>> = HIDDEN.iter().map(|command| words(command)).collect();
    for section in reference.split("\n### callboard ").skip(1) {
        let (name, body) = section.split_once('\n').expect("a heading");
        let examples = body.split_once("```sh\n").and_then(|(_, rest)| rest.split_once("\n```")).expect("examples").0;
        let named = format!("callboard {name}");
        let example = examples.lines().find_map(|line| {
            let at = line.rfind(&named)? + "callboard ".len();
            Some(&line[at..]).filter(|rest| rest.len() == name.len() || rest[name.len()..].starts_with(' '))
        });
        commands.push(words(example.unwrap_or_else(|| panic!("no example of {name}"))));
    }
    commands
}

/// The words of an example, up to a remark or a redirection, without `--json`.
fn words(example: &str) -> Vec<String> {
    let end = ["  ", " > ", " < ", " | "].iter().filter_map(|mark| example.find(mark)).min().unwrap_or(example.len());
    let (mut words, mut quote) = (vec![String::new()], None);
    for c in example[..end].chars() {
        match (quote, c) {
            (None, ' ') => words.push(String::new()),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (_, c) => words.last_mut().expect("a word").push(c),
        }
    }
    words.retain(|word| word != "--json");
    words
}

/// The commands that `migration --help` and the help of those with commands of their own name.
fn migration_commands(dir: &Path, path: &[String]) -> Vec<Vec<String>> {
    let help = migration(dir).args(path).arg("--help").run().ok().stdout;
    let Some((_, list)) = help.split_once("\nCommands:\n") else { return vec![path.to_vec()] };
    let names = list.lines().take_while(|line| !line.is_empty()).filter_map(|line| {
        let name = line.strip_prefix("  ")?.split(' ').next()?;
        (!name.is_empty() && name != "help").then(|| name.to_owned())
    });
    names.flat_map(|name| migration_commands(dir, &[path, &[name]].concat())).collect()
}

/// The files of commands that are hidden.
fn hidden(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("list the commands") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(hidden(&path));
        } else if std::fs::read_to_string(&path).expect("read a command").contains("hide = true") {
            found.insert(path.file_stem().expect("a name").to_string_lossy().into_owned());
        }
    }
    found
}
