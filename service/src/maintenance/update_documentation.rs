//! Writes a project's state and its decision log as Markdown into a folder below its root.

use callboard_entity::{MaintenanceOperationValidationLevel as Level, board_decisions, board_projects as projects};
use sea_orm::{ColumnTrait, Condition};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::pages::{self, Change, Place};
use super::report::{Finding, Severity};
use super::request::{Request, Scope, Within};
use super::run::{Maintained, Maintenance, Portion, Run, Watch};
use crate::actor::Actor;
use crate::board::Callboard;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::recovery::{Recover, markdown};

/// Where documents are written, below the project's root, where no other folder is named.
const FOLDER: &str = "docs/callboard";

/// Writes what a project's board says now as Markdown files: the same rows give the same bytes.
///
/// Of a project: its state and its decision log (`basic`), every unfinished item (`comprehensive`), its health
/// (`full_audit`). Of a session: the items that it worked on and the decisions taken in it. Of an item: its recovery
/// package. Long lists go on in further files, 500 rows each. A file is written whole or not at all, and one that others
/// wrote, or that was edited since, is left and told.
///
/// # Errors
/// `NotFound`; `File` where the project has no root, or the folder is none of it; what [`Request`] refuses.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UpdateDocumentation {
    /// What is written down, and how much of it.
    pub request: Request,
    /// A folder below the project's root; `docs/callboard` where none is named.
    pub folder: Option<String>,
}

/// Where a run is: a document, and where its rows begin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    document: usize,
    page: u64,
    after: Option<Uuid>,
    after_number: Option<i64>,
}

/// A document of which there may be several pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Document {
    State,
    Decisions,
    Items,
    Health,
    Item,
}

impl Maintenance for UpdateDocumentation {
    async fn carry_out(&self, board: &Callboard, actor: Actor, watch: Watch<'_>) -> Result<Maintained> {
        if self.request.scope == Scope::Board {
            return Err(Error::invalid("scope", "board", "must be a project, a session or an item"));
        }
        let mut run = Run::begin(board, actor, &self.request).await?;
        loop {
            match self.next(board, &mut run).await {
                Ok(portion) => {
                    watch(portion.brought());
                    run.keep(portion.findings);
                    if portion.next.is_none() {
                        return run.finish().await;
                    }
                }
                Err(error) => return run.fail(error).await,
            }
        }
    }
}

impl UpdateDocumentation {
    /// Writes one file, then records it: a run that was killed in between writes the same file again, or finds it there.
    async fn next(&self, board: &Callboard, run: &mut Run<'_>) -> Result<Portion> {
        let within = run.within().clone();
        let project = within.project.clone().ok_or_else(|| {
            Error::invalid("scope", "current-session", "must be a session of a project: name one by --project")
        })?;
        let place = Place::of(&project, self.folder.as_deref().unwrap_or(FOLDER))?;
        let cursor: Cursor = match &run.row().cursor {
            None => Cursor::default(),
            Some(stored) => serde_json::from_value(stored.clone()).map_err(|error| Error::Stored {
                what: "cursor of a maintenance operation".to_owned(),
                why: error.to_string(),
            })?,
        };
        let documents = self.documents();
        let Some(document) = documents.get(cursor.document).copied() else {
            run.record(Portion::default()).await?;
            return Ok(Portion::default());
        };
        let page = board.read(&Page { document, project, within, cursor: cursor.clone() }).await?;
        let next = match (page.after, page.after_number) {
            (None, None) => Cursor { document: cursor.document + 1, ..Cursor::default() },
            (after, after_number) => Cursor { page: cursor.page + 1, after, after_number, ..cursor },
        };
        let mut findings = vec![self.put(&place, &page.file, &page.body)];
        if let Some(list) = page.list.filter(|_| next.page == 0) {
            findings.extend(self.remove_later(&place, &list, cursor.page));
        }
        let next = (next.document < documents.len()).then(|| json!(next));
        let portion = Portion { findings, counts: vec![("documents", 1)], next };
        run.record(portion.clone()).await?;
        Ok(portion)
    }

    fn documents(&self) -> Vec<Document> {
        match (&self.request.scope, self.request.level) {
            (Scope::Item(_), _) => vec![Document::Item],
            (Scope::CurrentSession(_), _) => vec![Document::Items, Document::Decisions],
            (_, Level::Basic) => vec![Document::State, Document::Decisions],
            (_, Level::Comprehensive) => vec![Document::State, Document::Decisions, Document::Items],
            (_, Level::FullAudit) => vec![Document::State, Document::Decisions, Document::Items, Document::Health],
        }
    }

