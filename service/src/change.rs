//! What an edit does to a value that may be absent.

use serde::{Deserialize, Serialize};

/// Keeps, takes away or sets a value that may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change<T> {
    /// The value stays as it is.
    #[default]
    Keep,
    /// The value is taken away.
    Clear,
    /// The value becomes this one.
    Set(T),
}

impl<T: Clone> Change<T> {
    /// The value after the change.
    pub(crate) fn of(&self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value.clone()),
        }
    }

    /// The value to be set, which the caller checks.
    pub(crate) fn given(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }
}
