//! `callboard search`: items, decisions and notes by their words.

pub mod find;
