//! The states of a sprint, and which may follow which. Pure; nothing else decides.

use callboard_entity::SprintStatus as Status;

/// The states that may follow `from`. A completed sprint is only reopened, to active.
pub fn following(from: Status) -> &'static [Status] {
    match from {
        Status::Planning => &[Status::Active, Status::OnHold],
        Status::Active => &[Status::Planning, Status::Completed, Status::OnHold],
        Status::Completed => &[Status::Active],
        Status::OnHold => &[Status::Planning, Status::Active, Status::Completed],
    }
}
