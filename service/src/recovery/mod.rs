//! Recovery: all that the next worker on an item needs, built from the database alone, and handing an item over.

mod advice;
mod files;
mod fit;
mod gather;
mod handover;
mod markdown;
mod notes;
mod package;
mod parts;
mod recover;
mod rules;

pub(crate) use fit::budget;
pub use fit::{BYTES_PER_TOKEN, DEFAULT_BUDGET, MAX_BUDGET, MIN_BUDGET, tokens};
pub use handover::{HandOver, HandedOver};
pub use markdown::markdown;
pub(crate) use markdown::{line, time};
pub use package::{
    Attempt, Budget, FileState, ItemText, LastCheckpoint, LastHandover, Note, OpenAssignment, OpenCriterion, OpenRisk,
    PackagedArtifact, PackagedDecision, PackagedFile, PackagedItem, RecoveryPackage, UnmetPrerequisite,
};
pub use recover::Recover;
pub(crate) use recover::for_claims;
pub use rules::{Advice, GUIDANCE, RECOMMENDATIONS, Rule};
