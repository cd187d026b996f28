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
mod seen;
mod show;
mod track;
mod verify;

pub use changed::{MOST_CHANGED, Skipped};
pub use list::{ListFiles, ListedFile};
pub use locate::FilesOf;
pub(crate) use look::look_at_one;
pub use look::{Content, FoundFile, Look, Progress};
pub(crate) use look::{hex, look_at};
pub use observe::{Done, observe, observe_all};
pub(crate) use root::{Glance, check as check_path};
pub use root::{MAX_PATH, Root};
pub(crate) use rows::{rationales, steps};
pub use scan::{Scan, ScanBasis, ScanFiles};
pub use seen::FileIssue;
pub(crate) use seen::{Seen, written};
pub use show::{FileDetails, PathState, ShowFile};
pub(crate) use track::check_hash;
pub use track::{MOST, NewOperation, TrackFiles, TrackedFiles};
pub(crate) use verify::plan_of;
pub use verify::{Verification, VerificationPlan, VerifiedFile, VerifyFiles};
