//! The SQL that PostgreSQL's programs write: statements, and the rows that stand between them.

use std::collections::BTreeSet;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

use super::scope::{Scope, What};
use super::tokens::{self, Token};

/// A statement of a schema is shorter; so much of it is held in memory.
const LONGEST: usize = 1 << 20;
/// Rows are handed on in pieces of about this size.
const PIECE: usize = 64 << 10;

/// What comes next in a script.
#[derive(Debug)]
pub(super) enum Part {
    Statement {
        statement: String,
        what: What,
    },
    /// `COPY`: the rows follow, by [`Script::rows`].
    Rows {
        statement: String,
        table: String,
    },
}

/// A script that is read as it arrives.
#[derive(Debug)]
pub(super) struct Script<R> {
    input: BufReader<R>,
    line: Vec<u8>,
    /// The end of a table's rows was read, and is still to be told.
    ended: bool,
    at_end: bool,
    scope: Scope,
}

impl<R: AsyncRead + Unpin> Script<R> {
    /// What a program writes of these tables.
    pub(super) fn new(input: R, schema: &str, tables: BTreeSet<String>) -> Self {
        let scope = Scope::new(schema, tables);
        Self { input: BufReader::with_capacity(PIECE, input), line: Vec::new(), ended: false, at_end: false, scope }
    }

    /// The names that belong to the tables, as far as it was read.
    pub(super) fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether all was read that the program wrote.
    pub(super) fn is_at_end(&self) -> bool {
        self.at_end
    }

    /// The next part; none at the end. Settings of the session are left out, and what no dump of these tables holds is an
    /// error.
    pub(super) async fn next(&mut self) -> Result<Option<Part>, String> {
        loop {
            let Some(statement) = self.statement().await? else { return Ok(None) };
            let tokens = tokens::read(&statement);
            let words: Vec<&str> = tokens.iter().filter(|t| t.counts()).map(|t| t.text).collect();
            match words.as_slice() {
                ["SET", "client_encoding", "=", encoding, ..] if *encoding != "'UTF8'" => {
                    return Err(format!("it is in {encoding}, not in UTF-8"));
                }
                ["SET", ..] | ["SELECT", "pg_catalog", ".", "set_config", ..] => {}
                ["COPY", schema, ".", table, .., "FROM", "stdin", ";"] => {
                    let table = tokens::unquoted(table);
                    self.scope.rows(&tokens::unquoted(schema), &table)?;
                    return Ok(Some(Part::Rows { statement, table }));
                }
                _ => match self.scope.look(&tokens) {
                    Some(what) => return Ok(Some(Part::Statement { statement, what })),
                    None => {
                        let start: String = statement.chars().take(120).collect();
                        return Err(format!("it holds a statement that no backup of its tables has: {start}"));
                    }
                },
            }
        }
    }

    async fn statement(&mut self) -> Result<Option<String>, String> {
        let mut text = Vec::new();
        while self.read_line().await? {
            if text.is_empty() && says_nothing(&self.line)? {
                continue;
            }
            text.extend_from_slice(&self.line);
            if text.len() > LONGEST {
                return Err("a statement in it is too long".to_owned());
            }
            if !self.line.trim_ascii_end().ends_with(b";") {
                continue;
            }
            let statement = std::str::from_utf8(&text).map_err(|_| "a statement in it is not UTF-8".to_owned())?;
            let tokens = tokens::read(statement);
            match tokens.iter().filter(|t| t.text == ";").count() {
                // The last line's semicolon stands in a literal.
                _ if !tokens.iter().all(Token::is_closed) => {}
                0 => {}
                1 => return Ok(Some(statement.trim().to_owned())),
                _ => return Err("several statements in it are in one".to_owned()),
            }
        }
        if text.is_empty() { Ok(None) } else { Err("it ends in the middle of a statement".to_owned()) }
    }

