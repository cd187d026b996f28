//! The words of a statement, so that a schema's name is changed in it and never in a literal.

use std::collections::BTreeSet;

use crate::runner::quoted;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Space,
    Comment,
    /// A name or a number.
    Word,
    /// A name in double quotes.
    Quoted,
    /// `'...'`
    Text,
    /// `$tag$...$tag$`
    Dollar,
    Symbol,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub text: &'a str,
    kind: Kind,
    closed: bool,
}

impl Token<'_> {
    /// Neither space nor comment.
    pub(super) fn counts(&self) -> bool {
        !matches!(self.kind, Kind::Space | Kind::Comment)
    }

    /// Not cut off by the end of the text.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    fn name(&self) -> Option<String> {
        matches!(self.kind, Kind::Word | Kind::Quoted).then(|| unquoted(self.text))
    }
}

/// Splits a text into tokens; together they are the text.
pub(super) fn read(text: &str) -> Vec<Token<'_>> {
    let mut out: Vec<Token<'_>> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let escapes = out.last().is_some_and(|t| t.kind == Kind::Word && matches!(t.text, "E" | "e"));
        let (kind, length) = match first {
            c if c.is_whitespace() => (Kind::Space, Some(span(rest, char::is_whitespace))),
            c if is_word(c) => (Kind::Word, Some(span(rest, |c| is_word(c) || c == '$'))),
            '"' => (Kind::Quoted, closing(rest, '"', false)),
            '\'' => (Kind::Text, closing(rest, '\'', escapes)),
            '$' => match dollar(rest) {
                Some(tag) => (Kind::Dollar, rest[tag.len()..].find(tag).map(|at| at + 2 * tag.len())),
                None => (Kind::Symbol, Some(1)),
            },
            '-' if rest.starts_with("--") => (Kind::Comment, Some(rest.find('\n').unwrap_or(rest.len()))),
            '/' if rest.starts_with("/*") => (Kind::Comment, comment(rest)),
            c => (Kind::Symbol, Some(c.len_utf8())),
        };
        let (text, after) = rest.split_at(length.unwrap_or(rest.len()));
        out.push(Token { text, kind, closed: length.is_some() });
        rest = after;
    }
    out
}

/// A name as the catalogue has it.
pub(super) fn unquoted(name: &str) -> String {
    match name.strip_prefix('"').and_then(|n| n.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => name.to_owned(),
    }
}

/// The statement with `to` in place of `from` before each of these names, also where such a name is all of a literal,
/// as in `nextval('public.a_seq'::regclass)`.
pub(super) fn retarget(statement: &str, from: &str, to: &str, names: &BTreeSet<String>) -> String {
    let tokens = read(statement);
    let mut out = String::with_capacity(statement.len() + 64);
    for (at, token) in tokens.iter().enumerate() {
        let after = |n: usize| tokens.get(at + n);
        let is_part = at > 0 && tokens.get(at - 1).is_some_and(|t| t.text == ".");
        let named = after(2).and_then(Token::name).is_some_and(|name| names.contains(&name));
        if !is_part && named && token.name().as_deref() == Some(from) && after(1).is_some_and(|t| t.text == ".") {
            out.push_str(&quoted(to));
        } else if let Some(name) = literal(token, from).filter(|name| names.contains(name)) {
            out.push_str(&format!("'{}.{}'", quoted(to), quoted(&name).replace('\'', "''")));
        } else {
            out.push_str(token.text);
        }
    }
    out
}

/// The name in `'from.name'`.
fn literal(token: &Token<'_>, from: &str) -> Option<String> {
    let inner = token.text.strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'");
    let inner = read(&inner).iter().map(|t| (t.name(), t.text.to_owned())).collect::<Vec<_>>();
    match inner.as_slice() {
        [(Some(schema), _), (_, dot), (Some(name), _)] if schema == from && dot == "." => Some(name.clone()),
        _ => None,
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || !c.is_ascii() && !c.is_whitespace()
}

fn span(text: &str, is: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is(c)).unwrap_or(text.len())
}

/// The length of what the quote at the beginning encloses, quotes included; a doubled quote does not end it.
fn closing(text: &str, quote: char, escapes: bool) -> Option<usize> {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && escapes {
            chars.next();
        } else if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return Some(at + 1);
        }
    }
    None
}

/// `$$` or `$tag$` at the beginning.
fn dollar(text: &str) -> Option<&str> {
    let end = text[1..].find('$')? + 2;
    let tag = &text[1..end - 1];
    let plain = tag.chars().all(is_word) && !tag.starts_with(|c: char| c.is_ascii_digit());
    plain.then(|| &text[..end])
}

/// The length of a comment, which may hold others.
fn comment(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return Some(at);
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_renamed_before_names_of_ours_only() {
        let names = BTreeSet::from(["t".to_owned(), "t_seq".to_owned(), "Odd \"x\"".to_owned()]);
        let rename = |sql: &str| retarget(sql, "public", "side", &names);
        for (before, after) in [
            ("CREATE TABLE public.t (a public.citext)", "CREATE TABLE \"side\".t (a public.citext)"),
            (
                "ON \"public\".t REFERENCES public.\"Odd \"\"x\"\"\"(a)",
                "ON \"side\".t REFERENCES \"side\".\"Odd \"\"x\"\"\"(a)",
            ),
            ("CHECK (a <> 'public.t x' AND a <> E'\\'public.t')", "CHECK (a <> 'public.t x' AND a <> E'\\'public.t')"),
            ("nextval('public.t_seq'::regclass)", "nextval('\"side\".\"t_seq\"'::regclass)"),
            ("$a$ public.t $$ $a$ public.t -- public.t", "$a$ public.t $$ $a$ \"side\".t -- public.t"),
            ("other.public.t /* /* */ public.t */", "other.public.t /* /* */ public.t */"),
            ("EXECUTE FUNCTION public.f()", "EXECUTE FUNCTION public.f()"),
            ("'it''s' public.t é.public", "'it''s' \"side\".t é.public"),
        ] {
            assert_eq!(rename(before), after);
        }
    }

    #[test]
    fn tokens_are_the_text_and_know_their_end() {
        for (text, closed) in
            [("a 'b", false), ("a \"b", false), ("$x$ ; $y$", false), ("/* ;", false), ("'a''b';", true)]
        {
            let tokens = read(text);
            assert_eq!(tokens.iter().map(|t| t.text).collect::<String>(), text);
            assert_eq!(tokens.iter().all(Token::is_closed), closed, "{text}");
        }
    }
}
