//! Decisions: what was decided, why, and what came of it. Each project numbers its own, from 1.

mod accept;
mod add;
mod adr;
mod chain;
mod edit;
mod evolve;
mod export;
pub(crate) mod fields;
mod find;
mod import;
mod links;
mod list;
mod named;
mod reject;
mod report;
mod show;
pub mod state;
mod write;

pub use accept::AcceptDecision;
pub use add::AddDecision;
pub use adr::{AdrFile, MOST_FILE_BYTES};
pub use chain::{Chain, DecisionBrief, Evolution};
pub use edit::{EditDecision, EditedDecision};
pub use evolve::{EvolveDecision, EvolvedDecision, EvolvesInto};
pub use export::{ExportDecisions, ExportedDecisions};
pub use find::key;
pub use import::ImportDecisions;
pub use list::{ListDecisions, ListedDecision};
pub use named::NamedDecision;
pub use reject::RejectDecision;
pub use report::{DecisionsImport, FileNote, Files, ImportedFile};
pub use show::{DecisionDetails, ShowDecision};
pub use write::DecidedDecision;
