//! Runs a query: in a transaction that only reads, by one statement, or on the thread that asks.

use sea_orm::{AccessMode, IsolationLevel, TransactionOptions, TransactionTrait};

use super::dialect::Dialect;
use super::transaction::Tx;
use super::verb::Query;
use crate::actor::Actor;
use crate::board::Callboard;
use crate::error::Result;
use crate::gate::Looks;

impl Callboard {
    /// Answers a question from one state of the board.
    ///
    /// # Errors
    /// What the query refuses (mostly: not found), and the database's errors.
    pub async fn read<Q: Query>(&self, query: &Q) -> Result<Q::Output> {
        if Q::IS_SHORT
            && let Some(inline) = &self.db.inline
            && let Some(answer) = inline.answer(query, &self.caller(Actor::SYSTEM, &self.looks))
        {
            return answer;
        }
        if let Some(answer) = query.fetch_alone(self.alone(&self.db.reader, Actor::SYSTEM)).await? {
            return Ok(answer);
        }
        self.read_once(query, &self.looks).await
    }

    /// As [`Callboard::read`], of a question that asks for files as a gate does.
    pub(crate) async fn read_looking<Q: Query>(&self, query: &Q, looks: &Looks) -> Result<Q::Output> {
        loop {
            let answer = self.read_once(query, looks).await;
            if !looks.is_wanted() {
                return answer;
            }
            self.look_at_wanted(looks).await?;
        }
    }

    async fn read_once<Q: Query>(&self, query: &Q, looks: &Looks) -> Result<Q::Output> {
        let options = match self.db.dialect {
            Dialect::Sqlite => TransactionOptions::default(),
            Dialect::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..Default::default()
            },
        };
        let asking = self.db.asking();
        let conn = self.db.reader.begin_with_options(options).await?;
        drop(asking);
        let tx = Tx::new(conn, &self.caller(Actor::SYSTEM, looks), None);
        let answer = query.fetch(&tx).await;
        tx.conn.rollback().await?;
        answer
    }
}
