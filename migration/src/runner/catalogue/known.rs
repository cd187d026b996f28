//! What was read before, by a digest of all that it follows from.
//!
//! A run asks a SQLite file the same questions five times, and the databases of a fleet are alike. Each row of an answer
//! costs two switches between threads, and asking SQLite for the parts of a schema as much as its quick check; the digest
//! is one row.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::{ConnectionTrait, DbErr};
use sha2::{Digest, Sha256};

use super::super::session::Place;

/// How many answers of each kind are kept.
const MOST: usize = 64;

pub(crate) type Key = [u8; 32];

/// Answers of one kind.
#[derive(Debug)]
pub(crate) struct Known<T>(Mutex<BTreeMap<Key, Arc<T>>>);

impl<T> Known<T> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    pub(crate) fn find(&self, key: &Key) -> Option<Arc<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// Keeps what was read between two readings of the key, and gives it back. Outside of a transaction another process
    /// may have changed what it follows from in between: then it is not kept.
    pub(crate) fn keep(&self, before: Key, after: Key, read: T) -> Arc<T> {
        let read = Arc::new(read);
        if before == after {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(before, Arc::clone(&read));
        }
        read
    }
}

/// The SQL of a value with its type and length, so that no two lists of values look the same; also where a text has a NUL,
/// at which SQLite's `quote` ends.
pub(crate) fn framed(column: &str) -> String {
    format!("typeof({column}) || coalesce(octet_length({column}) || ':' || {column}, '')")
}

/// The digest of an answer that is one value, and of what was asked for. The value is read as bytes: what others have in
/// a schema need not be UTF-8.
pub(crate) async fn key<'a>(
    db: &impl ConnectionTrait,
    place: &Place,
    sql: &str,
    about: impl Iterator<Item = &'a str>,
) -> Result<Key, DbErr> {
    let mut hash = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hash.update(bytes.len().to_le_bytes());
        hash.update(bytes);
    };
    about.for_each(|part| add(part.as_bytes()));
    add(b"");
    let value: Option<Vec<u8>> = match db.query_one_raw(place.ask(sql)).await? {
        Some(row) => row.try_get_by_index(0)?,
        None => None,
    };
    add(&value.unwrap_or_default());
    Ok(hash.finalize().into())
}
