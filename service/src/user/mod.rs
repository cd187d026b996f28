//! The people of the board.

mod find;

pub(crate) use find::find;