    /// Reads more rows, as they are written: how many, and none when the table's end is reached.
    pub(super) async fn rows(&mut self, piece: &mut Vec<u8>) -> Result<Option<u64>, String> {
        piece.clear();
        let mut rows = 0;
        while piece.len() < PIECE && !self.ended {
            if !self.read_line().await? || !self.line.ends_with(b"\n") {
                return Err("it ends in the middle of a table's rows".to_owned());
            }
            if self.line == b"\\.\n" {
                self.ended = true;
            } else {
                rows += 1;
                piece.extend_from_slice(&self.line);
            }
        }
        if rows > 0 {
            return Ok(Some(rows));
        }
        self.ended = false;
        Ok(None)
    }

    async fn read_line(&mut self) -> Result<bool, String> {
        self.line.clear();
        let n = self.input.read_until(b'\n', &mut self.line).await.map_err(|e| e.to_string())?;
        self.at_end = n == 0 || !self.line.ends_with(b"\n");
        Ok(n > 0)
    }
}

/// An empty line, a comment, or what newer versions tell psql.
fn says_nothing(line: &[u8]) -> Result<bool, String> {
    let line = line.trim_ascii();
    if line.starts_with(b"\\") && !line.starts_with(b"\\restrict ") && !line.starts_with(b"\\unrestrict ") {
        return Err("it holds a command for psql".to_owned());
    }
    Ok(line.is_empty() || line.starts_with(b"--") || line.starts_with(b"\\"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Part, Script};

    const TEXT: &str = "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\nSET client_encoding = 'UTF8';\n\
        SELECT pg_catalog.set_config('search_path', '', false);\n\
        CREATE TABLE public.t (\n    a text DEFAULT ';\n'::text,\n    CONSTRAINT c CHECK ((a <> ';'::text))\n);\n\n\
        COPY public.t (a) FROM stdin;\na;\\n\n\\\\.\n\\.\n\n\nCOPY public.\"U\" (a) FROM stdin;\n\\.\n\
        ALTER TABLE ONLY public.t\n    ADD CONSTRAINT p PRIMARY KEY (a);\n\\unrestrict abc\n";

    async fn parts(text: &str) -> Result<Vec<String>, String> {
        let tables = BTreeSet::from(["t".to_owned(), "U".to_owned()]);
        let mut script = Script::new(text.as_bytes(), "public", tables);
        let mut out = Vec::new();
        while let Some(part) = script.next().await? {
            match part {
                Part::Statement { statement, .. } => out.push(statement),
                Part::Rows { table, .. } => {
                    let (mut piece, mut count) = (Vec::new(), 0);
                    while let Some(n) = script.rows(&mut piece).await? {
                        count += n;
                    }
                    out.push(format!("{table} {count}"));
                }
            }
        }
        Ok(out)
    }

    #[tokio::test]
    async fn statements_and_rows_are_told_apart() {
        let parts = parts(TEXT).await;
        let parts: Vec<&str> = parts.iter().flatten().map(String::as_str).collect();
        let [table, first, second, key] = parts.as_slice() else { unreachable!("{parts:?}") };
        assert!(table.starts_with("CREATE TABLE") && table.ends_with("\n);"), "{table}");
        assert_eq!((*first, *second), ("t 2", "U 0"));
        assert!(key.ends_with("PRIMARY KEY (a);"));
    }

    #[tokio::test]
    async fn what_no_dump_of_tables_holds_is_refused() {
        for text in [
            "DROP TABLE public.t;\n",
            "COPY public.t FROM PROGRAM 'sh';\n",
            "COPY public.x (a) FROM stdin;\n\\.\n",
            "CREATE TRIGGER g BEFORE INSERT ON public.t EXECUTE FUNCTION public.f();\nCOPY public.t (a) FROM stdin;\n\\.\n",
            "\\! sh\n",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1';\n",
            "ALTER TABLE public.t ADD a int; DROP TABLE x;\n",
            "SET client_encoding = 'LATIN1';\n",
            "COPY public.t (a) FROM stdin;\na\n",
            "COPY public.t (a) FROM stdin;\na\n\\.",
            "CREATE TABLE public.t (\n",
        ] {
            assert!(parts(text).await.is_err(), "{text}");
        }
    }
}
