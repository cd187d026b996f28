//! Work items and their ledger.
