//! The maintenance of a board: what is looked at and put right in bounded portions, each run with a row that tells of it.
//!
//! Every command of it is a [`Maintenance`]: begun, advanced portion by portion, finished. A run whose process was killed is
//! found by its lease, and marked failed by the next run and by the sweep; it can be resumed.

mod audit;
mod begin;
mod candidates;
mod list;
mod pages;
mod plan;
mod prepare_handover;
mod report;
mod request;
mod run;
mod scan_cleanup;
mod show;
pub(crate) mod stale;
mod steps;
mod sweep;
mod update_documentation;
mod validate_structure;

pub use list::{ListOperations, ListedOperation};
pub use prepare_handover::{HandoverPlan, PlannedItem, PrepareHandover, PreparedHandover};
pub use report::{Finding, KEPT_FINDINGS, Outcome, Results, Severity};
pub use request::{Request, Scope};
pub use run::{Brought, Maintained, Maintenance, Watch};
pub use scan_cleanup::ScanCleanup;
pub use show::{OperationDetails, ShowOperation};
pub use sweep::{Sweep, Sweeper};
pub use update_documentation::UpdateDocumentation;
pub use validate_structure::ValidateStructure;
