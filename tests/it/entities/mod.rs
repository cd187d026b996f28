//! The generated entities and the check for drift.

mod automation_rows;
mod change;
mod check;
mod columns;
mod command;
mod continuity_rows;
mod keys;
mod lane_rows;
mod relations;
mod round_trip;
mod unchanged;
mod vocabularies;
