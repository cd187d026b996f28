//! What a SQLite table's SQL says and no pragma does: its CHECKs, and what columns and keys seldom have.

use std::collections::BTreeMap;

use super::sqlite::one_line;
use crate::lint::{Token, TokenKind, split};
use crate::target::Kind;

/// The CHECKs of a CREATE TABLE, each with the name that it has.
pub(super) fn checks(sql: &str) -> Vec<String> {
    let sql = one_line(&without_comments(sql));
    let mut out: Vec<String> = Vec::new();
    let mut rest = sql.as_str();
    while let Some(at) = word(rest, "check") {
        let (before, after) = rest.split_at(at);
        let body = after["check".len()..].trim_start();
        if let Some(end) = body.starts_with('(').then(|| closing(body)).flatten() {
            let words: Vec<&str> = before.split_whitespace().collect();
            let name = match words.as_slice() {
                [.., constraint, name] if constraint.eq_ignore_ascii_case("constraint") => {
                    name.trim_matches(['"', '`', '[', ']', '\''])
                }
                _ => "(unnamed)",
            };
            out.push(format!("check {name} {}", &body[..=end]));
            rest = &body[end..];
        } else {
            rest = body;
        }
    }
    out.sort();
    out
}

/// Whether a text is within quotes, from one character to the next.
#[derive(Clone, Copy, Default)]
struct Quotes(Option<char>);

impl Quotes {
    /// Takes a character; true when it stands outside of quotes, and is none itself.
    fn outside(&mut self, c: char) -> bool {
        match (self.0, c) {
            (Some(end), _) => {
                if c == end {
                    self.0 = None;
                }
                return false;
            }
            (None, '\'' | '"' | '`') => self.0 = Some(c),
            (None, '[') => self.0 = Some(']'),
            (None, _) => return true,
        }
        false
    }
}

/// Each comment becomes a blank.
fn without_comments(sql: &str) -> String {
    let mut out = String::new();
    let mut quotes = Quotes::default();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let outside = quotes.outside(c);
        let end = match (outside, rest.get(..2)) {
            (true, Some("--")) => Some(rest.find('\n').unwrap_or(rest.len())),
            (true, Some("/*")) => Some(rest[2..].find("*/").map_or(rest.len(), |at| at + 4)),
            _ => None,
        };
        out.push(if end.is_some() { ' ' } else { c });
        rest = &rest[end.unwrap_or(c.len_utf8())..];
    }
    out
}

/// Where a word stands outside of quotes, whatever its case.
fn word(text: &str, word: &str) -> Option<usize> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let mut quotes = Quotes::default();
    let mut before = ' ';
    text.char_indices().find_map(|(at, c)| {
        let begins = quotes.outside(c) && !is_name(before);
        before = c;
        let end = at + word.len();
        let is_it = text.get(at..end).is_some_and(|found| found.eq_ignore_ascii_case(word));
        let ends = || !text[end..].starts_with(is_name);
        (begins && is_it && ends()).then_some(at)
    })
}

