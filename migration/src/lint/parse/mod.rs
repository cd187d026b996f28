//! What a statement does, as far as the rules ask.

mod alter;
mod column;

use super::cursor::{Cursor, mentioned, parts, quoted};
use super::token::Token;

pub use alter::Action;
pub use column::{Column, Constraint, Form};

/// A statement; what the rules do not ask about is [`Parsed::Other`].
#[derive(Clone, Debug)]
pub enum Parsed {
    CreateTable(CreateTable),
    AlterTable {
        table: String,
        actions: Vec<Action>,
    },
    CreateIndex(CreateIndex),
    CreateView {
        name: String,
        mentions: Vec<String>,
    },
    CreateTrigger {
        name: String,
        table: String,
        mentions: Vec<String>,
    },
    Drop {
        what: String,
        names: Vec<String>,
        cascade: bool,
        concurrently: bool,
    },
    /// `columns` are those that are listed before its rows, if any are.
    Insert {
        table: String,
        selects: bool,
        star: bool,
        columns: Option<Vec<String>>,
    },
    Update {
        table: String,
        filtered: bool,
    },
    Delete {
        table: String,
        filtered: bool,
    },
    Truncate {
        tables: Vec<String>,
    },
    Other(Vec<Token>),
}

#[derive(Clone, Debug, Default)]
pub struct CreateTable {
    pub name: String,
    pub if_not_exists: bool,
    pub columns: Vec<Column>,
    pub constraints: Vec<Constraint>,
    /// `CREATE TABLE .. AS SELECT`.
    pub copies: bool,
}

#[derive(Clone, Debug, Default)]
pub struct CreateIndex {
    pub name: Option<String>,
    pub table: String,
    pub if_not_exists: bool,
    pub concurrently: bool,
    /// Everything named in its columns and its WHERE.
    pub mentions: Vec<String>,
    /// The names in double quotes.
    pub quoted: Vec<String>,
}

/// Reads a statement.
pub fn parse(tokens: &[Token]) -> Parsed {
    let mut c = Cursor::new(tokens);
    // WITH .. before INSERT, UPDATE and DELETE: the statement's own verb stands outside the brackets.
    if c.eat("with") {
        c.eat("recursive");
        while c.name().is_some() {
            let _columns = c.group();
            if !c.eat("as") {
                break;
            }
            c.eat("not");
            c.eat("materialized");
            let _query = c.group();
            if !c.eat_sign(',') {
                break;
            }
        }
    }
    known(c).unwrap_or_else(|| Parsed::Other(tokens.to_vec()))
}

fn known(mut c: Cursor<'_>) -> Option<Parsed> {
    let first = c.next()?;
    match first.text.to_ascii_lowercase().as_str() {
        "create" => create(c),
        "alter" if c.eat("table") => {
            c.eat_all(&["if", "exists"]);
            c.eat("only");
            Some(Parsed::AlterTable { table: c.name()?, actions: alter::actions(c.rest) })
        }
        "drop" => drop_statement(c),
        "insert" | "replace" => insert(c),
        "update" => {
            if c.eat("or") {
                c.next();
            }
            c.eat("only");
            Some(Parsed::Update { table: c.name()?, filtered: c.has("where") })
        }
        "delete" if c.eat("from") => {
            c.eat("only");
            Some(Parsed::Delete { table: c.name()?, filtered: c.has("where") })
        }
        "truncate" => {
            c.eat("table");
            c.eat("only");
            Some(Parsed::Truncate { tables: c.names() })
        }
        _ => None,
    }
}

fn create(mut c: Cursor<'_>) -> Option<Parsed> {
    c.eat_all(&["or", "replace"]);
    while c.eat_any(&["temp", "temporary", "global", "local", "unlogged", "unique", "materialized", "constraint"]) {}
    if c.eat("table") {
        return table(c);
    }
    if c.eat("index") {
        return index(c);
    }
    if c.eat("view") {
        c.eat_all(&["if", "not", "exists"]);
        let name = c.name()?;
        return Some(Parsed::CreateView { name, mentions: mentioned(c.rest) });
    }
    if c.eat("trigger") {
        c.eat_all(&["if", "not", "exists"]);
        let name = c.name()?;
        while !c.eat("on") {
            c.next()?;
        }
        return Some(Parsed::CreateTrigger { name, table: c.name()?, mentions: mentioned(c.rest) });
    }
    None
}

fn table(mut c: Cursor<'_>) -> Option<Parsed> {
    let if_not_exists = c.eat_all(&["if", "not", "exists"]);
    let mut table = CreateTable { name: c.name()?, if_not_exists, ..CreateTable::default() };
    if let Some(body) = c.group() {
        (table.columns, table.constraints) = column::elements(body);
    }
    table.copies = c.has("as");
    Some(Parsed::CreateTable(table))
}

fn index(mut c: Cursor<'_>) -> Option<Parsed> {
    let concurrently = c.eat("concurrently");
    let if_not_exists = c.eat_all(&["if", "not", "exists"]);
    let name = if c.at("on") { None } else { c.name() };
    c.eat("on").then_some(())?;
    c.eat("only");
    let table = c.name()?;
    let (mentions, quoted) = (mentioned(c.rest), quoted(c.rest));
    Some(Parsed::CreateIndex(CreateIndex { name, table, if_not_exists, concurrently, mentions, quoted }))
}

fn drop_statement(mut c: Cursor<'_>) -> Option<Parsed> {
    c.eat("materialized");
    let what = c.next()?.text.to_ascii_lowercase();
    let concurrently = c.eat("concurrently");
    c.eat_all(&["if", "exists"]);
    let names = c.names();
    Some(Parsed::Drop { what, names, cascade: c.has("cascade"), concurrently })
}

fn insert(mut c: Cursor<'_>) -> Option<Parsed> {
    if c.eat("or") {
        c.next();
    }
    c.eat("into").then_some(())?;
    let table = c.name()?;
    if c.eat("as") {
        c.name();
    }
    let first = c.group();
    let is_query = |inside: &[Token]| inside.first().is_some_and(|t| t.is("select") || t.is("with"));
    let columns = first.filter(|inside| !is_query(inside)).map(mentioned);
    let query = match first {
        Some(inside) if columns.is_none() => Cursor::new(inside),
        _ => c,
    };
    let list = select_list(query);
    let star = list.is_some_and(|list| {
        parts(list).iter().any(|item| match item {
            [star] => star.is_sign('*'),
            [.., dot, star] => dot.is_sign('.') && star.is_sign('*'),
            [] => false,
        })
    });
    Some(Parsed::Insert { table, selects: list.is_some(), star, columns })
}

/// What stands between SELECT and FROM, outside brackets.
fn select_list(mut query: Cursor<'_>) -> Option<&[Token]> {
    query.seek("select").then_some(())?;
    query.next();
    query.eat_any(&["distinct", "all"]);
    let list = query.rest;
    query.seek("from");
    Some(&list[..list.len() - query.rest.len()])
}
