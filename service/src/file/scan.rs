//! Proposes the operations that were done to files since a time, so that nobody has to type them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use callboard_entity::{
    FileOperationOperation as Kind, board_projects as projects, task_assignments as assignments, work_items,
    work_sessions as sessions,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::changed::{Change, Skipped, at, may_be_gone_since, walk};
use super::effective::{Effect, Expected, effective};
use super::look::{FoundFile, Look, Progress, look_at};
use super::observe::operation;
use super::track::NewOperation;
use super::{Root, git, rows};
use crate::actor::Actor;
use crate::board::Callboard;
use crate::clock::Timestamp;
use crate::db::dialect::open;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::{item, project};

/// What the board knows before a scan: since when to look, and what it expects of the project's files.
///
/// The time is, in this order: `since`; the start of the session that the board is in ([`Callboard::in_session`]); that of
/// the open session of `actor`; the newest start of work on the item. A session of another project counts for nothing.
/// [`Callboard::scan_files`] asks this and looks.
///
/// # Errors
/// `NotFound`; `Invalid` where none of those times is known, or no project is named and the board has several.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ScanFiles {
    /// The item that was worked on, by key or id: its project is scanned.
    pub item: Option<Ref>,
    /// The assignment under which it was; its item where none is named.
    pub assignment: Option<Uuid>,
    /// Where no item is named: the project, by slug or id; the board's default one where none is named.
    pub project: Option<Ref>,
    /// Changes at or after this time.
    pub since: Option<Timestamp>,
    /// Whose open session it may be.
    pub actor: Option<Actor>,
    /// Goes by the times of the files also in a git repository: what git ignores is proposed as well.
    #[serde(default)]
    pub no_git: bool,
}

/// What the board knows before a scan.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanBasis {
    /// Whose files they are.
    pub project: projects::Model,
    /// Since when changes count.
    pub since: Timestamp,
    /// Where that time comes from: `the time that was given`, `session S-7`, `the work on CB-2`.
    pub since_what: String,
    /// What the board expects at each path that it knows.
    pub known: BTreeMap<String, Effect>,
}

/// The operations that a scan proposes. Nothing is recorded: [`super::TrackFiles`] does that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scan {
    /// The project's slug.
    pub project: String,
    /// The folder that was looked at.
    pub root: String,
    /// Since when changes count.
    pub since: Timestamp,
    /// Where that time comes from.
    pub since_what: String,
    /// The commit that the files were compared with; none where the root is in no repository, or git was not to be asked:
    /// then the times of the files alone tell, and a file that was deleted is found only if the board knew it.
    pub commit: Option<String>,
    /// Moves first, then what was created or modified, then what was deleted; by path.
    pub operations: Vec<NewOperation>,
    /// How many changed files the board knew as they are.
    pub known: usize,
    /// What changed and cannot be an operation, with the reason.
    pub skipped: Vec<Skipped>,
}

impl Query for ScanFiles {
    type Output = ScanBasis;

    async fn fetch(&self, tx: &Tx) -> Result<ScanBasis> {
        let item = match (&self.item, self.assignment) {
            (Some(name), _) => Some(item::find(tx, name).await?),
            (None, Some(id)) => {
                let found = assignments::Entity::find_by_id(id).one(&tx.conn).await?;
                let found = found.ok_or_else(|| Error::not_found("assignment", id.to_string()))?;
                Some(item::find(tx, &Ref::Id(found.work_item_id)).await?)
            }
            (None, None) => None,
        };
        let project = match &item {
            Some(item) => project::find(tx, &Ref::Id(item.project_id)).await?,
            None => project::resolve(tx, self.project.as_ref()).await?,
        };
        let (since, since_what) = match self.since {
            Some(since) => (since, "the time that was given".to_owned()),
            None => self.start(tx, &project, item.as_ref()).await?,
        };
        let steps = rows::steps(tx, rows::of_project(project.id)).await?;
        let known = effective(&steps).into_iter().map(|(path, effect)| (path.to_owned(), effect)).collect();
        Ok(ScanBasis { project, since, since_what, known })
    }
}

impl ScanFiles {
    async fn start(
        &self,
        tx: &Tx,
        project: &projects::Model,
        item: Option<&work_items::Model>,
    ) -> Result<(Timestamp, String)> {
        if let Some(session) = self.session(tx, project).await? {
            return Ok((session.started_at, format!("session {}", session.key)));
        }
        if let Some(item) = item {
            let mut newest = assignments::Entity::find()
                .filter(assignments::Column::WorkItemId.eq(item.id))
                .filter(assignments::Column::StartedAt.is_not_null())
                .order_by_desc(assignments::Column::Id);
            if let Some(id) = self.assignment {
                newest = newest.filter(assignments::Column::Id.eq(id));
            }
            if let Some(started) = newest.one(&tx.conn).await?.and_then(|assignment| assignment.started_at) {
                return Ok((started, format!("the work on {}", item.key)));
            }
        }
        let rule =
            format!("is needed: no session of yours is open in '{}', and no work on an item is named", project.slug);
        Err(Error::invalid("since", "", rule))
    }

