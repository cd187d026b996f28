//! What the agents of a run tell each other: values by agent and key, which may expire.

mod forget;
mod get;
mod list;
mod set;

pub(crate) use forget::forget_values;
pub use get::{ContextValue, GetContext};
pub use list::ListContext;
pub use set::SetContext;
