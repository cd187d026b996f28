//! Commits on PostgreSQL, as other processes tell of them.

use futures_util::FutureExt;
use sea_orm::sqlx;
use sea_orm::sqlx::postgres::{PgListener, PgPool, PgPoolOptions};

use super::super::connect::Db;
use super::super::dialect::CHANNEL;
use super::REOPEN;

/// A connection of its own that listens. It is opened again when it is lost.
pub(super) struct Listen {
    pool: PgPool,
    schema: String,
    listener: Option<PgListener>,
}

impl Listen {
    pub async fn open(db: &Db) -> Self {
        let options = db.reader.get_postgres_connection_pool().connect_options();
        // Beside the board's pool, which a command has made for one connection.
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(db.busy_timeout)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with((*options).clone());
        let mut listen = Self { pool, schema: db.schema.clone().unwrap_or_default(), listener: None };
        listen.connect().await;
        listen
    }

    async fn connect(&mut self) -> bool {
        match listener(&self.pool).await {
            Ok(listener) => self.listener = Some(listener),
            Err(error) => tracing::debug!(%error, "cannot listen for work"),
        }
        self.listener.is_some()
    }

    /// Waits for a commit that made something claimable on this board, or for a connection that may have missed one.
    pub async fn changed(&mut self) {
        loop {
            let Some(listener) = &mut self.listener else {
                if self.connect().await {
                    return;
                }
                tokio::time::sleep(REOPEN).await;
                continue;
            };
            match listener.try_recv().await {
                Ok(Some(told)) => {
                    let mut is_own = told.payload() == self.schema;
                    // One look is enough for all that is there already.
                    while let Some(Ok(Some(told))) = listener.try_recv().now_or_never() {
                        is_own |= told.payload() == self.schema;
                    }
                    if is_own {
                        return;
                    }
                }
                Ok(None) => self.listener = None,
                Err(error) => {
                    tracing::debug!(%error, "the connection that listens is lost");
                    self.listener = None;
                }
            }
        }
    }
}

async fn listener(pool: &PgPool) -> Result<PgListener, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    // A lost connection is to be known, and whoever waits is to look then.
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    Ok(listener)
}
