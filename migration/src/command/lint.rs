//! `migration lint`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use callboard_migration::lint::{Finding, Linter, Severity, history};
use callboard_migration::runner::Direction;
use callboard_migration::target::Kind;
use clap::ValueEnum;
use serde_json::json;

use super::screen;

/// Look for what a migration's SQL can do to a database that holds rows
///
/// Without files: the migrations of this binary, on SQLite and on PostgreSQL, up and down. With files: migrations of
/// your own, each file one migration on its way up, in the order in which they are run; what follows `-- migrate:down`,
/// `-- +goose Down` or `-- +migrate Down` is left out. Reads text only; no database is
/// opened. Exits with 3 when an error is found; warnings alone exit with 0. Each rule is explained in docs/lint.md.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Files of SQL, at most 16 MiB each
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Which database the migrations are for; needed with files
    #[arg(long, value_enum, value_name = "DATABASE")]
    database: Option<Database>,

    /// Print one JSON object a line: the findings, then a summary
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
}

const EXAMPLES: &str = "\
Examples:
  migration lint
  migration lint --database sqlite migrations/*.sql
  migration lint --database postgres db/001_init.sql db/002_add_users.sql --json

An exception stands in the file, with its reason:
  -- lint: allow S1 our runner turns foreign keys off before BEGIN";

/// An error was found.
const FOUND: u8 = 3;
const USAGE: u8 = 2;
const NOT_FOUND: u8 = 13;
const INVALID: u8 = 18;
const MAX_BYTES: u64 = 16 << 20;

/// What can't be read, with its exit code.
struct Refused {
    text: String,
    hint: &'static str,
    code: u8,
}

#[derive(Default)]
struct Looked {
    findings: Vec<Finding>,
    /// Each counts once on each database.
    migrations: usize,
    exceptions: usize,
}

pub fn run(args: &Args) -> ExitCode {
    let kind = args.database.map(|database| match database {
        Database::Sqlite => Kind::Sqlite,
        Database::Postgres => Kind::Postgres,
    });
    let looked = match (args.files.as_slice(), kind) {
        ([], kind) => own(kind),
        (files, Some(kind)) => given(files, kind),
        (_, None) => Err(Refused {
            text: "files need --database: the same SQL means different things".to_owned(),
            hint: "--database sqlite or --database postgres",
            code: USAGE,
        }),
    };
    match looked {
        Ok(looked) => report(&looked, args.json),
        Err(Refused { text, hint, code }) => screen::failure_with(&text, Some(hint), code, args.json),
    }
}

fn own(kind: Option<Kind>) -> Result<Looked, Refused> {
    let mut looked = Looked::default();
    for kind in kind.map_or(vec![Kind::Sqlite, Kind::Postgres], |kind| vec![kind]) {
        let outcome = history(kind).map_err(|e| unreadable("the snapshots", &e.to_string()))?;
        looked.findings.extend(outcome.findings);
        looked.migrations += outcome.migrations;
        looked.exceptions += outcome.exceptions;
    }
    Ok(looked)
}

fn given(files: &[PathBuf], kind: Kind) -> Result<Looked, Refused> {
    let mut linter = Linter::new(kind);
    let mut looked = Looked::default();
    for file in files {
        let name = file.display().to_string();
        let sql = text(file)?;
        let migration = linter.read(&name, Direction::Up, &sql).map_err(|e| unreadable(&name, &e.to_string()))?;
        looked.findings.extend(migration.findings);
        looked.exceptions += migration.exceptions;
        looked.migrations += 1;
    }
    Ok(looked)
}

fn text(file: &Path) -> Result<String, Refused> {
    let name = file.display();
    let refused = |reason: &str, hint, code| Refused { text: format!("{name} {reason}"), hint, code };
    let found = std::fs::metadata(file).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => refused("does not exist", "check the name", NOT_FOUND),
        _ => refused(&format!("can't be read: {e}"), "make it readable", INVALID),
    })?;
    if !found.is_file() {
        return Err(refused("is no regular file", "name the files in it, such as FOLDER/*.sql", INVALID));
    }
    if found.len() > MAX_BYTES {
        return Err(refused("has more than 16 MiB", "leave out files that only hold rows", INVALID));
    }
    let bytes =
        std::fs::read(file).map_err(|e| refused(&format!("can't be read: {e}"), "make it readable", INVALID))?;
    let text = String::from_utf8(bytes);
    let text = text.map_err(|_| refused("is not UTF-8", "convert it, such as by iconv -t utf-8", INVALID))?;
    Ok(way_up(text))
}

/// A file without the way down, where a comment says that it begins: of dbmate, goose and sql-migrate.
fn way_up(mut text: String) -> String {
    let down = |line: &str| {
        let comment = line.trim().strip_prefix("--").map(|c| c.split_whitespace().collect::<Vec<_>>().join(" "));
        let comment = comment.unwrap_or_default().to_ascii_lowercase();
        ["migrate:down", "+goose down", "+migrate down"].iter().any(|mark| comment.starts_with(mark))
    };
    let end: usize = text.split_inclusive('\n').take_while(|line| !down(line)).map(str::len).sum();
    text.truncate(end);
    text
}

fn unreadable(name: &str, reason: &str) -> Refused {
    Refused { text: format!("{name} can't be read as SQL: {reason}"), hint: "give plain SQL statements", code: INVALID }
}

fn report(looked: &Looked, as_json: bool) -> ExitCode {
    looked.findings.iter().for_each(if as_json { tell_json } else { tell });
    let count = |severity| looked.findings.iter().filter(|f| f.rule.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let (migrations, exceptions) = (looked.migrations, looked.exceptions);
    if as_json {
        let fields =
            json!({ "migrations": migrations, "errors": errors, "warnings": warnings, "exceptions": exceptions });
        screen::object("summary", fields);
    } else {
        let number = |n: usize, what: &str| if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") };
        let [migrations, errors, warnings, exceptions] = [
            number(migrations, "migration"),
            number(errors, "error"),
            number(warnings, "warning"),
            number(exceptions, "exception"),
        ];
        screen::line(&format!("{migrations}: {errors}, {warnings}; {exceptions} with reasons."));
    }
    if errors > 0 { ExitCode::from(FOUND) } else { ExitCode::SUCCESS }
}

fn tell(finding: &Finding) {
    let rule = finding.rule;
    let place = match finding.statement {
        0 => String::new(),
        n => format!(", statement {n} (line {})", finding.line),
    };
    let (severity, version) = (rule.severity.as_str(), &finding.version);
    screen::line(&format!("{severity} {} {}: {}", rule.code, rule.name, finding.what));
    screen::line(&format!("  Where:   {version}, {} on {}{place}", finding.direction, finding.database));
    screen::line(&format!("  Why:     {}", rule.why));
    screen::line(&format!("  Way out: {}", rule.way_out));
    screen::line("");
}

fn tell_json(finding: &Finding) {
    let rule = finding.rule;
    let place = |n: usize| (n > 0).then_some(n);
    let fields = json!({
        "severity": rule.severity,
        "rule": rule.code,
        "name": rule.name,
        "database": finding.database,
        "version": finding.version,
        "direction": finding.direction,
        "statement": place(finding.statement),
        "line": place(finding.line),
        "what": finding.what,
        "why": rule.why,
        "way_out": rule.way_out,
    });
    screen::object("finding", fields);
}
