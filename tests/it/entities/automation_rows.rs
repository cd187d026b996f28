//! A row of each table of the automation, with something in every column.

use callboard_entity::board_artifacts;
use sea_orm::DatabaseTransaction;
use support::automation_rows::{self as rows, Around};

use super::continuity_rows::SESSION;
use super::round_trip::{id, round_trip, words};

/// Writes and reads them; gives their tables.
pub(super) async fn all(db: &DatabaseTransaction) -> Vec<String> {
    let (assignment, session) = (Some(id(16)), Some(SESSION));
    let of = Around { project: id(2), item: id(4), assignment, session, agent: id(10), user: id(1) };
    // The version before itself, in the row and as a file.
    let artifact = rows::artifact(1, &of);
    let artifact =
        board_artifacts::Model { content: Some(words("content")), previous_version_id: Some(artifact.id), ..artifact };
    vec![
        round_trip(db, rows::review(&of), &[]).await,
        round_trip(db, artifact, &[]).await,
        round_trip(db, rows::stream(&of), &[]).await,
        round_trip(db, rows::stream_item(&of), &[]).await,
        round_trip(db, rows::operation(&of), &[]).await,
        round_trip(db, rows::metric(&of), &[]).await,
        round_trip(db, rows::archive(&of), &[]).await,
    ]
}
