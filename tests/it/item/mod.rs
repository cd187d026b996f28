//! Tests of work items and their ledger.

mod add;
mod archive;
mod automation;
mod block;
mod blockers;
mod cancel;
mod comment;
mod delete;
mod edit;
mod history;
mod ledger;
mod list;
mod machine;
mod r#move;
mod ready;
mod reopen;
mod retry;
mod show;
mod states;
mod tree;
mod unarchive;
mod unblock;
