//! Full-text search over items, decisions and notes. docs/adr/0008 says how it is built.

mod find;
mod hits;
mod index;
mod rank;
mod snippet;
mod term;
mod within;

pub(crate) use crate::db::dialect::search::Indexed;
pub use find::{Found, MOST_BYTES, MOST_HITS, MOST_WORDS, Search};
pub use hits::Hit;
pub(crate) use index::{
    add, checkpoint, checkpoints, comment, comments, decision, decision_differs, differs, item, note, notes, remove,
    replace,
};
pub use rank::RANKED_ALIKE;
pub(crate) use term::Term;
pub use within::{HitKind, HitStatus, Within};
