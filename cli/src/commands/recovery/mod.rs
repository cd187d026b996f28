//! `callboard recover` and `callboard handover`: how work goes from one to the next.

pub mod handover;
pub mod recover;