/// The position of the parenthesis that closes the first one; those in quotes do not count.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quotes = Quotes::default();
    for (at, c) in text.char_indices() {
        match (quotes.outside(c), c) {
            (true, '(') => depth += 1,
            (true, ')') if depth == 1 => return Some(at),
            (true, ')') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// What differs from the usual, so that a usual table has nothing of it.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Unusual {
    /// By column, what follows the rest of its line: ` collate nocase`.
    pub columns: BTreeMap<String, String>,
    /// Of the table: `strict`, `unique (a) on conflict replace`.
    pub lines: Vec<String>,
}

/// Reads a CREATE TABLE.
pub(super) fn unusual(sql: &str) -> Unusual {
    let mut out = Unusual::default();
    let script = match split(sql, Kind::Sqlite) {
        Ok(script) => script,
        Err(e) => {
            out.lines.push(format!("SQL that can't be read: {}", e.what));
            return out;
        }
    };
    let tokens = script.statements.first().map_or(&[][..], |s| s.tokens.as_slice());
    if tokens.get(1).is_some_and(|t| t.is("virtual")) {
        // Its columns are listed as those of any table; the rest is its module's to understand.
        let using = tokens.iter().position(|t| t.is("using")).unwrap_or(tokens.len());
        out.lines.push(text(&tokens[using..]));
        return out;
    }
    let Some(open) = tokens.iter().position(|t| t.is_sign('(')) else { return out };
    let end = group_end(&tokens[open..]);
    for part in between_commas(&tokens[open + 1..open + end]) {
        let is_constraint = ["constraint", "primary", "unique", "check", "foreign"];
        let clauses = clauses(part);
        let Some(first) = part.first() else { continue };
        if !is_constraint.iter().any(|word| first.is(word)) {
            if !clauses.is_empty() {
                out.columns.insert(first.text.clone(), clauses);
            }
            continue;
        }
        let Some(kind) = part.iter().position(|t| ["primary", "unique", "foreign"].iter().any(|w| t.is(w))) else {
            continue;
        };
        let Some(open) = part[kind..].iter().position(|t| t.is_sign('(')).map(|at| kind + at) else { continue };
        let keys = &part[open..=open + group_end(&part[open..])];
        let plain = |t: &Token| !(t.is("collate") || t.is("desc"));
        if !clauses.is_empty() || !keys.iter().all(plain) {
            out.lines.push(format!("{} {}{clauses}", text(&part[kind..open]), text(keys)));
        }
    }
    for option in between_commas(tokens.get(open + end + 1..).unwrap_or_default()) {
        out.lines.push(text(option));
    }
    out.lines.sort();
    out
}

/// The clauses outside brackets that change how a column or key behaves.
fn clauses(tokens: &[Token]) -> String {
    let mut out = String::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let is = |ahead: usize, word: &str| tokens.get(at + ahead).is_some_and(|t| t.is(word));
        let word = |ahead: usize| tokens.get(at + ahead).map(|t| t.text.to_ascii_lowercase()).unwrap_or_default();
        if token.is_sign('(') {
            at += group_end(&tokens[at..]);
        } else if is(0, "collate") && word(1) != "binary" {
            out.push_str(&format!(" collate {}", word(1)));
            at += 1;
        } else if is(0, "on") && is(1, "conflict") && !is(2, "abort") {
            out.push_str(&format!(" on conflict {}", word(2)));
        } else if is(0, "initially") && is(1, "deferred") && !(at >= 2 && tokens[at - 2].is("not")) {
            out.push_str(" deferrable initially deferred");
        } else if is(0, "as") && tokens.get(at + 1).is_some_and(|t| t.is_sign('(')) {
            let end = at + 1 + group_end(&tokens[at + 1..]);
            let stored = tokens.get(end + 1).is_some_and(|t| t.is("stored"));
            let how = if stored { "stored" } else { "virtual" };
            out.push_str(&format!(" generated always as {} {how}", text(&tokens[at + 1..=end])));
            at = end;
        } else if is(0, "autoincrement") || is(0, "desc") {
            out.push_str(&format!(" {}", word(0)));
        }
        at += 1;
    }
    out
}

/// The position of the bracket that closes the first token, which is one; the last position if none does.
fn group_end(tokens: &[Token]) -> usize {
    let mut depth = 0_usize;
    let closed = tokens.iter().position(|token| {
        if token.is_sign('(') {
            depth += 1;
        } else if token.is_sign(')') {
            depth = depth.saturating_sub(1);
        }
        depth == 0
    });
    closed.unwrap_or(tokens.len().saturating_sub(1))
}

/// The parts between commas outside brackets.
fn between_commas(tokens: &[Token]) -> Vec<&[Token]> {
    let mut depth = 0_usize;
    let parts = tokens.split(|token| {
        if token.is_sign('(') {
            depth += 1;
        } else if token.is_sign(')') {
            depth = depth.saturating_sub(1);
        }
        depth == 0 && token.is_sign(',')
    });
    parts.filter(|part| !part.is_empty()).collect()
}

