//! Columns and constraints, as CREATE TABLE and ALTER TABLE write them.

use crate::lint::cursor::{Cursor, mentioned, parts, quoted};
use crate::lint::token::{Token, TokenKind};

#[derive(Clone, Debug, Default)]
pub struct Column {
    pub name: String,
    /// In lower case, as `varchar(20)` or `timestamp with time zone`; empty if there is none.
    pub ty: String,
    pub not_null: bool,
    /// The tokens of the default, if it has one.
    pub default: Option<Vec<Token>>,
    /// `GENERATED .. AS (..) STORED`; a virtual one is computed when it is read.
    pub stored: bool,
    /// Its values follow from those of other columns, whether stored or not.
    pub generated: bool,
    pub identity: bool,
    pub autoincrement: bool,
    pub constraints: Vec<Constraint>,
}

impl Column {
    pub fn has(&self, form: Form) -> bool {
        self.constraints.iter().any(|c| c.form == form)
    }

    pub fn is_key(&self) -> bool {
        self.has(Form::PrimaryKey)
    }

    /// A default that is no plain value: a bracket, a function, a keyword that stands for the time.
    pub fn has_expression_default(&self) -> bool {
        let Some(default) = &self.default else { return false };
        let keyword = |t: &Token| {
            t.kind == TokenKind::Word
                && !t.text.starts_with(|c: char| c.is_ascii_digit())
                && !["null", "true", "false"].iter().any(|w| t.is(w))
        };
        default.iter().any(|t| t.is_sign('(') || keyword(t))
    }

