//! What a migration's SQL can do to a database that holds rows: one small rule for each danger.
//!
//! The rules look at SQL as it is run, statement by statement, and know what the statements before made. They read text
//! only: no database is opened. docs/lint.md lists them; a test holds the two together.

mod allow;
mod cursor;
mod history;
mod parse;
mod rules;
mod schema;
mod token;

use crate::runner::Direction;
use crate::target::Kind;

pub use allow::Allow;
pub use history::{ALLOWED, Outcome, history};
pub use rules::RULES;
pub use token::{Script, Statement, Token, TokenKind, Unreadable, split};

use parse::{Parsed, parse};
use schema::Schema;

/// How bad it is. An error loses or corrupts data, or fails where there are rows; a warning locks, rewrites or hinders.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Warning,
    Error,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One danger, and how it is recognised.
#[derive(Clone, Copy)]
pub struct Rule {
    /// `A..` for both databases, `S..` for SQLite, `P..` for PostgreSQL, `X..` for the exceptions themselves.
    pub code: &'static str,
    pub name: &'static str,
    pub severity: Severity,
    /// The only database that it is about, if it is one.
    pub only: Option<Kind>,
    /// Whether the way down is looked at too; what `down` takes back is counted and asked about when it runs.
    pub down: bool,
    pub why: &'static str,
    pub way_out: &'static str,
    /// What is wrong with the statement: nothing, or one line for each thing.
    check: fn(&Context<'_>) -> Vec<String>,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Rule({} {})", self.code, self.name)
    }
}

/// A statement that a rule is against.
#[derive(Clone, Debug)]
pub struct Finding {
    pub rule: &'static Rule,
    pub database: Kind,
    pub version: String,
    pub direction: Direction,
    /// The statement's number within the migration, and the line on which it begins; both from 1, and 0 for an
    /// exception, which belongs to no statement.
    pub statement: usize,
    pub line: usize,
    pub what: String,
}

/// What a rule may ask: the statement, its migration, and the schema before it.
struct Context<'a> {
    kind: Kind,
    migration: usize,
    statements: &'a [Parsed],
    at: usize,
    schema: &'a Schema,
}

impl Context<'_> {
    fn statement(&self) -> &Parsed {
        &self.statements[self.at]
    }

    fn earlier(&self) -> &[Parsed] {
        &self.statements[..self.at]
    }

    fn later(&self) -> &[Parsed] {
        &self.statements[self.at + 1..]
    }

    /// Whether rows may be in the table: this migration did not create it.
    fn existed(&self, table: &str) -> bool {
        self.schema.tables.get(table).is_none_or(|t| t.created_in != self.migration)
    }

    /// The table that a later statement of the migration puts in the place of this one.
    fn replacement(&self, table: &str) -> Option<&str> {
        self.later().iter().find_map(|statement| match statement {
            Parsed::AlterTable { table: new, actions } => actions.iter().find_map(|action| match action {
                parse::Action::RenameTable { to } if to == table => Some(new.as_str()),
                _ => None,
            }),
            _ => None,
        })
    }
}

/// What a look at one migration gave.
#[derive(Clone, Debug, Default)]
pub struct Migration {
    pub findings: Vec<Finding>,
    /// How many exceptions of its own were needed.
    pub exceptions: usize,
}

/// Reads migrations in their order, and remembers what they made.
#[derive(Debug)]
pub struct Linter {
    kind: Kind,
    schema: Schema,
    migrations: usize,
}

impl Linter {
    pub fn new(kind: Kind) -> Self {
        Self { kind, schema: Schema::default(), migrations: 0 }
    }

    /// Looks at one migration, after all those before it.
    ///
    /// The findings stand in the order of the statements. `-- lint: allow CODE reason` in the SQL is an exception of
    /// this migration; one that nothing needs is a finding.
    ///
    /// # Errors
    /// The text is no SQL script: see [`split`].
    pub fn read(&mut self, version: &str, direction: Direction, sql: &str) -> Result<Migration, Unreadable> {
        let script = split(sql, self.kind)?;
        let statements: Vec<Parsed> = script.statements.iter().map(|s| parse(&s.tokens)).collect();
        self.migrations += 1;
        let mut findings = Vec::new();
        for (at, statement) in script.statements.iter().enumerate() {
            let context = Context {
                kind: self.kind,
                migration: self.migrations,
                statements: &statements,
                at,
                schema: &self.schema,
            };
            for rule in RULES.iter().copied().filter(|rule| self.applies(rule, direction)) {
                let found = (rule.check)(&context).into_iter().map(|what| Finding {
                    rule,
                    database: self.kind,
                    version: version.to_owned(),
                    direction,
                    statement: statement.number,
                    line: statement.line,
                    what,
                });
                findings.extend(found);
            }
            self.schema.apply(&statements[at], self.migrations);
        }
        let (allowed, mut wrong) = allow::in_comments(&script.comments);
        let (mut findings, unused) = allow::without(findings, &allowed);
        let exceptions = allowed.len() - unused.len();
        wrong.extend(unused.into_iter().map(allow::unused));
        findings.extend(wrong.into_iter().map(|what| allow::finding(self.kind, version, direction, what)));
        Ok(Migration { findings, exceptions })
    }

    fn applies(&self, rule: &Rule, direction: Direction) -> bool {
        rule.only.is_none_or(|only| only == self.kind) && (rule.down || direction == Direction::Up)
    }

    /// The tables that the migrations so far have left, sorted.
    pub fn tables(&self) -> Vec<&str> {
        self.schema.tables.keys().map(String::as_str).collect()
    }
}
