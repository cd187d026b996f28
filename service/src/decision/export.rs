//! Gives a project's decisions away as files of a folder of decision records.

use std::collections::HashMap;

use callboard_entity::{
    WorkItemAssigneeType, board_decisions as decisions, board_projects as projects, work_sessions as sessions,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::adr::{self, AdrFile, Around, Named, Neighbour, OwnLink, Side};
use super::chain;
use super::list::item_keys;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::{names, project};

/// Every decision of a project as a Markdown file, by number: at most eight statements per 10,000 decisions.
///
/// The same board gives the same bytes. Nothing is lost: [`super::ImportDecisions`] makes the same decisions again.
///
/// # Errors
/// `NotFound` for the project.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ExportDecisions {
    /// The default project where none is named.
    pub project: Option<Ref>,
}

/// The files of a project's decisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedDecisions {
    /// The project's slug.
    pub project: String,
    /// By number. The name of a decision's file never changes.
    pub files: Vec<AdrFile>,
}

impl Query for ExportDecisions {
    type Output = ExportedDecisions;

    async fn fetch(&self, tx: &Tx) -> Result<ExportedDecisions> {
        let project = project::resolve(tx, self.project.as_ref()).await?;
        let files = files(tx, &project).await?.into_iter().map(|(_, file)| file).collect();
        Ok(ExportedDecisions { project: project.slug, files })
    }
}

/// The files of a project's decisions, with their ids.
pub(super) async fn files(tx: &Tx, project: &projects::Model) -> Result<Vec<(Uuid, AdrFile)>> {
    let rows = decisions::Entity::find()
        .filter(decisions::Column::ProjectId.eq(project.id))
        .order_by_asc(decisions::Column::Number)
        .all(&tx.conn)
        .await?;
    let links = chain::of_project(tx, project.id).await?;
    let items = item_keys(tx, rows.iter().filter_map(|row| row.work_item_id)).await?;
    let sessions = session_keys(tx, rows.iter().filter_map(|row| row.session_id)).await?;
    let agents = rows.iter().filter_map(|row| row.agent_id).map(|id| (WorkItemAssigneeType::Agent, id));
    let authors = rows.iter().filter_map(chain::author).chain(links.iter().filter_map(chain::linker));
    let names = names::names(tx, agents.chain(authors)).await?;
    let by = |who: Option<(WorkItemAssigneeType, Uuid)>| {
        who.and_then(|(_, id)| names.get(&id).cloned()).unwrap_or_else(|| "system".to_owned())
    };
    let place: HashMap<Uuid, usize> = rows.iter().enumerate().map(|(place, row)| (row.id, place)).collect();
    let named = |keys: &HashMap<Uuid, String>, id: Option<Uuid>| {
        id.and_then(|id| keys.get(&id).map(|key| Named { key: key.clone(), id }))
    };
    let mut around: Vec<Around> = rows
        .iter()
        .map(|row| Around {
            item: named(&items, row.work_item_id),
            session: named(&sessions, row.session_id),
            agent: row.agent_id.and_then(|id| names.get(&id)?.strip_prefix("agent:").map(str::to_owned)),
            by: by(chain::author(row)),
            links: Vec::new(),
            neighbours: Vec::new(),
        })
        .collect();
    for link in &links {
        let (Some(&from), Some(&to)) = (place.get(&link.original_id), place.get(&link.new_id)) else { continue };
        around[from].links.push(OwnLink {
            id: link.id,
            kind: link.kind,
            into: link.new_id,
            number: rows[to].number,
            reason: link.reason.clone(),
            by: by(chain::linker(link)),
            at: link.created_at,
        });
        let neighbour = |side: Side, other: &decisions::Model| Neighbour {
            side,
            kind: link.kind,
            number: other.number,
            title: other.title.clone(),
        };
        around[from].neighbours.push(neighbour(Side::Original, &rows[to]));
        around[to].neighbours.push(neighbour(Side::New, &rows[from]));
    }
    Ok(rows.iter().zip(&around).map(|(row, around)| (row.id, adr::file(row, around))).collect())
}

async fn session_keys(tx: &Tx, ids: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, String>> {
    let ids: Vec<Uuid> = ids.collect();
    let mut keys = HashMap::new();
    for chunk in ids.chunks(10_000) {
        let rows: Vec<(Uuid, String)> = sessions::Entity::find()
            .select_only()
            .columns([sessions::Column::Id, sessions::Column::Key])
            .filter(sessions::Column::Id.is_in(chunk.iter().copied()))
            .into_tuple()
            .all(&tx.conn)
            .await?;
        keys.extend(rows);
    }
    Ok(keys)
}
