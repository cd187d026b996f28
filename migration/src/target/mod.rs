//! Which database is meant: its URL, how both binaries find it, and the PostgreSQL schema within it.

mod locate;
mod schema;
mod url;

pub use locate::{Located, Source, Sources, locate};
pub use schema::{DEFAULT_SCHEMA, schema_name};
pub use url::{DatabaseUrl, Kind};
