//! Whether the rows of an archive fit on the board as it is now.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use callboard_entity::{external_refs, work_item_archives as archives, work_items};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IdenStatic, QueryFilter, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use super::content::{Content, ITEM};
use super::references;
use crate::db::Tx;
use crate::error::Result;
use crate::export::tables::{self, ForEachTable, Portable};

/// What does not fit.
#[derive(Debug, Default)]
pub(super) struct Misfits {
    /// Rows that cannot be put back, each with why, by names.
    pub refused: Vec<String>,
    /// Links that may be empty, and are, each in words.
    pub loosened: Vec<String>,
}

/// Takes out of the rows what does not fit: links that may be empty are emptied, rows that need theirs are left out.
///
/// The caller refuses where anything was left out that must not be.
pub(super) async fn fit(tx: &Tx, content: &mut Content) -> Result<Misfits> {
    let mut fitting = Fitting { tx, own: HashMap::new(), content, misfits: Misfits::default() };
    tables::for_each(&mut fitting).await?;
    let Fitting { mut misfits, content, .. } = fitting;
    imported_again(tx, content, &mut misfits).await?;
    Ok(misfits)
}

struct Fitting<'a> {
    tx: &'a Tx,
    /// Ids of the archive's rows that are put back, by table.
    own: HashMap<String, HashSet<String>>,
    content: &'a mut Content,
    misfits: Misfits,
}

impl ForEachTable for Fitting<'_> {
    async fn table<E>(&mut self) -> Result<()>
    where
        E: Portable,
        E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
    {
        let Some(mut rows) = self.content.rows.remove(E::KIND) else { return Ok(()) };
        for reference in references::of::<E>() {
            let column = reference.column.as_str();
            let missing = self.missing(&reference.to, &rows, column).await?;
            if missing.is_empty() {
                continue;
            }
            let mut kept = Vec::with_capacity(rows.len());
            for mut row in rows {
                let Some(gone) = row[column].as_str().and_then(|id| missing.get(id)) else {
                    kept.push(row);
                    continue;
                };
                if reference.nullable && reference.lets_go {
                    self.misfits.loosened.push(format!(
                        "{} of a row of kind {}: {gone}",
                        column.trim_end_matches("_id"),
                        E::KIND
                    ));
                    row[column] = Value::Null;
                    kept.push(row);
                } else {
                    self.misfits.refused.push(format!("a row of kind {} needs {gone}", E::KIND));
                }
            }
            rows = kept;
        }
        let ids = rows.iter().filter_map(|row| row["id"].as_str().map(str::to_owned)).collect();
        self.own.insert(E::default().table_name().to_owned(), ids);
        if !rows.is_empty() {
            self.content.rows.insert(E::KIND.to_owned(), rows);
        }
        Ok(())
    }
}

impl Fitting<'_> {
    /// Those of the rows' references that are neither on the board nor in the archive itself, each in words.
    async fn missing(&self, table: &str, rows: &[Value], column: &str) -> Result<BTreeMap<String, String>> {
        let own = self.own.get(table);
        let named: BTreeSet<&str> = rows
            .iter()
            .filter_map(|row| row[column].as_str())
            .filter(|id| own.is_none_or(|own| !own.contains(*id)))
            .collect();
        // A row may name another one of its own table, such as the version before.
        let among: HashSet<&str> = rows.iter().filter_map(|row| row["id"].as_str()).collect();
        let named: Vec<Uuid> =
            named.into_iter().filter(|id| !among.contains(id)).filter_map(|id| Uuid::try_parse(id).ok()).collect();
        let mut missing: BTreeMap<String, String> = BTreeMap::new();
        for chunk in named.chunks(10_000) {
            missing.extend(chunk.iter().map(|id| (id.to_string(), String::new())));
            let there = Query::select()
                .column("id")
                .from(table.to_owned())
                .and_where(Expr::col("id").is_in(chunk.iter().copied()))
                .to_owned();
            for row in self.tx.conn.query_all(&there).await? {
                let id: Uuid = row.try_get("", "id")?;
                missing.remove(&id.to_string());
            }
        }
        let archived = archived(self.tx, &missing).await?;
        for (id, words) in &mut missing {
            let label = self.content.labels.get(id).map_or("one that has no name", String::as_str);
            *words = match archived.contains(id) {
                true => format!("{label}, which is in the archive: restore it first"),
                false => format!("{label}, which is gone from {}", table.replace('_', " ")),
            };
        }
        Ok(missing)
    }
}

/// Those of some ids that are items in the archive.
async fn archived(tx: &Tx, ids: &BTreeMap<String, String>) -> Result<HashSet<String>> {
    let ids: Vec<Uuid> = ids.keys().filter_map(|id| Uuid::try_parse(id).ok()).collect();
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let found: Vec<Uuid> = archives::Entity::find()
        .select_only()
        .column(archives::Column::ItemId)
        .filter(archives::Column::ItemId.is_in(ids))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    Ok(found.into_iter().map(|id| id.to_string()).collect())
}

/// The item may have been imported again meanwhile: the source's id is the new one's then.
async fn imported_again(tx: &Tx, content: &mut Content, misfits: &mut Misfits) -> Result<()> {
    let Some(rows) = content.rows.get_mut("external_ref") else { return Ok(()) };
    let mut kept = Vec::with_capacity(rows.len());
    for row in std::mem::take(rows) {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let same = external_refs::Entity::find()
            .filter(external_refs::Column::Source.eq(text("source")))
            .filter(external_refs::Column::EntityType.eq(text("entity_type")))
            .filter(external_refs::Column::SourceId.eq(text("source_id")))
            .one(&tx.conn)
            .await?;
        match same {
            None => kept.push(row),
            Some(other) => {
                let key: Option<String> = work_items::Entity::find_by_id(other.entity_id)
                    .select_only()
                    .column(work_items::Column::Key)
                    .into_tuple()
                    .one(&tx.conn)
                    .await?;
                let by = key.unwrap_or_else(|| "another row".to_owned());
                misfits.refused.push(format!(
                    "'{}' of {} was imported again as {by}",
                    text("source_id"),
                    text("source")
                ));
            }
        }
    }
    *rows = kept;
    if rows.is_empty() {
        content.rows.remove("external_ref");
    }
    Ok(())
}

/// The archived item's own row.
pub(super) fn own(content: &Content) -> Option<&Value> {
    content.rows.get(ITEM).and_then(|rows| rows.first())
}
