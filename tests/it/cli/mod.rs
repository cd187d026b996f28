//! The callboard command line as a user runs it.
