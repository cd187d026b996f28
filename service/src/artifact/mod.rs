//! Artifacts: what came of the work on an item, in versions, kept under the name of its content.

mod add;
mod collect;
mod content;
mod get;
mod keep;
mod list;
mod mime;
mod preview;
pub(crate) mod rows;
mod show;
mod store;
mod verify;

pub use add::{AddArtifact, AddedArtifact};
pub use collect::{CollectArtifacts, CollectPlan, Collected, CollectedFile, DEFAULT_GRACE, MIN_GRACE};
pub use content::ContentReader;
pub use get::{ArtifactFile, GetArtifact};
pub use keep::{ArtifactContent, ArtifactOf, KeptContent, MAX_TEXT, Source, StoredContent};
pub use list::{ListArtifacts, ListedArtifact};
pub use preview::{Preview, PreviewKind};
pub use rows::{ArtifactBrief, ArtifactName};
pub use show::{ArtifactDetails, ShowArtifact};
pub use verify::{ArtifactFault, ArtifactProblem, ArtifactVerification, MOST_PROBLEMS, VerifyArtifacts, VerifyPlan};
