//! Work streams: items of a project that are worked on in an order for one purpose.

mod add;
mod close;
mod create;
mod edit;
mod find;
pub mod guidance;
mod judge;
mod list;
mod order;
mod prepare;
mod progress;
mod readiness;
mod remove;
mod reopen;
pub(crate) mod rows;
mod rules;
mod show;

pub use add::{AddStreamItems, StreamItemsChanged};
pub use close::CloseStream;
pub use create::CreateStream;
pub use edit::EditStream;
pub(crate) use find::{find, open_for_work};
pub use list::{ListStreams, ListedStream};
pub use order::{OrderStreamItems, StreamOrder};
pub use prepare::{DEFAULT_BUDGET, MOST_PACKAGES, PrepareStream, PreparedItem, PreparedStream, SuggestedAgent};
pub use progress::{AtWork, StreamProgress, StreamSummary};
pub use readiness::{
    ItemReadiness, ReadinessCounts, ReadyState, StaleAssignment, StreamReadiness, UnmetNeed, UnverifiedFiles,
    VerifyStreamReadiness,
};
pub use remove::RemoveStreamItems;
pub use reopen::ReopenStream;
pub use rules::MOST_ITEMS;
pub(crate) use show::streams_of;
pub use show::{InStream, ShowStream, StreamDetails, StreamItem};
