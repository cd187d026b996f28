//! Counts the statements that a query sends, to prove that they do not grow with the rows.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use callboard_service::{Actor, Callboard, Query, Result, Tx, Verb};

use crate::database::TestDb;

impl TestDb {
    /// How many statements `query` sends to the database; beginning and ending the transaction, and setting
    /// the board's schema in it, is not counted.
    pub async fn statements<Q: Query>(&self, board: &Callboard, query: &Q) -> usize {
        // A query runs in a transaction of ours when it is dressed as a verb, so our connection sees its statements.
        self.statements_of(board, Actor::SYSTEM, &AsVerb(query)).await.0
    }

    /// As [`TestDb::statements`], of a change, which is made; gives its outcome too.
    pub async fn statements_of<V: Verb>(&self, board: &Callboard, actor: Actor, verb: &V) -> (usize, V::Output) {
        let sent = Arc::new(AtomicUsize::new(0));
        let mut conn = self.raw().await;
        let counter = Arc::clone(&sent);
        conn.set_metric_callback(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        board.run_in(&conn, Actor::SYSTEM, &AsVerb(&Nothing)).await.expect("run nothing");
        let around = sent.swap(0, Ordering::Relaxed);
        let output = board.run_in(&conn, actor, verb).await.expect("run it");
        let statements = sent.load(Ordering::Relaxed) - around;
        assert!(statements > 0, "no statement was counted: the callback is not called");
        (statements, output)
    }
}

/// Asks nothing.
struct Nothing;

impl Query for Nothing {
    type Output = ();

    async fn fetch(&self, _tx: &Tx) -> Result<()> {
        Ok(())
    }
}

/// A question as a verb, so that it can be asked in a transaction of ours.
#[derive(Debug)]
pub struct AsVerb<'a, Q>(pub &'a Q);

impl<Q: Query> Verb for AsVerb<'_, Q> {
    type Output = Q::Output;

    async fn apply(&self, tx: &Tx) -> Result<Q::Output> {
        self.0.fetch(tx).await
    }
}
