//! Connections for single statements on PostgreSQL, which stay out of the pool from one statement to the next.
//!
//! sqlx tests each connection that comes back to the pool, which is a round trip and a task: together about as long as the
//! claim that it was used for. So what was used for a single statement is kept for the next one, unless somebody else waits
//! for a connection, and for no longer than [`KEEP`].

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::{self, PgPool, Postgres};
use sea_orm::{ConnAcquireErr, DbErr, QueryResult, RuntimeErr, Value, Values};
use sea_query_sqlx::SqlxValues;

use super::statement::OnStatement;

/// After this a connection goes through the pool, which looks at its age and at its health.
const KEEP: Duration = Duration::from_secs(30);

/// Shared by the clones of a board.
#[derive(Clone)]
pub(crate) struct Kept(Arc<Inner>);

struct Inner {
    pool: PgPool,
    most: u32,
    idle: Mutex<Vec<One>>,
    /// How many ask the pool for a connection just now.
    asking: AtomicU32,
    told: Option<OnStatement>,
}

struct One {
    conn: PoolConnection<Postgres>,
    since: Instant,
}

/// Somebody asks the pool for a connection, until this is dropped.
pub(crate) struct Asking<'a>(&'a Inner);

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("idle", &self.0.idle().len()).finish_non_exhaustive()
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.asking.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Kept {
    pub fn new(pool: PgPool, most: u32, told: Option<OnStatement>) -> Self {
        Self(Arc::new(Inner { pool, most, idle: Mutex::default(), asking: AtomicU32::new(0), told }))
    }

    /// To be held while a connection of the pool is asked for: where the pool has none left, one that is kept here goes
    /// back to it, and so do those that are in use, as soon as they are free.
    pub fn ask(&self) -> Asking<'_> {
        let asking = self.0.asking.fetch_add(1, Ordering::SeqCst) + 1;
        let left = self.0.most.saturating_sub(self.0.pool.size());
        let free = self.0.pool.num_idle().saturating_add(left as usize);
        if free < asking as usize {
            drop(self.0.idle().pop());
        }
        Asking(&self.0)
    }

    /// The rows of a single statement, which is a transaction by itself.
    pub async fn rows(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<QueryResult>, DbErr> {
        let mut one = self.take().await?;
        let begun = Instant::now();
        let query = sqlx::query_with(sql, SqlxValues(Values(values)));
        // A call that is dropped here drops the connection, which the pool then puts in order.
        let rows = query.fetch_all(&mut *one.conn).await;
        if let Some(told) = &self.0.told {
            told.tell(sql, begun.elapsed(), rows.is_err());
        }
        let rows = rows.map_err(|e| DbErr::Query(RuntimeErr::SqlxError(e.into())))?;
        self.keep(one);
        Ok(rows.into_iter().map(QueryResult::from).collect())
    }

    async fn take(&self) -> Result<One, DbErr> {
        let idle = self.0.idle().pop();
        if let Some(one) = idle {
            return Ok(one);
        }
        let _asking = self.ask();
        match self.0.pool.acquire().await {
            Ok(conn) => Ok(One { conn, since: Instant::now() }),
            Err(sqlx::Error::PoolTimedOut) => Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
            Err(sqlx::Error::PoolClosed) => Err(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)),
            Err(error) => Err(DbErr::Conn(RuntimeErr::SqlxError(error.into()))),
        }
    }

    fn keep(&self, one: One) {
        if one.since.elapsed() < KEEP {
            self.0.idle().push(one);
            // Who asked meanwhile may not have seen it.
            if self.0.asking.load(Ordering::SeqCst) > 0 {
                drop(self.0.idle().pop());
            }
            if self.0.pool.is_closed() {
                self.close();
            }
        }
    }

    /// Gives all back to the pool, which waits for them before it is closed.
    pub fn close(&self) {
        let idle = std::mem::take(&mut *self.0.idle());
        drop(idle);
    }
}

impl Inner {
    /// A panic while it was locked cannot have left it half changed.
    fn idle(&self) -> MutexGuard<'_, Vec<One>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // Giving back is a task; without a runtime there is none, and the connection is closed by its socket.
        if tokio::runtime::Handle::try_current().is_err() {
            for one in self.idle().drain(..) {
                drop(one.conn.leak());
            }
        }
    }
}
