//! The actions of ALTER TABLE.

use super::column::{Column, Constraint, column, table_constraint};
use crate::lint::cursor::{Cursor, parts};
use crate::lint::token::Token;

#[derive(Clone, Debug)]
pub enum Action {
    AddColumn { column: Column, if_not_exists: bool },
    AddConstraint(Constraint),
    DropColumn { column: String, cascade: bool },
    DropConstraint { name: String, cascade: bool },
    ChangeType { column: String, ty: String },
    SetNotNull { column: String },
    RenameTable { to: String },
    RenameColumn { from: String, to: String },
    Validate { name: String },
    Other,
}

/// PostgreSQL takes several between commas, SQLite one.
pub fn actions(tokens: &[Token]) -> Vec<Action> {
    parts(tokens).into_iter().map(|part| action(Cursor::new(part)).unwrap_or(Action::Other)).collect()
}

fn action(mut c: Cursor<'_>) -> Option<Action> {
    let verb = c.next()?.text.to_ascii_lowercase();
    match verb.as_str() {
        "add" => {
            if !c.at("column")
                && let Some(constraint) = table_constraint(c.rest)
            {
                return Some(Action::AddConstraint(constraint));
            }
            c.eat("column");
            let if_not_exists = c.eat_all(&["if", "not", "exists"]);
            Some(Action::AddColumn { column: column(c.rest)?, if_not_exists })
        }
        "drop" => {
            let constraint = c.eat("constraint");
            c.eat("column");
            c.eat_all(&["if", "exists"]);
            let name = c.name()?;
            let cascade = c.has("cascade");
            Some(if constraint {
                Action::DropConstraint { name, cascade }
            } else {
                Action::DropColumn { column: name, cascade }
            })
        }
        "alter" => {
            c.eat("column");
            let column_name = c.name()?;
            if c.eat_all(&["set", "not", "null"]) {
                return Some(Action::SetNotNull { column: column_name });
            }
            c.eat_all(&["set", "data"]);
            c.eat("type").then_some(())?;
            // What follows reads as a column of that type; USING and COLLATE are not of the type.
            let end = c.rest.iter().position(|t| t.is("using") || t.is("collate")).unwrap_or(c.rest.len());
            let mut tokens = vec![Token { kind: crate::lint::token::TokenKind::Word, text: column_name.clone() }];
            tokens.extend_from_slice(&c.rest[..end]);
            Some(Action::ChangeType { column: column_name, ty: column(&tokens)?.ty })
        }
        "rename" => {
            if c.eat("to") {
                return Some(Action::RenameTable { to: c.name()? });
            }
            if c.eat("constraint") {
                return None;
            }
            c.eat("column");
            let from = c.name()?;
            c.eat("to").then_some(())?;
            Some(Action::RenameColumn { from, to: c.name()? })
        }
        "validate" if c.eat("constraint") => Some(Action::Validate { name: c.name()? }),
        _ => None,
    }
}
