//! Tests of the agents.

mod archive;
mod assignments;
mod edit;
mod grant;
mod items;
mod list;
mod register;
mod restore;
mod revoke;
mod show;

use callboard_service::assignment::Complete;

fn complete(assignment: uuid::Uuid) -> Complete {
    Complete { assignment, ..Complete::default() }
}
