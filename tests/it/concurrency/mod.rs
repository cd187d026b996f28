//! Races between processes, each with a control that loses.

mod claims;
mod edges;
mod limit;
