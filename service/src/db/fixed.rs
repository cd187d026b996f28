//! Fixed statements in a transaction: straight to SQLite where it is on the write lane, else by SeaORM.

use sea_orm::{ConnectionTrait, DbErr, Value};
use uuid::Uuid;

use super::cells::Cells;
use super::listed::Listed;
use super::transaction::Tx;
use super::verb::Alone;
use crate::error::Result;

/// Reads a row, column by column.
pub(crate) type Read<T> = fn(&mut Cells<'_>) -> Result<T, DbErr>;

impl Alone<'_> {
    /// The rows of a fixed statement that is a transaction by itself.
    pub(crate) async fn rows<T>(&self, sql: &'static str, values: Vec<Value>, read: Read<T>) -> Result<Vec<T>> {
        let rows = match self.kept {
            Some(kept) => kept.rows(sql, values).await?,
            None => self.conn.query_all_raw(self.dialect.statement(sql, values)).await?,
        };
        Ok(rows.iter().map(|row| read(&mut Cells::of_sea(row))).collect::<Result<_, DbErr>>()?)
    }
}

impl Tx {
    /// The rows of a fixed statement (`$1`, `$2` .. in its text are the values).
    pub(crate) async fn rows<T: Send>(&self, sql: &str, values: Vec<Value>, read: Read<T>) -> Result<Vec<T>> {
        if let Some(link) = &self.link {
            return Ok(link.rows(sql, &values, read)?);
        }
        let rows = self.conn.query_all_raw(self.dialect.statement(sql, values)).await?;
        Ok(rows.iter().map(|row| read(&mut Cells::of_sea(row))).collect::<Result<_, DbErr>>()?)
    }

    /// Its only row.
    pub(crate) async fn row<T: Send>(&self, sql: &str, values: Vec<Value>, read: Read<T>) -> Result<Option<T>> {
        Ok(self.rows(sql, values, read).await?.pop())
    }

    /// Runs a fixed statement; gives how many rows it changed.
    async fn write(&self, sql: &str, values: Vec<Value>) -> Result<u64> {
        if let Some(link) = &self.link {
            return Ok(link.write(sql, &values)?);
        }
        Ok(self.conn.execute_raw(self.dialect.statement(sql, values)).await?.rows_affected())
    }

    /// Inserts a row.
    pub(crate) async fn insert<T: Listed>(&self, row: T) -> Result<()> {
        self.write(T::insert_text(), row.into_values()).await.map(drop)
    }

    /// Writes what differs, where the guard still is what it was; gives whether it is.
    ///
    /// SQLite rewrites the entries of every index that a SET list names.
    pub(crate) async fn update<T: Listed>(&self, (id, guard): (Uuid, Value), before: &T, after: &T) -> Result<bool> {
        let mut differing = T::differing(before, after);
        differing.values.extend([id.into(), guard]);
        Ok(self.write(&T::update_text(differing.bits), differing.values).await? == 1)
    }
}
