//! What SQLite offers to C only: its online backup, and functions of our own that digest rows and look at text.
//!
//! The one file of the crate with unsafe code. sqlx has neither; rusqlite can't be linked beside it.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_int, c_void};
use std::ptr::NonNull;

use libsqlite3_sys as ffi;
use sea_orm::sqlx;
use sea_orm::sqlx::sqlite::{LockedSqliteHandle, SqliteConnection};
use sha2::{Digest, Sha256};

/// The name of the SQL function: `callboard_digest(a, b, ...)` over rows.
pub(crate) const DIGEST: &str = "callboard_digest";

/// The name of the SQL function: `callboard_is_utf8(a)` is 0 for text whose bytes are no UTF-8, which SQLite stores and
/// no program can decode; else 1.
pub(crate) const IS_UTF8: &str = "callboard_is_utf8";

/// The version of the SQLite that is linked, such as `3.51.3`.
pub(crate) fn version() -> &'static str {
    // SAFETY: it returns a static, terminated string.
    unsafe { CStr::from_ptr(ffi::sqlite3_libversion()) }.to_str().unwrap_or_default()
}

/// Keeps SQLite from counting the memory that it uses, which it does under one lock for all threads: connections on
/// several threads wait for each other at every allocation. For a program that works on many databases at once. Only
/// before the first connection of the process has been opened; whether it was in time.
pub fn without_memory_statistics() -> bool {
    let off: c_int = 0;
    // SAFETY: this option takes one int. Once SQLite is in use it is refused, and changes nothing.
    unsafe { ffi::sqlite3_config(ffi::SQLITE_CONFIG_MEMSTATUS, off) == ffi::SQLITE_OK }
}

/// A refusal of SQLite's, by its extended result code.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{text} (SQLite {code})")]
pub(crate) struct Refusal {
    pub code: c_int,
    pub text: String,
}

impl Refusal {
    fn new(code: c_int) -> Self {
        // SAFETY: sqlite3_errstr takes any code, and returns a static, terminated string.
        let text = unsafe { CStr::from_ptr(ffi::sqlite3_errstr(code)) };
        Self { code, text: text.to_string_lossy().into_owned() }
    }

    /// Whether another connection is in the way, so that trying again can help.
    pub(crate) fn is_busy(&self) -> bool {
        matches!(self.code & 0xff, ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED)
    }

    /// Whether a file is not what SQLite would have written.
    pub(crate) fn is_damage(&self) -> bool {
        matches!(self.code & 0xff, ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB)
    }
}

/// An online backup under way: all pages of one database into another, which is replaced as a whole.
///
/// The destination's write lock is held from the first step to the last, which commits. Dropped before that, it rolls
/// the destination back.
pub(crate) struct Copying<'a> {
    backup: NonNull<ffi::sqlite3_backup>,
    // Both connections stay locked against their worker threads for as long as the copy uses them.
    _from: LockedSqliteHandle<'a>,
    _to: LockedSqliteHandle<'a>,
}

// SAFETY: the pointer is owned by this value alone, and SQLite is compiled thread-safe (serialised), so that its
// connections may be used from any thread, one at a time.
unsafe impl Send for Copying<'_> {}

impl<'a> Copying<'a> {
    /// Prepares the copy; nothing is read or written yet. Neither connection may have a transaction open on `to`.
    pub(crate) async fn begin(
        from: &'a mut SqliteConnection,
        to: &'a mut SqliteConnection,
    ) -> Result<Copying<'a>, sqlx::Error> {
        let mut from = from.lock_handle().await?;
        let mut to = to.lock_handle().await?;
        let (source, target) = (from.as_raw_handle().as_ptr(), to.as_raw_handle().as_ptr());
        // SAFETY: both handles are open and locked for us; the names are static, terminated strings.
        let backup = unsafe { ffi::sqlite3_backup_init(target, c"main".as_ptr(), source, c"main".as_ptr()) };
        match NonNull::new(backup) {
            Some(backup) => Ok(Copying { backup, _from: from, _to: to }),
            None => {
                // SAFETY: the handle is open and locked for us.
                let code = unsafe { ffi::sqlite3_extended_errcode(target) };
                Err(sqlx::Error::Protocol(Refusal::new(code).to_string()))
            }
        }
    }

    /// Copies up to so many pages; true when all are copied and committed.
    pub(crate) fn step(&mut self, pages: c_int) -> Result<bool, Refusal> {
        // SAFETY: the backup is live until it is dropped.
        match unsafe { ffi::sqlite3_backup_step(self.backup.as_ptr(), pages) } {
            ffi::SQLITE_DONE => Ok(true),
            ffi::SQLITE_OK => Ok(false),
            code => Err(Refusal::new(code)),
        }
    }

    /// Pages still to be copied, and pages in all, as of the last step.
    pub(crate) fn pages(&self) -> (c_int, c_int) {
        let backup = self.backup.as_ptr();
        // SAFETY: the backup is live until it is dropped; these only read it.
        unsafe { (ffi::sqlite3_backup_remaining(backup), ffi::sqlite3_backup_pagecount(backup)) }
    }
}

impl Drop for Copying<'_> {
    fn drop(&mut self) {
        // SAFETY: the backup is live and is not used again. The fields, and so the locks, are dropped after this.
        unsafe { ffi::sqlite3_backup_finish(self.backup.as_ptr()) };
    }
}

/// The sum of the digests of the rows: the same whatever their order.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Sum {
    rows: u64,
    sum: u128,
}

