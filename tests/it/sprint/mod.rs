//! Sprints and their ordered items.