    /// Writes a document where it may, and says what became of it.
    fn put(&self, place: &Place, file: &str, body: &str) -> Finding {
        let content = pages::written(body);
        let bytes = content.len();
        let found = |detail: String| Finding::reported("document", &place.named(file), Severity::Low, detail);
        let put = || match self.request.dry_run {
            true => Ok(()),
            false => place.write(file, &content),
        };
        let became = match place.look(file, &content) {
            Ok(Change::Same) => return found(format!("{bytes} bytes, as it is")),
            Ok(Change::New) => put().map(|()| found(format!("{bytes} bytes, was not there")).changed("write")),
            Ok(Change::Older) => put().map(|()| found(format!("{bytes} bytes, was older")).changed("write")),
            Ok(Change::Theirs(why)) => {
                let way_out = "move it away, or choose another folder by --folder";
                return found(why.to_owned()).kept(way_out);
            }
            Err(error) => Err(error),
        };
        became.unwrap_or_else(|error| found(format!("{bytes} bytes")).missed(&error.to_string()))
    }

    /// Removes the pages that an earlier run wrote and that there are no rows for any more.
    fn remove_later(&self, place: &Place, list: &str, last: u64) -> Vec<Finding> {
        let mut findings = Vec::new();
        for page in last + 1.. {
            let file = paged(list, page);
            let found = Finding::reported("document", &place.named(&file), Severity::Low, "a page without rows");
            match place.look(&file, "") {
                Ok(Change::New) => break,
                Ok(Change::Older) => {
                    let removed = if self.request.dry_run { Ok(()) } else { place.remove(&file) };
                    findings.push(match removed {
                        Ok(()) => found.changed("remove"),
                        Err(error) => found.missed(&error.to_string()),
                    });
                }
                Ok(Change::Same) => break,
                Ok(Change::Theirs(why)) => {
                    findings.push(found.kept(why));
                }
                Err(error) => {
                    findings.push(found.missed(&error.to_string()));
                    break;
                }
            }
        }
        findings
    }
}

/// `items.md`, then `items-2.md`, and so on; pages count from 0.
fn paged(name: &str, page: u64) -> String {
    if page == 0 { format!("{name}.md") } else { format!("{name}-{}.md", page + 1) }
}

/// One file's content, read from one state of the board.
struct Page {
    document: Document,
    project: projects::Model,
    within: Within,
    cursor: Cursor,
}

struct Written {
    file: String,
    /// The name of the list of which it is a page.
    list: Option<String>,
    body: String,
    after: Option<Uuid>,
    after_number: Option<i64>,
}

impl Query for Page {
    type Output = Written;

    async fn fetch(&self, tx: &Tx) -> Result<Written> {
        let Cursor { page, after, after_number, .. } = self.cursor;
        let whole = |file: &str, body: String| Written {
            file: file.to_owned(),
            list: None,
            body,
            after: None,
            after_number: None,
        };
        let paged = |list: &str, body, after, after_number| {
            // The documents of a session stand beside those of the project.
            let list = match &self.within.session {
                Some(session) => format!("session-{}-{list}", session.key),
                None => list.to_owned(),
            };
            Written { file: paged(&list, page), list: Some(list), body, after, after_number }
        };
        Ok(match self.document {
            Document::State => whole("state.md", pages::state(tx, &self.project).await?),
            Document::Health => whole("health.md", pages::health(tx, &self.project).await?),
            Document::Items => {
                let (body, after) = pages::items(tx, &self.project, self.within.items(), page + 1, after).await?;
                paged("items", body, after, None)
            }
            Document::Decisions => {
                let mut of = Condition::all();
                if let Some(session) = &self.within.session {
                    of = of.add(board_decisions::Column::SessionId.eq(session.id));
                }
                let (body, after_number) = pages::decisions(tx, &self.project, of, page + 1, after_number).await?;
                paged("decisions", body, None, after_number)
            }
            Document::Item => {
                let item = self.within.item.as_ref();
                let item = item.ok_or_else(|| Error::invalid("scope", "", "must name an item"))?;
                let package = Recover::of(Ref::Id(item.id)).fetch(tx).await?;
                whole(&format!("{}.md", item.key), markdown(&package))
            }
        })
    }
}
