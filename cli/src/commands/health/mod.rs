//! `callboard health`: figures of a project, held against thresholds, and how they moved.

mod history;
pub mod measure;
