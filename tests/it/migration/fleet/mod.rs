//! `migration fleet`: many databases, some of them poisoned, killed in the middle, and each put back in its own place.

mod hints;
mod journals;
mod look;
mod names;
mod poison;
mod restore;
mod resume;
pub mod stage;
mod stop;
