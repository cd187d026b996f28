//! SQLite plans that do not depend on bound values, on SeaORM's connections.
//!
//! SQLite, built with its statistics as libsqlite3-sys builds it, prepares a statement anew at each call whenever a value is
//! bound that its plan could depend on, a LIMIT among them: that takes longer than most of ours run. The query planner
//! stability guarantee (QPSG) switches that off. The lane's connection has rusqlite's safe call for it; sqlx has none.
#![allow(unsafe_code)]

use std::ffi::c_int;

use rusqlite::ffi;
use sea_orm::sqlx::{Error, SqliteConnection};

/// Switches it on, for as long as the connection is open.
pub(super) async fn enable(conn: &mut SqliteConnection) -> Result<(), Error> {
    let mut handle = conn.lock_handle().await?;
    let mut is_on: c_int = 0;
    // SAFETY: `handle` holds the lock of an open connection until it is dropped, below, so that no other thread uses it or
    // closes it meanwhile. libsqlite3-sys can be in a program only once (its `links` key), so this is the SQLite that opened
    // it. Of this option SQLite's documentation demands an int and a pointer to an int, which outlives the call, and nothing
    // else: it sets a flag and keeps neither.
    let code = unsafe {
        ffi::sqlite3_db_config(
            handle.as_raw_handle().as_ptr(),
            ffi::SQLITE_DBCONFIG_ENABLE_QPSG,
            1 as c_int,
            std::ptr::from_mut(&mut is_on),
        )
    };
    drop(handle);
    let is_done = code == ffi::SQLITE_OK && is_on == 1;
    is_done.then_some(()).ok_or_else(|| Error::Protocol(format!("SQLite refused stable plans: code {code}")))
}
