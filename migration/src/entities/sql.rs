//! Just enough SQL to read a CHECK list and a default from the words of either database.

/// A token; white space and comments are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A keyword, a name with or without quotes, or a number.
    Word(String),
    /// A string, without its quotes.
    Text(String),
    Sign(char),
}

impl Token {
    pub fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Word(w) if w.eq_ignore_ascii_case(word))
    }
}

/// Splits SQL into tokens; what is not closed ends with the text.
pub fn tokens(sql: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut chars = sql.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        match c {
            c if c.is_whitespace() => {}
            '-' if next == Some('-') => while chars.next().is_some_and(|c| c != '\n') {},
            '/' if next == Some('*') => {
                let mut last = ' ';
                for c in chars.by_ref().skip(1) {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            '\'' | '"' | '`' => {
                let mut content = String::new();
                while let Some(inner) = chars.next() {
                    if inner != c {
                        content.push(inner);
                    } else if chars.next_if_eq(&c).is_some() {
                        content.push(c);
                    } else {
                        break;
                    }
                }
                out.push(if c == '\'' { Token::Text(content) } else { Token::Word(content) });
            }
            c if c.is_alphanumeric() || c == '_' => {
                let mut word = String::from(c);
                while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || matches!(c, '_' | '.')) {
                    word.push(c);
                }
                out.push(Token::Word(word));
            }
            c => out.push(Token::Sign(c)),
        }
    }
    out
}

/// The contents of every `CHECK (..)` of a statement.
pub fn checks(sql: &str) -> Vec<Vec<Token>> {
    named_checks(sql).into_iter().map(|(_, content)| content).collect()
}

/// The same, each with the name that it has.
pub fn named_checks(sql: &str) -> Vec<(Option<String>, Vec<Token>)> {
    let tokens = tokens(sql);
    let mut out = Vec::new();
    for (i, pair) in tokens.windows(2).enumerate() {
        if !(pair[0].is_word("check") && pair[1] == Token::Sign('(')) {
            continue;
        }
        let mut depth = 0usize;
        let inner = tokens[i + 1..].iter().take_while(|t| {
            match t {
                Token::Sign('(') => depth += 1,
                Token::Sign(')') => depth -= 1,
                _ => {}
            }
            depth > 0
        });
        let name = match &tokens[..i] {
            [.., word, Token::Word(name)] if word.is_word("constraint") => Some(name.clone()),
            _ => None,
        };
        out.push((name, inner.skip(1).cloned().collect()));
    }
    out
}

/// Column and values, if a CHECK says no more than `column IN ('a', 'b')`, however the database words it:
/// PostgreSQL makes `column = ANY (ARRAY['a'::text, 'b'::text])` of it.
pub fn value_list(check: &[Token]) -> Option<(String, Vec<String>)> {
    let bare: Vec<Token> =
        without_casts(check).into_iter().filter(|t| !matches!(t, Token::Sign('(' | ')' | '[' | ']'))).collect();
    let (column, values) = match bare.as_slice() {
        [Token::Word(c), o, values @ ..] if o.is_word("in") => (c, values),
        [Token::Word(c), Token::Sign('='), any, array, values @ ..] if any.is_word("any") && array.is_word("array") => {
            (c, values)
        }
        [Token::Word(c), Token::Sign('='), value @ ..] if value.len() == 1 => (c, value),
        _ => return None,
    };
    let values = values
        .iter()
        .enumerate()
        .filter_map(|(i, t)| match t {
            Token::Sign(',') if i % 2 == 1 => None,
            Token::Text(v) if i % 2 == 0 => Some(Some(v.clone())),
            _ => Some(None),
        })
        .collect::<Option<Vec<_>>>()?;
    (!values.is_empty()).then(|| (column.clone(), values))
}

/// The constant of a default (`'x'::text` is `x`); `None` for NULL; an expression stays as it is.
pub fn constant(default: &str) -> Option<String> {
    let bare: Vec<Token> =
        without_casts(&tokens(default)).into_iter().filter(|t| !matches!(t, Token::Sign('(' | ')'))).collect();
    match bare.as_slice() {
        [null] if null.is_word("null") => None,
        [Token::Word(v)] | [Token::Text(v)] => Some(v.clone()),
        [Token::Sign('-'), Token::Word(v)] => Some(format!("-{v}")),
        _ => Some(default.to_owned()),
    }
}

/// Drops `::type`, with the type's second word, length and brackets.
pub fn without_casts(tokens: &[Token]) -> Vec<Token> {
    let mut out = Vec::new();
    let mut rest = tokens;
    while let Some((first, tail)) = rest.split_first() {
        let [Token::Sign(':'), Token::Sign(':'), Token::Word(_), after @ ..] = rest else {
            out.push(first.clone());
            rest = tail;
            continue;
        };
        rest = after;
        if let [word, after @ ..] = rest
            && (word.is_word("varying") || word.is_word("precision"))
        {
            rest = after;
        }
        if let [Token::Sign('('), Token::Word(_), Token::Sign(')'), after @ ..] = rest {
            rest = after;
        }
        if let [Token::Sign('['), Token::Sign(']'), after @ ..] = rest {
            rest = after;
        }
    }
    out
}
