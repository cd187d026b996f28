//! The lane's connection as SeaORM sees it: a database of the app's own making, which is what `MockDatabaseTrait` is for.
//!
//! A statement is done when its future is first polled, on the thread that polls it. So a verb whose statements all come
//! here runs from its beginning to its end without ever waiting. (`ProxyDatabaseTrait`, the other such trait, is async, and
//! does not compile beside sqlx-sqlite in SeaORM 2.0.4.)

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::{
    DatabaseConnection, DatabaseConnectionType, DatabaseTransaction, DbBackend, DbErr, ExecResult, MockDatabase,
    MockDatabaseConnection, MockDatabaseTrait, QueryResult, Statement, Transaction, TransactionTrait,
};

use super::connection::Link;

#[derive(Debug)]
struct Driver(Arc<Link>);

/// Where verbs run, one after the other: the lane's connection, and SeaORM's transaction over it.
///
/// That transaction is handed from verb to verb: to begin one moves a future of 15 KB, which has room for every driver's, and
/// allocates as much. It knows nothing of what was done in it; the connection does.
pub(super) struct Seat {
    pub link: Arc<Link>,
    spare: Mutex<Option<DatabaseTransaction>>,
}

impl Seat {
    pub(super) fn new(link: Link) -> Self {
        Self { link: Arc::new(link), spare: Mutex::default() }
    }

    /// Holding it, nothing panics.
    fn spare(&self) -> MutexGuard<'_, Option<DatabaseTransaction>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The transaction of a verb, which begins with a savepoint.
    pub(super) async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let spare = self.spare().take();
        match spare {
            Some(transaction) => {
                self.link.set();
                Ok(transaction)
            }
            None => connection(&self.link).begin().await,
        }
    }

    /// Keeps what a verb did. Only what ended well is used again: a panic poisons the lock that SeaORM has in it.
    pub(super) fn keep(&self, transaction: DatabaseTransaction) {
        self.link.keep();
        *self.spare() = Some(transaction);
    }
}

/// A connection of SeaORM's over the lane's; to begin on it is to set a savepoint.
fn connection(link: &Arc<Link>) -> DatabaseConnection {
    let driver = MockDatabaseConnection::new(Driver(Arc::clone(link)));
    DatabaseConnectionType::MockDatabaseConnection(Arc::new(driver)).into()
}

/// SeaORM makes results of its own out of values only inside of its mock.
fn maker() -> MockDatabase {
    MockDatabase::new(DbBackend::Sqlite)
}

fn nothing() -> Statement {
    Statement::from_string(DbBackend::Sqlite, "")
}

impl MockDatabaseTrait for Driver {
    fn execute(&mut self, _: usize, statement: Statement) -> Result<ExecResult, DbErr> {
        let result = self.0.execute(&statement)?;
        maker().append_exec_results([result]).execute(0, nothing())
    }

    fn query(&mut self, _: usize, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let rows = self.0.query(&statement)?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        maker().append_query_results([rows]).query(0, nothing())
    }

    fn begin(&mut self) {
        self.0.set();
    }

    fn commit(&mut self) {
        self.0.keep();
    }

    fn rollback(&mut self) {
        self.0.roll_back();
    }

    fn drain_transaction_log(&mut self) -> Vec<Transaction> {
        Vec::new()
    }

    fn get_database_backend(&self) -> DbBackend {
        DbBackend::Sqlite
    }

    fn ping(&self) -> Result<(), DbErr> {
        Ok(())
    }
}
