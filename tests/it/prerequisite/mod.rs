//! Edges between items, and who waits for whom.