/// Tokens in one line, words in lower case.
fn text(tokens: &[Token]) -> String {
    let mut out = String::new();
    for token in tokens {
        let text = match token.kind {
            TokenKind::Text => format!("'{}'", token.text.replace('\'', "''")),
            TokenKind::Quoted => token.text.clone(),
            TokenKind::Word | TokenKind::Sign => token.text.to_ascii_lowercase(),
        };
        let joined = out.is_empty() || out.ends_with('(') || matches!(text.as_str(), ")" | ",");
        out.push_str(if joined { "" } else { " " });
        out.push_str(&text);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{checks, unusual};

    #[test]
    fn checks_are_read_with_their_names_and_to_their_end() {
        let sql = "CREATE TABLE t (a text CONSTRAINT \"ck_a\" CHECK (a IN ('(', 'x')),\n b int CHECK (b > (1 + 2)))";
        assert_eq!(checks(sql), ["check (unnamed) (b > (1 + 2))", "check ck_a (a IN ('(', 'x'))"]);
        assert!(checks("CREATE TABLE t (a text)").is_empty());
    }

    #[test]
    fn checks_are_read_in_any_case_and_outside_of_quotes_and_comments() {
        let sql = "create table t (a text constraint `c k` check(a > 1), /* CHECK (a) */ b text -- check (b)\n, \
                   \"check\" text default 'CHECK (x)', [check (c)] text, recheck text constraint k Check (b < ']'))";
        assert_eq!(checks(sql), ["check (unnamed) (a > 1)", "check k (b < ']')"]);
    }

    #[test]
    fn a_usual_table_has_nothing_unusual() {
        let sql = "CREATE TABLE \"t\" ( \"id\" uuid_text NOT NULL PRIMARY KEY, a text NOT NULL ON CONFLICT ABORT COLLATE BINARY \
                   CONSTRAINT k CHECK (a <> 'x' COLLATE NOCASE), c text DEFAULT (1) CONSTRAINT f REFERENCES t (id) \
                   ON DELETE CASCADE NOT DEFERRABLE INITIALLY DEFERRED, \"desc\" text, CONSTRAINT u UNIQUE (a, c) )";
        assert_eq!(unusual(sql), super::Unusual::default());
        let found = unusual("CREATE VIRTUAL TABLE v USING fts5(a, tokenize = 'x', b desc)");
        assert_eq!((found.columns.len(), found.lines), (0, vec!["using fts5 (a, tokenize = 'x', b desc)".to_owned()]));
    }

    #[test]
    fn what_is_unusual_is_named_by_column_and_table() {
        let sql = "CREATE TABLE t (id integer PRIMARY KEY DESC AUTOINCREMENT, [a] text collate nocase not null on conflict Replace, \
                   b text generated always as (lower(\"a\") || 'x''y') stored, c text AS (a), \
                   d text REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED, unique (a, b) on conflict ignore, \
                   CONSTRAINT k PRIMARY KEY (a COLLATE rtrim DESC), FOREIGN KEY (c) REFERENCES t (id) INITIALLY DEFERRED\
                   ) WITHOUT ROWID, strict";
        let found = unusual(sql);
        let columns: Vec<(&str, &str)> =
            found.columns.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(
            columns,
            [
                ("a", " collate nocase on conflict replace"),
                ("b", " generated always as (lower (a) | | 'x''y') stored"),
                ("c", " generated always as (a) virtual"),
                ("d", " deferrable initially deferred"),
                ("id", " desc autoincrement"),
            ]
        );
        assert_eq!(
            found.lines,
            [
                "foreign key (c) deferrable initially deferred",
                "primary key (a collate rtrim desc)",
                "strict",
                "unique (a, b) on conflict ignore",
                "without rowid",
            ]
        );
    }
}
