//! A place in a list of tokens, and the few steps that reading a statement takes.

use super::token::{Token, TokenKind};

#[derive(Clone, Copy, Debug)]
pub struct Cursor<'a> {
    pub rest: &'a [Token],
}

impl<'a> Cursor<'a> {
    pub fn new(tokens: &'a [Token]) -> Self {
        Self { rest: tokens }
    }

    pub fn at(&self, word: &str) -> bool {
        self.rest.first().is_some_and(|t| t.is(word))
    }

    pub fn next(&mut self) -> Option<&'a Token> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    pub fn eat(&mut self, word: &str) -> bool {
        let fits = self.at(word);
        if fits {
            self.rest = &self.rest[1..];
        }
        fits
    }

    /// All of these words, or none.
    pub fn eat_all(&mut self, words: &[&str]) -> bool {
        let fits = self.rest.len() >= words.len() && words.iter().zip(self.rest).all(|(word, token)| token.is(word));
        if fits {
            self.rest = &self.rest[words.len()..];
        }
        fits
    }

    /// The first of these words that stands here.
    pub fn eat_any(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.eat(word))
    }

    pub fn eat_sign(&mut self, sign: char) -> bool {
        let fits = self.rest.first().is_some_and(|t| t.is_sign(sign));
        if fits {
            self.rest = &self.rest[1..];
        }
        fits
    }

    /// A name without the schema before it.
    pub fn name(&mut self) -> Option<String> {
        let mut name = self.rest.first()?.name()?;
        self.next();
        while self.eat_sign('.') {
            name = self.next()?.name()?;
        }
        Some(name)
    }

    /// Names between commas.
    pub fn names(&mut self) -> Vec<String> {
        let mut names: Vec<String> = self.name().into_iter().collect();
        while self.eat_sign(',') {
            names.extend(self.name());
        }
        names
    }

    /// What stands between brackets that open here.
    pub fn group(&mut self) -> Option<&'a [Token]> {
        self.rest.first().filter(|t| t.is_sign('('))?;
        let mut depth = 0usize;
        for (i, token) in self.rest.iter().enumerate() {
            if token.is_sign('(') {
                depth += 1;
            } else if token.is_sign(')') {
                depth -= 1;
            }
            if depth == 0 {
                let inner = &self.rest[1..i];
                self.rest = &self.rest[i + 1..];
                return Some(inner);
            }
        }
        None
    }

    /// Goes on to the word, outside brackets; to the end if it is not there.
    pub fn seek(&mut self, word: &str) -> bool {
        while !self.rest.is_empty() && !self.at(word) {
            if self.group().is_none() {
                self.next();
            }
        }
        !self.rest.is_empty()
    }

    /// Whether the word stands anywhere outside brackets in what is left.
    pub fn has(&self, word: &str) -> bool {
        outside(self.rest).any(|t| t.is(word))
    }

    /// Whether these words stand in a row in what is left.
    pub fn has_all(&self, words: &[&str]) -> bool {
        self.rest.windows(words.len()).any(|tokens| words.iter().zip(tokens).all(|(word, token)| token.is(word)))
    }
}

/// The tokens outside brackets.
fn outside(tokens: &[Token]) -> impl Iterator<Item = &Token> {
    let mut depth = 0usize;
    tokens.iter().filter(move |token| {
        if token.is_sign('(') {
            depth += 1;
        } else if token.is_sign(')') {
            depth = depth.saturating_sub(1);
        }
        depth == 0
    })
}

/// The parts between commas outside brackets.
pub fn parts(tokens: &[Token]) -> Vec<&[Token]> {
    let mut depth = 0usize;
    let parts = tokens.split(|token| {
        if token.is_sign('(') || token.is_sign('[') {
            depth += 1;
        } else if token.is_sign(')') || token.is_sign(']') {
            depth = depth.saturating_sub(1);
        }
        depth == 0 && token.is_sign(',')
    });
    parts.filter(|part| !part.is_empty()).collect()
}

/// Every name and bare word, for asking whether one is mentioned.
pub fn mentioned(tokens: &[Token]) -> Vec<String> {
    tokens.iter().filter_map(Token::name).collect()
}

/// Every name in quotes, as it is written.
pub fn quoted(tokens: &[Token]) -> Vec<String> {
    tokens.iter().filter(|t| t.kind == TokenKind::Quoted).map(|t| t.text.clone()).collect()
}
