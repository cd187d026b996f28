//! What only a full audit looks at: who waits for what will never be done, and whether archives are whole.

use callboard_entity::{work_item_archives as archives, work_items};
use sea_orm::sea_query::LockType;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use super::plan::{Act, Plan, READ};
use super::report::Severity;
use super::request::Within;
use crate::archive;
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::item::filter;

/// Unfinished items that wait for a cancelled, archived or dead one.
pub(super) async fn stuck(tx: &Tx, items: &Condition, plan: &mut Plan) -> Result<()> {
    let mut last = None;
    loop {
        let mut query = work_items::Entity::find()
            .select_only()
            .columns([work_items::Column::Id, work_items::Column::Key])
            .filter(items.clone())
            .filter(filter::unfinished())
            .filter(work_items::Column::Id.in_subquery(filter::stuck()));
        if let Some(last) = last {
            query = query.filter(work_items::Column::Id.gt(last));
        }
        let rows: Vec<(Uuid, String)> =
            query.order_by_asc(work_items::Column::Id).limit(READ).into_tuple().all(&tx.conn).await?;
        let Some((id, _)) = rows.last() else { return Ok(()) };
        last = Some(*id);
        for (id, key) in rows {
            let detail =
                "it waits for an item that is cancelled, archived or dead: waive that, or cancel it too".to_owned();
            plan.add(2, 0, id, Act::Tell { kind: "stuck", key, severity: Severity::Medium, detail, kept: None });
        }
    }
}

/// So many contents are in memory at once.
const CONTENTS: u64 = 20;

/// Archives of the scope whose content is not what was written, or is again.
pub(super) async fn archives(tx: &Tx, within: &Within, plan: &mut Plan) -> Result<()> {
    // Items of a session, or one item, are on the board: an archive is looked into with its project.
    if within.session.is_some() || within.item.is_some() {
        return Ok(());
    }
    let (mut looked, mut last) = (0, None);
    loop {
        let mut query = archives::Entity::find().select_only().columns([
            archives::Column::Id,
            archives::Column::ItemKey,
            archives::Column::Restorable,
            archives::Column::ContentSha256,
            archives::Column::Content,
        ]);
        if let Some(project) = within.project_id() {
            query = query.filter(archives::Column::ProjectId.eq(project));
        }
        if let Some(last) = last {
            query = query.filter(archives::Column::Id.gt(last));
        }
        let rows: Vec<(Uuid, String, bool, String, Value)> =
            query.order_by_asc(archives::Column::Id).limit(CONTENTS).into_tuple().all(&tx.conn).await?;
        let Some((id, ..)) = rows.last() else { break };
        last = Some(*id);
        looked += rows.len();
        for (id, key, restorable, sha256, content) in rows {
            let whole = archive::content::sha256(&content) == sha256;
            if whole != restorable {
                plan.add(3, 0, id, Act::Mark { key, restorable: whole });
            }
        }
    }
    plan.count("archives_looked_at", looked);
    Ok(())
}

/// Says of an archive whether it can be restored.
pub(super) struct Mark {
    pub archive: Uuid,
    pub restorable: bool,
}

impl Verb for Mark {
    type Output = ();

    async fn apply(&self, tx: &Tx) -> Result<()> {
        let row = archives::Entity::find_by_id(self.archive).lock(LockType::NoKeyUpdate).one(&tx.conn).await?;
        let row = row.ok_or_else(|| Error::not_found("archive", self.archive.to_string()))?;
        archives::Entity::update_many()
            .col_expr(archives::Column::Restorable, self.restorable.into())
            .filter(archives::Column::Id.eq(row.id))
            .exec(&tx.conn)
            .await?;
        Ok(())
    }
}
