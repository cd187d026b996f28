//! Messages between agents: in threads, to one or to everybody, and handovers. A row has one reader.

mod acknowledge;
mod inbox;
mod mark;
mod read;
pub(crate) mod rows;
mod send;
mod show;

pub use acknowledge::AcknowledgeMessages;
pub use inbox::{Inbox, InboxMessage, InboxPage};
pub use mark::Marked;
pub use read::ReadMessages;
pub use rows::MessageBody;
pub use send::{SendMessage, SentMessage};
pub use show::{MessageThread, Reader, ShowMessage, ThreadMessage};
