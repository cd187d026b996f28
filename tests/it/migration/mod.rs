//! Up, down and up again, with rows, locks and failures.

mod baseline;
mod backup;
mod common;
mod data;
mod docs;
mod docs_layout;
mod dry_run;
mod failure;
mod faults;
mod files;
mod interrupt;
mod lint;
mod loss;
mod race;
mod refusals;
mod restore;
mod revisions;
mod round_trip;
mod saved;
mod snapshots;
mod status;
mod undone;
mod upgrades;
mod urls;
mod verify;
mod whole_database;
