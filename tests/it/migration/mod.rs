//! Up, down and up again, with rows, locks and failures.
