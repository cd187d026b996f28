//! Conventions as tests. Each check is a pure function that is also run on a sample which breaks its rule.

mod catalog;
mod columns;
mod dependencies;
mod docs;
mod early;
mod files;
mod ledger;
mod links;
mod migrations;
mod names;
mod schema;
mod source;
mod sources;
mod tests;