    async fn session(&self, tx: &Tx, project: &projects::Model) -> Result<Option<sessions::Model>> {
        let of_project = || sessions::Entity::find().filter(sessions::Column::ProjectId.eq(project.id));
        if let Some(id) = tx.session {
            let named = of_project().filter(sessions::Column::Id.eq(id)).one(&tx.conn).await?;
            if named.is_some() {
                return Ok(named);
            }
        }
        let Some(actor) = self.actor else { return Ok(None) };
        let holder = match (actor.agent_id(), actor.user_id()) {
            (Some(agent), _) => sessions::Column::AgentId.eq(agent),
            (None, Some(user)) => sessions::Column::UserId.eq(user),
            (None, None) => return Ok(None),
        };
        let open = of_project()
            .filter(holder)
            .filter(open::sessions())
            .order_by_desc(sessions::Column::StartedAt)
            .order_by_desc(sessions::Column::Id);
        Ok(open.one(&tx.conn).await?)
    }
}

impl Callboard {
    /// Compares the project's files with what the board knows of them, and proposes the operations that it was not told of.
    ///
    /// In a git repository, what git ignores is left out. Of a file that was created and deleted since, nothing is seen.
    ///
    /// # Errors
    /// As [`ScanFiles`]; `File` where the project has no root, or it is not where it was, or where there is a repository and
    /// git gives no answer; `Invalid` where more than 10,000 files changed.
    pub async fn scan_files(&self, scan: &ScanFiles, progress: &Progress) -> Result<Scan> {
        let basis = self.read(scan).await?;
        let root = Root::open(&basis.project)?;
        let by_git = if scan.no_git { None } else { git::changes(&root, basis.since).await? };
        let (commit, mut changes) = match by_git {
            Some((commit, changes)) => (Some(commit), changes),
            None => (None, walk_aside(root.clone(), basis.since).await?),
        };
        // What the board knows of, and is gone: git does not know what was never committed.
        for (path, effect) in &basis.known {
            if matches!(effect.expected, Expected::Absent) {
                continue;
            }
            match at(&root.path().join(path)) {
                Ok(None) if may_be_gone_since(&root, path, basis.since) => {
                    changes.add(path.clone(), Change::Deleted)?;
                }
                Ok(_) => {}
                Err(error) => changes.skip_unreadable(Path::new(path), &error),
            }
        }
        let there = changes.by_path.iter().filter(|(_, change)| **change != Change::Deleted);
        let paths: Vec<String> = there.map(|(path, _)| path.clone()).collect();
        let looks = look_at(&root, paths.clone(), progress).await?;
        let mut files = BTreeMap::new();
        for (path, look) in paths.into_iter().zip(looks) {
            match look {
                Look::File(file) => _ = files.insert(path, file),
                // Gone again since it was listed.
                Look::Absent => {}
                look => {
                    let why = look.file(&path).err().map(|error| error.to_string()).unwrap_or_default();
                    changes.skip(Path::new(&path), &why);
                }
            }
        }
        let (operations, known) = propose(&changes.by_path, files, &basis.known);
        Ok(Scan {
            project: basis.project.slug,
            root: root.path().to_string_lossy().into_owned(),
            since: basis.since,
            since_what: basis.since_what,
            commit,
            operations,
            known,
            skipped: changes.skipped.iter().map(Skipped::from).collect(),
        })
    }
}

/// A large tree takes seconds, in which other tasks go on.
async fn walk_aside(root: Root, since: Timestamp) -> Result<super::changed::Changes> {
    let walked = tokio::task::spawn_blocking(move || walk(&root, since)).await;
    walked.map_err(|error| Error::Stored { what: "the list of files".to_owned(), why: error.to_string() })?
}

/// The operations by which what the board knows becomes what is there, and how many files are as it knows them. Pure.
fn propose(
    changes: &BTreeMap<String, Change>,
    mut files: BTreeMap<String, FoundFile>,
    known: &BTreeMap<String, Effect>,
) -> (Vec<NewOperation>, usize) {
    let expected = |path: &str| known.get(path).map(|effect| &effect.expected);
    let before = files.len();
    files.retain(|path, file| {
        let same = |content: &Option<super::Content>| content.as_ref() == Some(&file.content);
        !matches!(expected(path), Some(Expected::Written { content }) if same(content))
    });
    let unchanged = before - files.len();
    let mut gone: BTreeSet<&String> = changes
        .iter()
        .filter(|(path, change)| **change == Change::Deleted && expected(path) != Some(&Expected::Absent))
        .map(|(path, _)| path)
        .collect();
    let (mut moves, mut writes) = (Vec::new(), Vec::new());
    let mut left: BTreeSet<&String> = BTreeSet::new();
    for (path, file) in files {
        let is_known = matches!(expected(&path), Some(Expected::Written { .. } | Expected::Read { .. }));
        // What is gone with this very content was moved; else git knows.
        let by_content = gone.iter().copied().find(|from| {
            let content = expected(from).and_then(|expected| match expected {
                Expected::Written { content } | Expected::Read { content } => content.as_ref(),
                Expected::Absent => None,
            });
            content == Some(&file.content)
        });
        let by_git = match changes.get(&path) {
            Some(Change::Moved { from }) if expected(from) != Some(&Expected::Absent) => Some(from),
            _ => None,
        };
        match by_content.or(by_git).filter(|_| !is_known) {
            Some(from) => {
                gone.remove(from);
                moves.push(operation(Kind::Move, from.clone(), Some(path), Some(file)));
            }
            None => {
                left.extend(by_git);
                let was_there = expected(&path).is_none() && changes.get(&path) == Some(&Change::Modified);
                let kind = if is_known || was_there { Kind::Modify } else { Kind::Create };
                writes.push(operation(kind, path, None, Some(file)));
            }
        }
    }
    gone.extend(left);
    let deletes = gone.into_iter().map(|path| operation(Kind::Delete, path.clone(), None, None));
    (moves.into_iter().chain(writes).chain(deletes).collect(), unchanged)
}
