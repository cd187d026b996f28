//! A call of the product, and the statements that it sends.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use callboard_service::{Actor, Callboard, OpenOptions, Query, Verb};
use sea_orm::{DatabaseTransaction, Statement, TransactionTrait};
use support::large::{Of, id};
use support::{AsVerb, TestDb};

use super::work::Meter;

/// Something that the product is asked to do, by a name for people.
pub struct Call {
    pub name: &'static str,
    pub body: for<'a> fn(&'a Caller) -> Made<'a>,
}

pub type Made<'a> = std::pin::Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Declares a call: `call!("the name", |c| { c.read(&query).await; })`.
macro_rules! call {
    ($name:literal, |$caller:ident| $body:block) => {
        $crate::plans::call::Call { name: $name, body: |$caller| Box::pin(async move { $body }) }
    };
}
pub(super) use call;

/// Who makes a call: the board itself, or a transaction of the test, which takes everything back.
pub struct Caller {
    board: Callboard,
    inside: Option<DatabaseTransaction>,
}

impl Caller {
    /// A change by the first user.
    pub async fn run<V: Verb>(&self, verb: &V) -> V::Output {
        self.by(Actor::user(id(Of::User, 1)), verb).await
    }

    /// A change by the agent of that number.
    pub async fn agent<V: Verb>(&self, number: u64, verb: &V) -> V::Output {
        self.by(Actor::agent(id(Of::Agent, number)), verb).await
    }

    pub async fn read<Q: Query>(&self, query: &Q) -> Q::Output {
        let answer = match &self.inside {
            Some(tx) => self.board.run_in(tx, Actor::SYSTEM, &AsVerb(query)).await,
            None => self.board.read(query).await,
        };
        answer.unwrap_or_else(|error| panic!("refused: {error}"))
    }

    async fn by<V: Verb>(&self, actor: Actor, verb: &V) -> V::Output {
        let answer = match &self.inside {
            Some(tx) => self.board.run_in(tx, actor, verb).await,
            None => self.board.run(actor, verb).await,
        };
        answer.unwrap_or_else(|error| panic!("refused: {error}"))
    }
}

/// The statements of a call, with their values; what it did is taken back.
pub async fn statements(board: &Callboard, meter: &Meter, call: &Call) -> Vec<Statement> {
    let sent: Arc<Mutex<Vec<Statement>>> = Arc::default();
    let mut conn = meter.connection();
    let sink = Arc::clone(&sent);
    conn.set_metric_callback(move |told| {
        sink.lock().expect("lock").push(told.statement.clone());
    });
    let tx = conn.begin().await.expect("begin");
    let mut caller = Caller { board: board.clone(), inside: Some(tx) };
    (call.body)(&caller).await;
    let tx = caller.inside.take().expect("the transaction");
    tx.rollback().await.expect("roll back");
    let sent = std::mem::take(&mut *sent.lock().expect("lock"));
    assert!(!sent.is_empty(), "{}: nothing was sent", call.name);
    sent
}

/// The texts that a call sends when the board runs it, which changes the board.
pub async fn texts(t: &TestDb, call: &Call) -> BTreeSet<String> {
    let sent: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    let sink = Arc::clone(&sent);
    let told = OpenOptions { max_connections: 1, ..OpenOptions::default() };
    let told = told.on_statement(move |statement| {
        sink.lock().expect("lock").insert(statement.sql.to_owned());
    });
    let board = t.board_with(told).await;
    // What opening sends is not the call's.
    sent.lock().expect("lock").clear();
    (call.body)(&Caller { board: board.clone(), inside: None }).await;
    board.close().await.expect("close the board");
    let sent = std::mem::take(&mut *sent.lock().expect("lock"));
    assert!(!sent.is_empty(), "{}: nothing was told", call.name);
    sent
}
