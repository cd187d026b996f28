//! SQL as statements of tokens: strings, quoted names, comments, dollar quotes and the bodies of triggers are told apart.
//!
//! Not a parser of either dialect: what it does not know stays a list of words, so that no statement stops the lint.

use crate::target::Kind;

/// A piece of a statement; white space and comments are none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Token {
    pub kind: TokenKind,
    /// A name or string stands here without its quotes.
    pub text: String,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TokenKind {
    /// A keyword, a bare name or a number.
    Word,
    /// A name in quotes.
    Quoted,
    Text,
    Sign,
}

impl Token {
    pub fn is(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub fn is_sign(&self, sign: char) -> bool {
        self.kind == TokenKind::Sign && self.text.starts_with(sign)
    }

    /// A name for comparing: both databases ignore the case of a bare one.
    pub fn name(&self) -> Option<String> {
        matches!(self.kind, TokenKind::Word | TokenKind::Quoted).then(|| self.text.to_ascii_lowercase())
    }
}

/// One statement; its number begins at 1, as its line does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Statement {
    pub number: usize,
    pub line: usize,
    pub tokens: Vec<Token>,
}

/// SQL split up.
#[derive(Clone, Debug, Default)]
pub struct Script {
    pub statements: Vec<Statement>,
    /// The texts of the `--` comments.
    pub comments: Vec<String>,
}

/// A text that is no SQL script, and where that shows.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct Unreadable {
    pub line: usize,
    pub what: &'static str,
}

/// Splits a script at the semicolons that end statements.
///
/// # Errors
/// A string, quoted name, comment or bracket that is never closed; the commands of a shell (`.tables`, `\d`), and rows
/// that follow `COPY .. FROM stdin`, which are no SQL.
pub fn split(sql: &str, kind: Kind) -> Result<Script, Unreadable> {
    let mut reader = Reader { rest: sql.trim_start_matches('\u{feff}'), line: 1, kind };
    let mut script = Script::default();
    let mut tokens: Vec<Token> = Vec::new();
    let (mut start, mut brackets, mut body) = (1, 0usize, Body::default());
    while let Some((line, lexeme)) = reader.next()? {
        let token = match lexeme {
            Lexeme::Comment(text) => {
                script.comments.push(text);
                continue;
            }
            Lexeme::Token(token) => token,
        };
        if tokens.is_empty() {
            (start, brackets, body) = (line, 0, Body::default());
            if token.is_sign('.') || token.is_sign('\\') {
                return Err(Unreadable { line, what: "a command of a database's shell, which is no SQL" });
            }
        }
        if token.is_sign('(') {
            brackets += 1;
        } else if token.is_sign(')') {
            brackets = brackets.saturating_sub(1);
        }
        if !token.is_sign(';') || brackets > 0 || body.is_open() {
            body.see(&tokens, &token, kind);
            tokens.push(token);
            continue;
        }
        if !tokens.is_empty() {
            end(&mut script, std::mem::take(&mut tokens), start, line)?;
        }
    }
    if brackets > 0 && !tokens.is_empty() {
        return Err(Unreadable { line: start, what: "a bracket of the statement that begins here is not closed" });
    }
    if body.is_open() && !tokens.is_empty() {
        return Err(Unreadable { line: start, what: "the body of the statement that begins here has no END" });
    }
    if !tokens.is_empty() {
        end(&mut script, tokens, start, reader.line)?;
    }
    Ok(script)
}

fn end(script: &mut Script, tokens: Vec<Token>, start: usize, line: usize) -> Result<(), Unreadable> {
    let copies = tokens[0].is("copy") && tokens.windows(2).any(|t| t[0].is("from") && t[1].is("stdin"));
    if copies {
        return Err(Unreadable { line, what: "the rows after COPY .. FROM stdin are no SQL: use INSERT" });
    }
    script.statements.push(Statement { number: script.statements.len() + 1, line: start, tokens });
    Ok(())
}

/// `BEGIN .. END` of a trigger (SQLite) or of a function in SQL (PostgreSQL), in which semicolons end nothing.
#[derive(Debug, Default)]
struct Body {
    depth: usize,
}

impl Body {
    fn is_open(&self) -> bool {
        self.depth > 0
    }

    fn see(&mut self, before: &[Token], token: &Token, kind: Kind) {
        let begins = match kind {
            Kind::Sqlite => token.is("begin") && before[..before.len().min(3)].iter().any(|t| t.is("trigger")),
            Kind::Postgres => token.is("atomic") && before.last().is_some_and(|t| t.is("begin")),
        };
        let creates = before.first().is_some_and(|t| t.is("create"));
        if (begins && creates && self.depth == 0) || (self.depth > 0 && token.is("case")) {
            self.depth += 1;
        } else if token.is("end") {
            self.depth = self.depth.saturating_sub(1);
        }
    }
}

