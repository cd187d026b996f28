//! Telling other processes that there may be work, once it is committed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Statement};

use super::super::connect::Db;

/// A process tells at most once in this time: those who are woken look at everything anyway.
const QUIET: Duration = Duration::from_millis(20);

/// Whether a transaction made something claimable, or may have.
#[derive(Clone, Debug, Default)]
pub(crate) struct News(Arc<AtomicBool>);

impl News {
    /// Those who wait for work are to look, once the transaction is committed.
    pub fn tell(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_told(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Rings for the listeners of a board on PostgreSQL. On SQLite the file tells by itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bell(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    rung: Option<Instant>,
    /// A task will ring at the end of the quiet time.
    is_pending: bool,
}

impl Bell {
    /// Rings now, or at the end of the quiet time. The commit stands whatever becomes of it: a lost ring is found by the
    /// watchers' own look.
    pub async fn ring(&self, db: &Db) {
        let schema = db.schema.as_deref().unwrap_or_default();
        let Some(statement) = db.dialect.ring(schema) else { return };
        let Some(wait) = self.wait() else { return };
        if wait.is_zero() {
            return ring(db, statement).await;
        }
        let (bell, db) = (self.clone(), db.clone());
        tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            bell.rings();
            ring(&db, statement).await;
        });
    }

    /// How long to wait before it rings; none where it will ring anyway.
    fn wait(&self) -> Option<Duration> {
        // A poisoned lock only means that another task panicked while it held two values.
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.is_pending {
            return None;
        }
        let wait = state.rung.map_or(Duration::ZERO, |rung| QUIET.saturating_sub(rung.elapsed()));
        if wait.is_zero() {
            state.rung = Some(Instant::now());
        } else {
            state.is_pending = true;
        }
        Some(wait)
    }

    /// From now on, what is committed needs another ring.
    fn rings(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            State { rung: Some(Instant::now()), is_pending: false };
    }
}

async fn ring(db: &Db, statement: Statement) {
    let _asking = db.asking();
    if let Err(error) = db.writer.execute_raw(statement).await {
        tracing::debug!(%error, "those who wait were not told of new work");
    }
}
