//! File operations: what was done to the files of a project, and whether they still are as that left them.

mod changed;
pub mod effective;
mod git;
pub mod judge;
mod list;
mod locate;
mod look;
mod observe;
mod record;
mod root;
mod rows;
mod scan;
mod show;
mod track;
mod verify;

pub use changed::{MOST_CHANGED, Skipped};
pub use list::{ListFiles, ListedFile};
pub use locate::FilesOf;
pub use look::{Content, FoundFile, Look, Progress};
pub(crate) use look::{hex, look_at};
pub use observe::{Done, observe, observe_all};
pub use root::{MAX_PATH, Root};
pub(crate) use rows::{rationales, steps};
pub use scan::{Scan, ScanBasis, ScanFiles};
pub use show::{FileDetails, PathState, ShowFile};
pub use track::{MOST, NewOperation, TrackFiles, TrackedFiles};
pub use verify::{Verification, VerificationPlan, VerifiedFile, VerifyFiles};
