//! SQL conditions in one wording: PostgreSQL adds casts and parentheses, and has other words for IN and BETWEEN.

use crate::entities::sql::{Token, tokens, without_casts};

/// How tightly an expression holds together; one within a tighter one needs parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Not,
    Comparison,
    Operand,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    /// Operands of AND or of OR.
    Joined(Level, Vec<Node>),
    /// Everything else, already worded.
    Text(Level, String),
    /// Kept apart so that two of them can become a BETWEEN.
    Compared(String, String, String),
}

/// The condition in one wording, whichever database it came from; what is not understood keeps its own words.
pub fn plain(sql: &str) -> String {
    let all = without_casts(&tokens(sql));
    let mut reader = Reader { rest: &all };
    match reader.or() {
        Some(node) if reader.rest.is_empty() => node.text(Level::Or),
        _ => worded(&all),
    }
}

/// The parts of a text between commas that stand outside of parentheses.
pub fn list(tokens: &[Token]) -> Vec<&[Token]> {
    let mut depth = 0_usize;
    tokens
        .split(|t| {
            match t {
                Token::Sign('(') => depth += 1,
                Token::Sign(')') => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && *t == Token::Sign(',')
        })
        .collect()
}

/// The tokens up to the parenthesis that closes, and those after it.
pub fn enclosed(tokens: &[Token]) -> Option<(&[Token], &[Token])> {
    let mut depth = 1_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&tokens[..at], &tokens[at + 1..]));
        }
    }
    None
}

/// Tokens as text again.
pub fn worded(tokens: &[Token]) -> String {
    let mut out = String::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|b| tokens.get(b));
        let close = match (before, token) {
            (None | Some(Token::Sign('(' | '[' | '.')), _) | (_, Token::Sign(')' | ']' | ',' | '.')) => true,
            (Some(Token::Word(w)), Token::Sign('(' | '[')) => !keyword(w),
            (Some(Token::Sign(a)), Token::Sign(b)) => operator(*a) && operator(*b),
            _ => false,
        };
        if !close {
            out.push(' ');
        }
        out += &word(token);
    }
    out
}

fn word(token: &Token) -> String {
    match token {
        Token::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Token::Word(w) if keyword(w) => w.to_uppercase(),
        Token::Word(w) if w.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.')) => w.clone(),
        Token::Word(w) => format!("\"{}\"", w.replace('"', "\"\"")),
        Token::Sign(sign) => sign.to_string(),
    }
}

fn keyword(word: &str) -> bool {
    const WORDS: [&str; 13] =
        ["and", "or", "not", "is", "null", "in", "between", "like", "true", "false", "desc", "collate", "then"];
    WORDS.iter().any(|w| word.eq_ignore_ascii_case(w))
}

fn operator(sign: char) -> bool {
    "<>=!|:+-*/%~&@#?".contains(sign)
}

impl Node {
    fn level(&self) -> Level {
        match self {
            Self::Joined(level, _) | Self::Text(level, _) => *level,
            Self::Compared(..) => Level::Comparison,
        }
    }

    /// The text, in parentheses where it stands in something that holds more tightly.
    fn text(&self, within: Level) -> String {
        let text = match self {
            Self::Text(_, text) => text.clone(),
            Self::Compared(a, sign, b) => format!("{a} {sign} {b}"),
            Self::Joined(level, parts) => {
                let word = if *level == Level::And { " AND " } else { " OR " };
                parts.iter().map(|p| p.text(*level)).collect::<Vec<_>>().join(word)
            }
        };
        if self.level() < within { format!("({text})") } else { text }
    }

    fn joined(level: Level, parts: Vec<Self>) -> Option<Self> {
        let mut flat: Vec<Self> = Vec::new();
        for part in parts {
            match part {
                Self::Joined(of, inner) if of == level => flat.extend(inner),
                other => flat.push(other),
            }
        }
        if level == Level::And {
            flat = ranges(flat);
        }
        if flat.len() > 1 { Some(Self::Joined(level, flat)) } else { flat.pop() }
    }
}

/// Makes `a >= x AND a <= y` a BETWEEN.
fn ranges(parts: Vec<Node>) -> Vec<Node> {
    let mut out: Vec<Node> = Vec::new();
    for part in parts {
        let range = match (out.last(), &part) {
            (Some(Node::Compared(a, from, low)), Node::Compared(b, to, high))
                if a == b && from == ">=" && to == "<=" =>
            {
                Some(Node::Text(Level::Comparison, format!("{a} BETWEEN {low} AND {high}")))
            }
            _ => None,
        };
        match range {
            Some(range) => {
                out.pop();
                out.push(range);
            }
            None => out.push(part),
        }
    }
    out
}

struct Reader<'a> {
    rest: &'a [Token],
}

