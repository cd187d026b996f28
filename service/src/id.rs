//! Ids (UUIDv7) and the references by which people and agents name a row.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::{NoContext, Uuid};

use crate::clock::Timestamp;

/// A new id: within a process later ids sort after earlier ones.
pub fn new() -> Uuid {
    Uuid::now_v7()
}

/// An id whose time part is `at`, for rows that were made elsewhere at that time.
pub fn at(at: Timestamp) -> Uuid {
    let seconds = u64::try_from(at.timestamp()).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, at.timestamp_subsec_nanos()))
}

/// A row named by its id or by its human name: an item's key, an agent's slug, a project's slug, a user's name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Ref {
    /// A UUID.
    Id(Uuid),
    /// Whatever is no UUID in form.
    Name(String),
}

impl From<Uuid> for Ref {
    fn from(id: Uuid) -> Self {
        Self::Id(id)
    }
}

impl From<&str> for Ref {
    fn from(text: &str) -> Self {
        match Uuid::try_parse(text) {
            Ok(id) => Self::Id(id),
            Err(_) => Self::Name(text.to_owned()),
        }
    }
}

impl From<String> for Ref {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Ref> for String {
    fn from(r: Ref) -> Self {
        r.to_string()
    }
}

impl FromStr for Ref {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::from(text))
    }
}

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}
