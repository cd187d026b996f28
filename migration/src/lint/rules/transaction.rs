//! What breaks, or is lost in, the one transaction in which migrations run.

use crate::lint::cursor::Cursor;
use crate::lint::parse::Parsed;
use crate::lint::token::TokenKind;
use crate::lint::{Context, Rule, Severity};
use crate::target::Kind;

pub static TRANSACTION_CONTROL: Rule = Rule {
    code: "A10",
    name: "transaction-control",
    severity: Severity::Error,
    only: None,
    down: true,
    why: "it ends or fails the transaction of the run, so that a failure leaves half of the migration behind",
    way_out: "leave it out: the run begins and commits the transaction",
    check: |c| {
        let Some(mut words) = other(c) else { return Vec::new() };
        let back = Cursor::new(words.rest);
        let Some(first) = words.next() else { return Vec::new() };
        let verb = first.text.to_ascii_uppercase();
        let ends = match verb.as_str() {
            "BEGIN" | "COMMIT" | "END" | "ABORT" => true,
            "ROLLBACK" => !back.has("to"),
            "START" => words.at("transaction"),
            _ => false,
        };
        if ends && first.kind == TokenKind::Word { vec![format!("{verb} inside a migration")] } else { Vec::new() }
    },
};

pub static REFUSED_IN_TRANSACTION: Rule = Rule {
    code: "A13",
    name: "refused-in-transaction",
    severity: Severity::Error,
    only: None,
    down: true,
    why: "the database refuses it inside a transaction, and migrations run in one",
    way_out: "leave it out of the migrations and run it by hand; a plain CREATE INDEX does run in a transaction",
    check: |c| {
        let found = match c.statement() {
            Parsed::CreateIndex(index) if index.concurrently => Some("CREATE INDEX CONCURRENTLY"),
            Parsed::Drop { concurrently: true, .. } => Some("DROP INDEX CONCURRENTLY"),
            Parsed::Drop { what, .. } if what == "database" && c.kind == Kind::Postgres => Some("DROP DATABASE"),
            Parsed::Other(tokens) => {
                let words = Cursor::new(tokens);
                let begins = |with: &[&str]| Cursor::new(tokens).eat_all(with);
                let postgres = c.kind == Kind::Postgres;
                match () {
                    () if begins(&["vacuum"]) => Some("VACUUM"),
                    () if !postgres && begins(&["detach"]) => Some("DETACH"),
                    () if !postgres => None,
                    () if begins(&["reindex"]) && words.has("concurrently") => Some("REINDEX CONCURRENTLY"),
                    () if begins(&["create", "database"]) => Some("CREATE DATABASE"),
                    () if begins(&["create", "tablespace"]) => Some("CREATE TABLESPACE"),
                    () if begins(&["alter", "system"]) => Some("ALTER SYSTEM"),
                    () => None,
                }
            }
            _ => None,
        };
        found.map(|what| format!("{what} inside a migration")).into_iter().collect()
    },
};

/// Those that work inside a transaction and are rolled back with it, and those that only read.
const HARMLESS: [&str; 9] = [
    "application_id",
    "foreign_key_check",
    "foreign_key_list",
    "index_list",
    "integrity_check",
    "quick_check",
    "table_info",
    "table_list",
    "user_version",
];

pub static PRAGMA_IN_MIGRATION: Rule = Rule {
    code: "S3",
    name: "pragma-in-migration",
    severity: Severity::Error,
    only: Some(Kind::Sqlite),
    down: true,
    why: "inside a transaction PRAGMA foreign_keys and many others do nothing: what they should prevent happens, and \
          the migration still succeeds",
    way_out: "leave it to the run, which turns foreign keys off before it begins the transaction",
    check: |c| {
        let Some(mut words) = other(c) else { return Vec::new() };
        if !words.eat("pragma") {
            return Vec::new();
        }
        let name = words.name().unwrap_or_default();
        if HARMLESS.contains(&name.as_str()) { Vec::new() } else { vec![format!("PRAGMA {name} inside a migration")] }
    },
};

pub static SESSION_SETTING: Rule = Rule {
    code: "P17",
    name: "session-setting",
    severity: Severity::Warning,
    only: Some(Kind::Postgres),
    down: true,
    why: "it stays for the migrations after it, and for whoever gets the connection from the pool",
    way_out: "SET LOCAL, which ends with the transaction; search_path belongs to the run",
    check: |c| {
        let Some(mut words) = other(c) else { return Vec::new() };
        if words.eat("set") {
            let ends = ["local", "constraints", "transaction"].iter().any(|word| words.at(word));
            words.eat("session");
            let name = words.name().unwrap_or_default();
            return if ends { Vec::new() } else { vec![format!("SET {name} for the whole session")] };
        }
        let call = words.rest.iter().position(|t| t.is("set_config")).map(|at| Cursor::new(&words.rest[at + 1..]));
        let kept = call.and_then(|mut call| call.group()).is_some_and(|inside| inside.iter().any(|t| t.is("false")));
        if kept { vec!["set_config for the whole session".to_owned()] } else { Vec::new() }
    },
};

/// A statement that is none of the known ones.
fn other<'a>(c: &'a Context<'_>) -> Option<Cursor<'a>> {
    match c.statement() {
        Parsed::Other(tokens) => Some(Cursor::new(tokens)),
        _ => None,
    }
}