impl Reader<'_> {
    fn word(&mut self, word: &str) -> bool {
        let found = self.rest.first().is_some_and(|t| t.is_word(word));
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    fn sign(&mut self, sign: char) -> bool {
        let found = self.rest.first() == Some(&Token::Sign(sign));
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    fn or(&mut self) -> Option<Node> {
        let mut parts = vec![self.and()?];
        while self.word("or") {
            parts.push(self.and()?);
        }
        Node::joined(Level::Or, parts)
    }

    fn and(&mut self) -> Option<Node> {
        let mut parts = vec![self.not()?];
        while self.word("and") {
            parts.push(self.not()?);
        }
        Node::joined(Level::And, parts)
    }

    fn not(&mut self) -> Option<Node> {
        if self.word("not") {
            let inner = self.not()?.text(Level::Not);
            return Some(Node::Text(Level::Not, format!("NOT {inner}")));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Option<Node> {
        let left = self.operand()?;
        let compared = |text: String| Some(Node::Text(Level::Comparison, text));
        if self.word("is") {
            let not = if self.word("not") { "NOT " } else { "" };
            return if self.word("null") {
                compared(format!("{} IS {not}NULL", left.text(Level::Operand)))
            } else {
                None
            };
        }
        let not = if self.word("not") { "NOT " } else { "" };
        if self.word("in") {
            let values = if self.sign('(') { self.values(')')? } else { return None };
            return compared(format!("{} {not}IN ({values})", left.text(Level::Operand)));
        }
        if self.word("between") {
            let low = self.operand()?.text(Level::Operand);
            let high = if self.word("and") { self.operand()?.text(Level::Operand) } else { return None };
            return compared(format!("{} {not}BETWEEN {low} AND {high}", left.text(Level::Operand)));
        }
        let mut sign = String::new();
        while let [Token::Sign(c @ ('<' | '>' | '=' | '!')), rest @ ..] = self.rest {
            sign.push(*c);
            self.rest = rest;
        }
        match sign.as_str() {
            "" if not.is_empty() => Some(left),
            _ if !not.is_empty() => None,
            "=" if self.word("any") => {
                // PostgreSQL's words for IN.
                let begun = self.sign('(') && self.word("array") && self.sign('[');
                let values = if begun { self.values(']')? } else { return None };
                if self.sign(')') { compared(format!("{} IN ({values})", left.text(Level::Operand))) } else { None }
            }
            "=" | "<>" | "<" | ">" | "<=" | ">=" => {
                let right = self.operand()?.text(Level::Operand);
                Some(Node::Compared(left.text(Level::Operand), sign, right))
            }
            "!=" => {
                let right = self.operand()?.text(Level::Operand);
                Some(Node::Compared(left.text(Level::Operand), "<>".to_owned(), right))
            }
            _ => None,
        }
    }

    /// Values up to the closing sign.
    fn values(&mut self, end: char) -> Option<String> {
        let mut values = Vec::new();
        loop {
            values.push(self.operand()?.text(Level::Operand));
            if self.sign(end) {
                return Some(values.join(", "));
            }
            if !self.sign(',') {
                return None;
            }
        }
    }

    /// A name, a literal, a call, or something in parentheses.
    fn operand(&mut self) -> Option<Node> {
        let (first, rest) = self.rest.split_first()?;
        match first {
            Token::Sign('(') => {
                self.rest = rest;
                let inner = self.or()?;
                if self.sign(')') { Some(inner) } else { None }
            }
            Token::Sign('-') => {
                self.rest = rest;
                let number = self.operand()?.text(Level::Operand);
                Some(Node::Text(Level::Operand, format!("-{number}")))
            }
            Token::Sign(_) => None,
            Token::Word(name) if rest.first() == Some(&Token::Sign('(')) && !keyword(name) => {
                let (arguments, after) = enclosed(&rest[1..])?;
                self.rest = after;
                Some(Node::Text(Level::Operand, format!("{name}({})", worded(arguments))))
            }
            token => {
                self.rest = rest;
                Some(Node::Text(Level::Operand, word(token)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn both_databases_have_one_wording() {
        for (sqlite, postgres) in [
            (
                "status = 'todo' AND x IS NULL AND type <> 'epic'",
                "((status = 'todo'::text) AND (x IS NULL) AND (type <> 'epic'::text))",
            ),
            ("status IN ('a', 'it''s')", "(status = ANY (ARRAY['a'::text, 'it''s'::text]))"),
            ("priority BETWEEN 0 AND 4", "((priority >= 0) AND (priority <= 4))"),
            ("(a IS NULL) <> (b IS NULL)", "((a IS NULL) <> (b IS NULL))"),
            ("(a = 1 OR b = 2) AND NOT c = 3", "(((a = 1) OR (b = 2)) AND (NOT (c = 3)))"),
            ("length(name) <= 64", "(length(name) <= 64)"),
            ("'unassigned'", "'unassigned'::text"),
            ("project_id IS NOT NULL", "(project_id IS NOT NULL)"),
        ] {
            assert_eq!(plain(sqlite), sqlite);
            assert_eq!(plain(postgres), sqlite);
        }
    }

    #[test]
    fn what_is_not_understood_keeps_its_words() {
        assert_eq!(plain("a || 'x' ~ 'b' and \"odd name\"<3"), "a || 'x' ~ 'b' AND \"odd name\" < 3");
        assert_eq!(plain("a = ANY (b)"), "a = ANY(b)");
        assert_eq!(plain(""), "");
    }
}
