//! What the agents of a run tell each other: values by agent and key, which may expire.

mod get;
mod list;
mod set;

pub use get::{ContextValue, GetContext};
pub use list::ListContext;
pub use set::SetContext;
