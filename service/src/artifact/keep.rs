//! Takes the content of an artifact in: a short text for its row, anything else into the store.

use std::fmt;
use std::io::{self, Read};

use callboard_entity::{board_projects, task_assignments};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::mime;
use super::store::{Hashed, Store, StoreLock};
use crate::board::Callboard;
use crate::db::{Query, Tx};
use crate::error::{Error, FileProblem, Result};
use crate::file::Root;
use crate::id::Ref;
use crate::{item, project};

/// The largest text that is kept in its row, in bytes: 64 KiB.
pub const MAX_TEXT: usize = 64 * 1024;

/// Of which item an artifact is to be.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ArtifactOf {
    /// By key or id; that of the assignment where none is named.
    pub item: Option<Ref>,
    /// The open assignment under which the work is done.
    pub assignment: Option<Uuid>,
}

/// The project of that item, which must not be archived.
struct ProjectOf<'a>(&'a ArtifactOf);

impl Query for ProjectOf<'_> {
    type Output = board_projects::Model;

    async fn fetch(&self, tx: &Tx) -> Result<board_projects::Model> {
        let item = match (&self.0.item, self.0.assignment) {
            (Some(item), _) => item.clone(),
            (None, Some(id)) => {
                let assignment = task_assignments::Entity::find_by_id(id).one(&tx.conn).await?;
                Ref::Id(assignment.ok_or_else(|| Error::not_found("assignment", id.to_string()))?.work_item_id)
            }
            (None, None) => return Err(Error::invalid("item", "", "is needed where no assignment is named")),
        };
        let item = item::find(tx, &item).await?;
        item::not_archived(&item)?;
        project::find(tx, &Ref::Id(item.project_id)).await
    }
}

/// Where a content comes from.
pub struct Source {
    /// What it is called where reading it fails.
    pub name: String,
    /// Read to its end, once, in pieces.
    pub content: Box<dyn Read + Send>,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A content that was taken in. Only [`Callboard::keep_artifact`] makes one, so that no row refers to what is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ArtifactContent {
    pub(super) stored: StoredContent,
    /// The text of one that goes into its row.
    pub(super) text: Option<String>,
}

/// A content's digest and size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredContent {
    /// SHA-256, in 64 lower-case hexadecimal digits.
    pub content_hash: String,
    /// In bytes.
    pub size_bytes: i64,
}

/// What was kept, for [`super::AddArtifact`]. Hold it until the artifact's row is committed: until then it keeps
/// collectors away from the content.
#[derive(Debug)]
pub struct KeptContent {
    /// What goes into the row.
    pub content: ArtifactContent,
    /// What the content is, by its beginning and its name.
    pub mime_type: String,
    _lock: Option<StoreLock>,
}

impl Callboard {
    /// Takes a content in: a text of up to 64 KiB for its row; a larger one, or one that is no text, into the store of
    /// the project's root, in pieces of 256 KiB, so that any size takes the same memory. `name` is the artifact's.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` where neither item nor assignment is named; `Conflict::Inactive` for an archived item; `File` where the source can't be read, the project has no root or its store can't be written, or
    /// where a symbolic link stands where a folder of the store should.
    pub async fn keep_artifact(&self, of: &ArtifactOf, name: &str, source: Source) -> Result<KeptContent> {
        let project = self.read(&ProjectOf(of)).await?;
        let name = name.to_owned();
        let kept = tokio::task::spawn_blocking(move || keep(&project, &name, source)).await;
        kept.map_err(|error| Error::Stored { what: "an artifact's content".to_owned(), why: error.to_string() })?
    }
}

fn keep(project: &board_projects::Model, name: &str, mut source: Source) -> Result<KeptContent> {
    let mut head = Vec::new();
    let most = MAX_TEXT as u64 + 1;
    let read = source.content.by_ref().take(most).read_to_end(&mut head);
    read.map_err(|error| Error::file(&*source.name, FileProblem::Unreadable { why: error.to_string() }))?;
    let mime_type = mime::guess(name, &head);
    let is_whole = head.len() <= MAX_TEXT;
    // PostgreSQL's texts hold no NUL.
    let text = if is_whole && !head.contains(&0) { std::str::from_utf8(&head).ok().map(str::to_owned) } else { None };
    if let Some(text) = text {
        let mut content = Hashed::default();
        content.update(text.as_bytes());
        let content = ArtifactContent { stored: content.finish(), text: Some(text) };
        return Ok(KeptContent { content, mime_type, _lock: None });
    }
    let store = Store::make(&Root::open(project)?)?;
    store.own(project.id, &project.slug)?;
    let (stored, lock) = match is_whole {
        true => store.put(&head, &mut io::empty(), &source.name)?,
        false => store.put(&head, &mut source.content, &source.name)?,
    };
    Ok(KeptContent { content: ArtifactContent { stored, text: None }, mime_type, _lock: Some(lock) })
}
