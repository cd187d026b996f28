//! The people of the board.

mod add;
mod find;
mod rules;

pub use add::AddUser;
pub(crate) use find::find;
