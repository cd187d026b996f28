//! Puts the rows of an archive back on the board.

use std::collections::BTreeMap;

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, IdenStatic, IntoActiveModel, Iterable, QueryFilter};
use serde_json::Value;

use super::content::{Content, ITEM, Link};
use crate::db::Tx;
use crate::error::{Error, Result, taken};
use crate::export::tables::{self, ForEachTable, Portable};
use crate::search;

/// Inserts rows by kind, with their documents. The caller has seen to it that what they refer to is there.
pub(super) async fn rows(tx: &Tx, key: &str, schema: &str, rows: BTreeMap<String, Vec<Value>>) -> Result<()> {
    let mut putting = Putting { tx, key, schema, rows };
    tables::for_each(&mut putting).await?;
    match putting.rows.into_keys().next() {
        None => Ok(()),
        Some(kind) => Err(unknown(key, schema, &format!("it has rows of the unknown kind '{kind}'"))),
    }
}

struct Putting<'a> {
    tx: &'a Tx,
    key: &'a str,
    schema: &'a str,
    rows: BTreeMap<String, Vec<Value>>,
}

impl ForEachTable for Putting<'_> {
    async fn table<E>(&mut self) -> Result<()>
    where
        E: Portable,
        E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
    {
        let Some(values) = self.rows.remove(E::KIND) else { return Ok(()) };
        let mut rows = Vec::with_capacity(values.len());
        for value in values {
            let row: E::Model = serde_json::from_value(value)
                .map_err(|error| unknown(self.key, self.schema, &format!("a row is no {}: {error}", E::KIND)))?;
            rows.push(row);
        }
        for chunk in E::ordered(rows).chunks(E::PAGE) {
            let models = chunk.iter().map(|row| row.clone().into_active_model().reset_all());
            let inserted = E::insert_many(models).exec_without_returning(&self.tx.conn).await;
            let what = if E::KIND == ITEM { "item" } else { "row of the archive, of kind" };
            inserted.map_err(taken(what, if E::KIND == ITEM { self.key } else { E::KIND }))?;
            search::add(self.tx, &E::documents(self.tx, chunk).await?).await?;
        }
        Ok(())
    }
}

/// An archive of another schema that this build cannot read.
fn unknown(key: &str, schema: &str, why: &str) -> Error {
    Error::Stored { what: format!("archive of {key}, made with the schema {schema},"), why: why.to_owned() }
}

/// Gives rows of the board their links back, where they have no other now; gives those that could not have it.
pub(super) async fn links(tx: &Tx, content: &Content) -> Result<Vec<Link>> {
    let mut linking = Linking { tx, content, missed: Vec::new() };
    tables::for_each(&mut linking).await?;
    Ok(linking.missed)
}

struct Linking<'a> {
    tx: &'a Tx,
    content: &'a Content,
    missed: Vec<Link>,
}

impl ForEachTable for Linking<'_> {
    async fn table<E>(&mut self) -> Result<()>
    where
        E: Portable,
        E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
    {
        // An item that gets its parent back is changed with a ledger row, elsewhere.
        let own = self.content.links.iter().filter(|link| link.kind == E::KIND && E::KIND != ITEM);
        for link in own {
            let column = E::Column::iter().find(|column| column.as_str() == link.column);
            let (Some(column), Some(key)) = (column, E::key().first().copied()) else {
                self.missed.push(link.clone());
                continue;
            };
            let written = E::update_many()
                .col_expr(column, Expr::value(link.to))
                .filter(key.eq(link.id))
                .filter(column.is_null())
                .exec(&self.tx.conn)
                .await?;
            if written.rows_affected == 0 {
                self.missed.push(link.clone());
            }
        }
        Ok(())
    }
}

/// Whether a link is one of a child to its parent.
pub(super) fn is_parent(link: &Link) -> bool {
    link.kind == ITEM
}