enum Lexeme {
    Token(Token),
    Comment(String),
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    kind: Kind,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<Option<(usize, Lexeme)>, Unreadable> {
        loop {
            let blank = self.rest.len() - self.rest.trim_start().len();
            self.take(blank);
            if !self.rest.starts_with("/*") {
                break;
            }
            self.block_comment()?;
        }
        let line = self.line;
        let Some(first) = self.rest.chars().next() else { return Ok(None) };
        if self.rest.starts_with("--") {
            let text = self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
            return Ok(Some((line, Lexeme::Comment(text.trim_start_matches('-').trim().to_owned()))));
        }
        let postgres = self.kind == Kind::Postgres;
        let token = match first {
            '\'' => self.quoted('\'', false, TokenKind::Text)?,
            '"' => self.quoted('"', false, TokenKind::Quoted)?,
            '`' if !postgres => self.quoted('`', false, TokenKind::Quoted)?,
            '[' if !postgres => {
                let end = self.rest.find(']').ok_or_else(|| self.open("a name in [brackets] is not closed"))?;
                let text = self.take(end + 1);
                Token { kind: TokenKind::Quoted, text: text[1..end].to_owned() }
            }
            '$' if postgres && self.dollar_tag().is_some() => self.dollar_quoted()?,
            c if is_word(c) => self.word()?,
            c => Token { kind: TokenKind::Sign, text: self.take(c.len_utf8()).to_owned() },
        };
        Ok(Some((line, Lexeme::Token(token))))
    }

    /// A word or number; or the string that it is the prefix of, such as `E'..'`.
    fn word(&mut self) -> Result<Token, Unreadable> {
        let number = self.rest.starts_with(|c: char| c.is_ascii_digit());
        let end = self.rest.find(|c: char| !(is_word(c) || (number && c == '.'))).unwrap_or(self.rest.len());
        let text = self.take(end).to_owned();
        let prefix = matches!(text.as_str(), "e" | "E" | "b" | "B" | "x" | "X" | "n" | "N");
        if prefix && self.rest.starts_with('\'') {
            let escapes = self.kind == Kind::Postgres && text.eq_ignore_ascii_case("e");
            return self.quoted('\'', escapes, TokenKind::Text);
        }
        Ok(Token { kind: TokenKind::Word, text })
    }

    /// From an opening quote to its end; a doubled quote is one of the content.
    fn quoted(&mut self, quote: char, escapes: bool, kind: TokenKind) -> Result<Token, Unreadable> {
        let mut text = String::new();
        let mut chars = self.rest.char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            if escapes && c == '\\' {
                text.extend(chars.next().map(|(_, c)| c));
            } else if c != quote {
                text.push(c);
            } else if chars.next_if(|(_, next)| *next == quote).is_some() {
                text.push(quote);
            } else {
                self.take(at + 1);
                return Ok(Token { kind, text });
            }
        }
        Err(self.open(if kind == TokenKind::Text { "a string is not closed" } else { "a quoted name is not closed" }))
    }

    /// PostgreSQL nests comments, SQLite does not.
    fn block_comment(&mut self) -> Result<(), Unreadable> {
        let open = self.open("a comment is not closed");
        self.take(2);
        let mut depth = 1;
        while depth > 0 {
            let at = self.rest.find(['*', '/']).ok_or_else(|| open.clone())?;
            self.take(at);
            if self.rest.starts_with("*/") {
                depth -= 1;
                self.take(2);
            } else if self.rest.starts_with("/*") && self.kind == Kind::Postgres {
                depth += 1;
                self.take(2);
            } else {
                self.take(1);
            }
        }
        Ok(())
    }

    /// `$tag$` at the start of what is left, if it is one; `$1` is a parameter.
    fn dollar_tag(&self) -> Option<&'a str> {
        let end = self.rest[1..].find('$')? + 2;
        let tag = &self.rest[1..end - 1];
        let fits = !tag.starts_with(|c: char| c.is_ascii_digit()) && tag.chars().all(|c| is_word(c) && c != '$');
        fits.then(|| &self.rest[..end])
    }

    fn dollar_quoted(&mut self) -> Result<Token, Unreadable> {
        let tag = self.dollar_tag().unwrap_or("$$");
        let content = &self.rest[tag.len()..];
        let end = content.find(tag).ok_or_else(|| self.open("a dollar-quoted string is not closed"))?;
        self.take(tag.len() + end + tag.len());
        Ok(Token { kind: TokenKind::Text, text: content[..end].to_owned() })
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    fn open(&self, what: &'static str) -> Unreadable {
        Unreadable { line: self.line, what }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}
