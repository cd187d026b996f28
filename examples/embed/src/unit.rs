//! One transaction for the app's rows and the board's, on either database.
//!
//! An app that knows its database copies one half of [`Shop::in_one`].

use std::time::Duration;

use callboard_service::{Actor, BoxFuture, Callboard, Error, Tx, Verb};
use sea_orm::{DatabaseConnection, DatabaseTransaction, TransactionTrait};

use crate::Shop;

/// A transaction that is open, until the closure it was given to returns.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'t> {
    /// For the app's own rows.
    pub conn: &'t DatabaseTransaction,
    owner: Owner<'t>,
}

#[derive(Clone, Copy, Debug)]
enum Owner<'t> {
    /// The app began it: each verb runs in a savepoint.
    App(&'t Callboard, Actor),
    /// The board began it.
    Board(&'t Tx),
}

impl<'t> Unit<'t> {
    /// A transaction that the board began, as in a workflow's step.
    pub fn of(tx: &'t Tx) -> Self {
        Self { conn: tx.connection(), owner: Owner::Board(tx) }
    }

    /// Runs a verb of the board's in this transaction. A refused one leaves the transaction as it was.
    pub async fn run<V: Verb>(&self, verb: &V) -> Result<V::Output, Error> {
        match self.owner {
            Owner::App(board, actor) => board.run_in(self.conn, actor, verb).await,
            Owner::Board(tx) => tx.run(verb).await,
        }
    }
}

/// How often a transaction that lost a race is tried again, and the longest pause before the first time.
const TRIES: u32 = 12;
const PAUSE: Duration = Duration::from_millis(5);

impl Shop {
    /// Runs `body` in one transaction: all that it changes happens, or nothing does.
    ///
    /// It may run more than once, so it touches nothing but the database.
    ///
    /// # Errors
    /// What `body` fails with, and the database's errors; nothing is changed then.
    pub async fn in_one<T, F>(&self, body: F) -> Result<T, Error>
    where
        T: Send,
        F: for<'t> Fn(Unit<'t>) -> BoxFuture<'t, Result<T, Error>> + Sync,
    {
        let Some(own) = &self.own else {
            // SQLite: the board begins it, since a file has one writer, and tries again by itself.
            return self.board.transaction(self.actor, |tx| body(Unit::of(tx))).await;
        };
        // PostgreSQL: the app begins it and decides. What lost a race (40001, 40P01) is safe to try again.
        let mut tried = 1;
        loop {
            match self.try_in_one(own, &body).await {
                Err(error) if error.is_retryable() && tried < TRIES => {
                    tokio::time::sleep(PAUSE.mul_f64(fastrand::f64()) * 2u32.pow(tried.min(6))).await;
                    tried += 1;
                }
                result => return result,
            }
        }
    }

    async fn try_in_one<T, F>(&self, own: &DatabaseConnection, body: &F) -> Result<T, Error>
    where
        F: for<'t> Fn(Unit<'t>) -> BoxFuture<'t, Result<T, Error>> + Sync,
    {
        let tx = own.begin_with_config(Some(self.level), None).await?;
        // Where the body fails, `tx` is dropped, which rolls it back.
        let done = body(Unit { conn: &tx, owner: Owner::App(&self.board, self.actor) }).await?;
        tx.commit().await?;
        Ok(done)
    }
}
