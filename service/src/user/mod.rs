//! The people of the board.

mod add;
mod edit;
mod find;
mod list;
mod remove;
mod rules;
mod show;

pub use add::AddUser;
pub use edit::EditUser;
pub(crate) use find::find;
pub use list::ListUsers;
pub use remove::RemoveUser;
pub use show::{ShowUser, UserDetails};
