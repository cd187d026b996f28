//! Workflows: work of several steps that survives a crash.

pub mod template;
