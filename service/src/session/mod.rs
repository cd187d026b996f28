//! Work sessions: who is at work, since when, on what, and how long.
//!
//! A session belongs to the agent or the person who started it. What is written through a board that is in a session
//! ([`crate::Callboard::in_session`]) names it in its ledger rows.

mod abandon;
mod abandon_idle;
mod command;
mod continuity;
mod end;
mod find;
mod list;
mod note;
mod pause;
mod place;
mod pop;
mod push;
mod resume;
mod rows;
mod show;
mod start;
pub mod state;
mod status;
mod switch;

pub use abandon::AbandonSession;
pub(crate) use abandon::abandon_all;
pub(crate) use abandon_idle::abandon_idle;
pub use command::RecordCommand;
pub use continuity::{Continuity, ContinuityReport, EXAMPLES, Figure};
pub use end::EndSession;
pub(crate) use find::{find, must_be_open, named_or_own, not_over};
pub use list::{ListSessions, ListedSession};
pub use note::NoteInSession;
pub use pause::PauseSession;
pub use place::{DEEPEST, SessionContext};
pub use pop::PopContext;
pub use push::PushContext;
pub use resume::ResumeSession;
pub use rows::ChangedSession;
pub use show::{SessionChange, SessionDetails, SessionEntry, ShowSession};
pub use start::StartSession;
pub use status::{SessionStatus, Standing};
pub use switch::SwitchContext;