/// Gives a connection the aggregate [`DIGEST`] and the function [`IS_UTF8`].
///
/// The digest is `ROWS:HEX`, where HEX is the sum, modulo 2^128, of the first half of each row's SHA-256 over its values
/// and their types. The sum does not depend on the order of the rows; a value that moves to another row changes it as
/// long as the primary key is among the arguments.
pub(crate) async fn register_functions(db: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let mut handle = db.lock_handle().await?;
    let handle = handle.as_raw_handle().as_ptr();
    let flags = ffi::SQLITE_UTF8 | ffi::SQLITE_DETERMINISTIC | ffi::SQLITE_INNOCUOUS;
    let none = std::ptr::null_mut();
    // SAFETY: the handle is open and locked for us; the names are static, terminated strings; the callbacks keep no
    // pointer beyond their call, and there is no user data to be freed.
    let codes = unsafe {
        let (digest, is_utf8) = (c"callboard_digest".as_ptr(), c"callboard_is_utf8".as_ptr());
        [
            ffi::sqlite3_create_function_v2(handle, digest, -1, flags, none, None, Some(add_row), Some(finish), None),
            ffi::sqlite3_create_function_v2(handle, is_utf8, 1, flags, none, Some(look_at_text), None, None, None),
        ]
    };
    match codes.into_iter().find(|code| *code != ffi::SQLITE_OK) {
        None => Ok(()),
        Some(code) => Err(sqlx::Error::Protocol(Refusal::new(code).to_string())),
    }
}

/// SQLite's xFunc of [`IS_UTF8`].
///
/// # Safety
/// Called by SQLite only, with a live context and one live value.
unsafe extern "C" fn look_at_text(context: *mut ffi::sqlite3_context, _: c_int, values: *mut *mut ffi::sqlite3_value) {
    // SAFETY: there is one value, and it is live. Its text is asked for before the number of its bytes, as SQLite
    // demands, and is used before anything else is asked of it.
    unsafe {
        let value = *values;
        let mut is_utf8 = true;
        if ffi::sqlite3_value_type(value) == ffi::SQLITE_TEXT {
            let text = ffi::sqlite3_value_text(value);
            let length = usize::try_from(ffi::sqlite3_value_bytes(value)).unwrap_or(0);
            is_utf8 = text.is_null() || std::str::from_utf8(std::slice::from_raw_parts(text, length)).is_ok();
        }
        ffi::sqlite3_result_int(context, c_int::from(is_utf8));
    }
}

/// SQLite's xStep.
///
/// # Safety
/// Called by SQLite only, with a live context and `n` live values.
unsafe extern "C" fn add_row(context: *mut ffi::sqlite3_context, n: c_int, values: *mut *mut ffi::sqlite3_value) {
    let size = c_int::try_from(size_of::<Sum>()).unwrap_or(c_int::MAX);
    // SAFETY: SQLite gives memory of that size, zeroed at the first call and aligned to 8 bytes, or null.
    let state = unsafe { ffi::sqlite3_aggregate_context(context, size) }.cast::<Sum>();
    if state.is_null() {
        // SAFETY: the context is live.
        return unsafe { ffi::sqlite3_result_error_nomem(context) };
    }
    let mut hash = Sha256::new();
    for i in 0..usize::try_from(n).unwrap_or(0) {
        // SAFETY: there are `n` values.
        unsafe { add_value(&mut hash, *values.add(i)) };
    }
    let half = hash.finalize().iter().take(16).fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
    // SAFETY: the memory is ours, and all zeroes is a valid Sum; u128 may ask for more alignment than SQLite gives.
    unsafe {
        let mut sum = state.read_unaligned();
        sum.rows += 1;
        sum.sum = sum.sum.wrapping_add(half);
        state.write_unaligned(sum);
    }
}

/// Adds a value with its type and length, so that no two rows of values look the same.
///
/// # Safety
/// The value is live.
unsafe fn add_value(hash: &mut Sha256, value: *mut ffi::sqlite3_value) {
    // SAFETY: the value is live. Its bytes are asked for before their number, as SQLite demands.
    unsafe {
        let kind = ffi::sqlite3_value_type(value);
        hash.update(kind.to_le_bytes());
        match kind {
            ffi::SQLITE_NULL => {}
            ffi::SQLITE_INTEGER => hash.update(ffi::sqlite3_value_int64(value).to_le_bytes()),
            ffi::SQLITE_FLOAT => hash.update(ffi::sqlite3_value_double(value).to_le_bytes()),
            _ => {
                let bytes: *const c_void = ffi::sqlite3_value_blob(value);
                let length = usize::try_from(ffi::sqlite3_value_bytes(value)).unwrap_or(0);
                hash.update(length.to_le_bytes());
                if !bytes.is_null() {
                    hash.update(std::slice::from_raw_parts(bytes.cast::<u8>(), length));
                }
            }
        }
    }
}

/// SQLite's xFinal.
///
/// # Safety
/// Called by SQLite only, with a live context.
unsafe extern "C" fn finish(context: *mut ffi::sqlite3_context) {
    // SAFETY: asked for no bytes, SQLite gives the memory of the rows, or null when there was none.
    let state = unsafe { ffi::sqlite3_aggregate_context(context, 0) }.cast::<Sum>();
    // SAFETY: the memory is ours where it is not null.
    let sum = if state.is_null() { Sum::default() } else { unsafe { state.read_unaligned() } };
    let text = format!("{}:{:032x}", sum.rows, sum.sum);
    let length = c_int::try_from(text.len()).unwrap_or(0);
    // SAFETY: the context is live, and SQLite copies the text before this returns.
    unsafe { ffi::sqlite3_result_text(context, text.as_ptr().cast(), length, ffi::SQLITE_TRANSIENT()) };
}