    /// No default, or that of NULL.
    pub fn default_is_null(&self) -> bool {
        self.default.as_ref().is_none_or(|d| d.iter().all(|t| t.is("null")))
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    PrimaryKey,
    Unique,
    Check,
    ForeignKey,
    Exclude,
}

impl Form {
    pub fn sql(self) -> &'static str {
        match self {
            Self::PrimaryKey => "PRIMARY KEY",
            Self::Unique => "UNIQUE",
            Self::Check => "CHECK",
            Self::ForeignKey => "FOREIGN KEY",
            Self::Exclude => "EXCLUDE",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Constraint {
    pub name: Option<String>,
    pub form: Form,
    /// The table that a foreign key refers to.
    pub references: Option<String>,
    /// Names and words between its brackets.
    pub mentions: Vec<String>,
    /// Those in double quotes, as they are written.
    pub quoted: Vec<String>,
    pub not_valid: bool,
    /// The constraint takes over an index that is there (`USING INDEX`).
    pub using_index: bool,
}

impl Constraint {
    fn new(name: Option<String>, form: Form, inside: &[Token]) -> Self {
        Self {
            name,
            form,
            references: None,
            mentions: mentioned(inside),
            quoted: quoted(inside),
            not_valid: false,
            using_index: false,
        }
    }
}

/// The inside of CREATE TABLE's brackets.
pub fn elements(body: &[Token]) -> (Vec<Column>, Vec<Constraint>) {
    let (mut columns, mut constraints) = (Vec::new(), Vec::new());
    for part in parts(body) {
        if let Some(constraint) = table_constraint(part) {
            constraints.push(constraint);
        } else if !part[0].is("like")
            && let Some(column) = column(part)
        {
            columns.push(column);
        }
    }
    (columns, constraints)
}

/// A constraint that stands on its own, not in a column.
pub fn table_constraint(tokens: &[Token]) -> Option<Constraint> {
    let mut c = Cursor::new(tokens);
    let name = if c.eat("constraint") { Some(c.name()?) } else { None };
    let form = form(&mut c)?;
    // `USING INDEX name` and EXCLUDE's method come before the bracket, where there is one.
    let using_index = c.has_all(&["using", "index"]);
    if form == Form::Exclude {
        while !c.rest.is_empty() && !c.rest[0].is_sign('(') {
            c.next();
        }
    }
    let mut constraint = Constraint::new(name, form, c.group().unwrap_or_default());
    constraint.using_index = using_index;
    if form == Form::ForeignKey && c.eat("references") {
        constraint.references = c.name();
    }
    constraint.not_valid = c.has_all(&["not", "valid"]);
    Some(constraint)
}

/// The word that begins a constraint; REFERENCES is left where it stands.
fn form(c: &mut Cursor<'_>) -> Option<Form> {
    let forms: [(&[&str], Form); 5] = [
        (&["primary", "key"], Form::PrimaryKey),
        (&["foreign", "key"], Form::ForeignKey),
        (&["unique"], Form::Unique),
        (&["check"], Form::Check),
        (&["exclude"], Form::Exclude),
    ];
    // A column may be called `check`; what follows tells.
    let (_, form) = forms.into_iter().find(|(words, _)| c.eat_all(words))?;
    let goes_on = c.rest.first().is_some_and(|t| t.is_sign('(') || t.is("using") || t.is("nulls"));
    (goes_on || form == Form::PrimaryKey).then_some(form)
}

/// A column with its type and constraints.
pub fn column(tokens: &[Token]) -> Option<Column> {
    let mut c = Cursor::new(tokens);
    let mut column = Column { name: c.name()?, ..Column::default() };
    while let Some(token) = c.rest.first().filter(|t| !begins_constraint(t)) {
        if let Some(inside) = c.group() {
            let inside: Vec<&str> = inside.iter().map(|t| t.text.as_str()).collect();
            column.ty.push_str(&format!("({})", inside.concat()));
        } else {
            if !column.ty.is_empty() && token.kind == TokenKind::Word {
                column.ty.push(' ');
            }
            column.ty.push_str(&token.text.to_ascii_lowercase());
            c.next();
        }
    }
    let mut name = None;
    while let Some(token) = c.next() {
        let made = |name: &mut Option<String>, form, inside: &[Token]| Constraint::new(name.take(), form, inside);
        match token.text.to_ascii_lowercase().as_str() {
            "constraint" => name = c.name(),
            "not" if c.eat("null") => column.not_null = true,
            // `ON DELETE SET NULL` and `SET DEFAULT` are the foreign key's.
            "set" => drop(c.next()),
            "primary" if c.eat("key") => column.constraints.push(made(&mut name, Form::PrimaryKey, &[])),
            "unique" => column.constraints.push(made(&mut name, Form::Unique, &[])),
            "check" => {
                let inside = c.group().unwrap_or_default();
                column.constraints.push(made(&mut name, Form::Check, inside));
            }
            "references" => {
                let mut constraint = made(&mut name, Form::ForeignKey, &[]);
                constraint.references = c.name();
                column.constraints.push(constraint);
                let _columns = c.group();
            }
            "autoincrement" => column.autoincrement = true,
            "default" => column.default = Some(default(&mut c)),
            "identity" => column.identity = true,
            "as" => column.generated = c.group().is_some(),
            "stored" => column.stored = true,
            _ => {}
        }
    }
    Some(column)
}

/// A default ends where the next constraint begins.
fn default(c: &mut Cursor<'_>) -> Vec<Token> {
    let all = c.rest;
    let mut first = true;
    while let Some(token) = c.rest.first() {
        // `DEFAULT NULL` is a value, `DEFAULT 1 NULL` is not.
        if !first && begins_constraint(token) {
            break;
        }
        first = false;
        if c.group().is_none() {
            c.next();
        }
    }
    all[..all.len() - c.rest.len()].to_vec()
}

fn begins_constraint(token: &Token) -> bool {
    const WORDS: [&str; 12] = [
        "constraint",
        "not",
        "null",
        "primary",
        "unique",
        "check",
        "references",
        "default",
        "collate",
        "generated",
        "as",
        "autoincrement",
    ];
    WORDS.iter().any(|word| token.is(word))
}
