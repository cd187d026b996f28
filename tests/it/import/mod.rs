//! Boards of other trackers, and export.
