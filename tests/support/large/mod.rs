//! A board with 100,000 items, made by SQL in a few seconds: for what must not grow with the rows.
//!
//! Its statements are written once, with names for what the two databases write differently: see [`sql`]. The rows are
//! as a board of a year's work has them, of every table; they have no complete ledgers, so nothing replays them.

mod records;
mod work;

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::database::{Kind, connect};

/// How many items there are.
pub const ITEMS: u64 = 100_000;

/// Tables, each with the two digits that its ids carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Project = 0x01,
    User = 0x02,
    Agent = 0x03,
    Item = 0x10,
    Assignment = 0x11,
    Event = 0x12,
    Edge = 0x13,
    Sprint = 0x14,
    Stream = 0x15,
    Session = 0x16,
    SessionEvent = 0x17,
    File = 0x18,
    Verification = 0x19,
    Decision = 0x1a,
    Evolution = 0x1b,
    Message = 0x1c,
    Checkpoint = 0x1d,
    Review = 0x1e,
    Artifact = 0x1f,
    Operation = 0x20,
    Metric = 0x21,
    Archive = 0x22,
    Template = 0x23,
    Run = 0x24,
    Step = 0x25,
    Output = 0x26,
    RunEvent = 0x27,
    Reference = 0x28,
    Setting = 0x29,
    GoneItem = 0x2a,
}

/// The id of the row of that number, from 1.
pub fn id(of: Of, number: u64) -> Uuid {
    let text = format!("01900000-00{:02x}-7000-8000-{number:012x}", of as u8);
    Uuid::try_parse(&text).expect("an id")
}

/// The number of an item that is ready, of the first project, and asks for nothing.
pub const READY: u64 = 50_230;
/// One that an agent, of the number that follows, works on.
pub const HELD: u64 = 50_216;
pub const HOLDER: u64 = HELD % 2000 + 1;
/// One that is done, and has 3,000 comments and as many checkpoints.
pub const TALKED_ABOUT: u64 = 1;

/// Writes the rows of a large board into a migrated database.
pub(crate) async fn fill(kind: Kind, url: &str) -> Result<(), String> {
    let db = connect(url).await.map_err(|error| error.to_string())?;
    let run = async |text: &str| db.execute_unprepared(text).await.map_err(|error| format!("{error}\n{text}"));
    for statement in work::STATEMENTS.iter().chain(records::STATEMENTS) {
        run(&sql(kind, statement)).await?;
    }
    let settle = match kind {
        // No ANALYZE: a user's file has seen none, and every plan must do without.
        Kind::Sqlite => "PRAGMA wal_checkpoint(TRUNCATE)",
        Kind::Postgres => "VACUUM ANALYZE",
    };
    run(settle).await?;
    db.close().await.map_err(|error| error.to_string())
}

/// A statement for one of the databases. In it stand for
///
/// - `{rows N}`: a source with one column `n`, from 1 to N;
/// - `{id TAG n}`: an id of the table with that tag (two digits), for the number that an expression gives;
/// - `{at n}`: so many seconds after the first of January 2026, a point in time;
/// - `{json}`: the type of JSON columns, for casts;
/// - `{note}`: what a session's note holds;
/// - `{hex x}`: an id's hexadecimal digits;
/// - `{vector x}`: the last column of the full-text index, for a search text and a scope.
pub fn sql(kind: Kind, text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let end = closing(after);
        out.push_str(before);
        out.push_str(&named(kind, &after[..end]));
        rest = &after[end + 1..];
    }
    out + rest
}

/// The place of the brace that closes the one before the text.
fn closing(text: &str) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return at,
            '}' => depth -= 1,
            _ => {}
        }
    }
    panic!("no closing brace: {text}")
}

fn named(kind: Kind, name: &str) -> String {
    let (word, rest) = name.split_once(' ').unwrap_or((name, ""));
    let of = sql(kind, rest);
    match (word, kind) {
        ("rows", Kind::Sqlite) => {
            format!(
                "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {of}) SELECT n FROM c) AS s"
            )
        }
        ("rows", Kind::Postgres) => format!("generate_series(1, {of}) AS s(n)"),
        ("id", _) => {
            let (tag, number) = of.split_once(' ').expect("a tag and a number");
            let start = format!("0190000000{tag}70008000");
            match kind {
                Kind::Sqlite => format!("unhex('{start}' || printf('%012x', {number}))"),
                Kind::Postgres => format!("CAST('{start}' || lpad(to_hex(CAST({number} AS bigint)), 12, '0') AS uuid)"),
            }
        }
        ("at", Kind::Sqlite) => format!("strftime('%Y-%m-%dT%H:%M:%S+00:00', 1767225600 + ({of}), 'unixepoch')"),
        ("at", Kind::Postgres) => format!("to_timestamp(1767225600 + CAST(({of}) AS bigint))"),
        ("json", Kind::Sqlite) => "text".to_owned(),
        ("json", Kind::Postgres) => "jsonb".to_owned(),
        ("note", _) => r#"'{"text":"seen"}'"#.to_owned(),
        // As the product asks SQLite, which has no figures to choose an index by.
        ("by", Kind::Sqlite) => format!(" INDEXED BY {of}"),
        ("by", Kind::Postgres) => String::new(),
        ("off", Kind::Sqlite) => format!("+{of}"),
        ("off", Kind::Postgres) => of,
        ("hex", Kind::Sqlite) => format!("lower(hex({of}))"),
        ("hex", Kind::Postgres) => format!("replace(CAST({of} AS text), '-', '')"),
        ("last", Kind::Sqlite) => "scope".to_owned(),
        ("last", Kind::Postgres) => "search_vector".to_owned(),
        ("vector", _) => {
            let (words, scope) = of.split_once(" ~ ").expect("a text and a scope");
            if kind == Kind::Sqlite { scope.to_owned() } else { format!("to_tsvector('simple', {words})") }
        }
        _ => panic!("what is {{{name}}}?"),
    }
}
