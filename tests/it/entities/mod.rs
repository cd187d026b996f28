//! The generated entities and the check for drift.
