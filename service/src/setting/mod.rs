//! Settings of the board, and of a project where it differs.

mod get;
mod init;
mod known;
mod list;
mod read;
mod set;
mod store;
mod unset;
mod upkeep;

pub use get::GetSetting;
pub use init::{InitBoard, InitializedBoard, project_from_name};
pub use known::{KEYS, Known};
pub use list::ListSettings;
pub(crate) use read::{
    checkpoints_kept, default_project, follow_project, follow_user, health_thresholds, lease_seconds, naming_user,
};
pub use set::SetSetting;
pub use store::{Setting, Source};
pub use unset::UnsetSetting;
pub(crate) use upkeep::{Days, StaleHours, cleanup_after, retention, session_idle_hours, stale_hours};
