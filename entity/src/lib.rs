//! Callboard's tables and vocabularies as Rust types, generated from the schema by `migration entities generate`.
//!
//! Only this file is written by hand. Everything in `generated` is replaced whenever a migration changes the schema.

#[rustfmt::skip]
mod generated;

pub use generated::*;
