//! What an archive holds: the item, every row that is a part of it, and every link by which others name it.

use std::collections::{BTreeMap, HashMap};

use callboard_entity::{SCHEMA_VERSION, external_refs, work_items};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityName, EntityTrait, IdenStatic, ModelTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::references;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::export::tables::{self, ForEachTable, Portable};
use crate::item::IMPORTED;
use crate::search;

/// The form of the content; raised when an older Callboard could no longer read it.
const FORMAT: i64 = 1;
/// What the item's own row is among the rows.
pub(super) const ITEM: &str = "item";

/// The content of an archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Content {
    format: i64,
    pub schema_version: String,
    /// Rows by kind, as an export has them.
    pub rows: BTreeMap<String, Vec<Value>>,
    /// By what rows that stay on the board name the item or a part of it.
    pub links: Vec<Link>,
    /// The names of what the rows refer to, for refusals that say what is gone.
    pub labels: BTreeMap<String, String>,
}

/// A row that stays on the board, without its link as long as the item is in the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Link {
    pub kind: String,
    pub id: Uuid,
    pub column: String,
    pub to: Uuid,
}

impl Content {
    fn new() -> Self {
        Self {
            format: FORMAT,
            schema_version: SCHEMA_VERSION.to_owned(),
            rows: BTreeMap::new(),
            links: Vec::new(),
            labels: BTreeMap::new(),
        }
    }

    pub fn row_count(&self) -> usize {
        self.rows.values().map(Vec::len).sum()
    }

    /// Reads what was stored.
    ///
    /// # Errors
    /// `Stored` naming the item's key.
    pub fn read(key: &str, stored: Value) -> Result<Self> {
        let unreadable = |why: String| Error::Stored { what: format!("archive of {key}"), why };
        let content: Self = serde_json::from_value(stored).map_err(|e| unreadable(e.to_string()))?;
        if content.format != FORMAT {
            return Err(unreadable(format!("it has the form {}, and this build knows {FORMAT}", content.format)));
        }
        Ok(content)
    }

    pub fn to_value(&self) -> Result<Value> {
        serde_json::to_value(self).map_err(|e| Error::Stored { what: "archive".to_owned(), why: e.to_string() })
    }
}

/// The SHA-256 of a content as it is read from the database, in hex.
pub(crate) fn sha256(stored: &Value) -> String {
    Sha256::digest(stored.to_string().as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

/// An item with its parts, and the documents that the index has of them.
pub(super) struct Collected {
    pub content: Content,
    pub documents: Vec<Uuid>,
}

/// Reads everything that goes with a locked item; a few statements for each table that names items.
pub(super) async fn collect(tx: &Tx, item: &work_items::Model) -> Result<Collected> {
    let mut collecting = Collecting {
        tx,
        item,
        owned: HashMap::from([(work_items::Entity.table_name().to_owned(), vec![item.id])]),
        named: BTreeMap::new(),
        content: Content::new(),
        documents: Vec::new(),
    };
    tables::for_each(&mut collecting).await?;
    let Collecting { named, mut content, documents, .. } = collecting;
    for (table, mut ids) in named {
        ids.sort();
        ids.dedup();
        content.labels.extend(labels(tx, &table, &ids).await?);
    }
    Ok(Collected { content, documents })
}

struct Collecting<'a> {
    tx: &'a Tx,
    item: &'a work_items::Model,
    /// Ids of the rows that go, by table.
    owned: HashMap<String, Vec<Uuid>>,
    /// Ids of rows that they refer to, by table.
    named: BTreeMap<String, Vec<Uuid>>,
    content: Content,
    documents: Vec<Uuid>,
}

impl ForEachTable for Collecting<'_> {
    async fn table<E>(&mut self) -> Result<()>
    where
        E: Portable,
        E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
    {
        let references = references::of::<E>();
        let (mut parts, mut links) = (Condition::any(), Vec::new());
        for reference in &references {
            let Some(ids) = self.owned.get(&reference.to).filter(|ids| !ids.is_empty()) else { continue };
            if reference.lets_go {
                links.push((reference.column, ids.clone()));
            } else {
                parts = parts.add(reference.column.is_in(ids.iter().copied()));
            }
        }
        if E::KIND == ITEM {
            parts = parts.add(Expr::col(work_items::Column::Id).eq(self.item.id));
        }
        if E::KIND == "external_ref" {
            let own = Condition::all()
                .add(Expr::col(external_refs::Column::EntityType).eq(IMPORTED))
                .add(Expr::col(external_refs::Column::EntityId).eq(self.item.id));
            parts = parts.add(own);
        }
        let mut own = Vec::new();
        if !parts.is_empty() {
            let mut rows = E::find().filter(parts);
            for column in E::key() {
                rows = rows.order_by_asc(column);
            }
            own = self.take::<E>(rows.all(&self.tx.conn).await?, &references).await?;
        }
        self.link::<E>(links, &own).await
    }
}

impl Collecting<'_> {
    /// Keeps rows that go; gives their ids.
    async fn take<E: Portable>(
        &mut self,
        rows: Vec<E::Model>,
        references: &[references::Reference<E::Column>],
    ) -> Result<Vec<Uuid>> {
        self.documents.extend(E::documents(self.tx, &rows).await?.into_iter().map(|document| document.id));
        let mut ids = Vec::new();
        for row in &rows {
            if let [key] = E::key().as_slice() {
                ids.extend(uuid(row.get(*key)));
            }
            for reference in references {
                if let Some(id) = uuid(row.get(reference.column)) {
                    self.named.entry(reference.to.clone()).or_default().push(id);
                }
            }
        }
        self.owned.entry(E::default().table_name().to_owned()).or_default().extend(ids.iter().copied());
        let values = rows.into_iter().map(tables::data::<E>).collect::<Result<Vec<_>>>()?;
        if !values.is_empty() {
            self.content.rows.insert(E::KIND.to_owned(), values);
        }
        Ok(ids)
    }

    /// Keeps the links of rows that stay.
    async fn link<E: Portable>(&mut self, links: Vec<(E::Column, Vec<Uuid>)>, own: &[Uuid]) -> Result<()> {
        let Some(key) = E::key().first().copied() else { return Ok(()) };
        for (column, ids) in links {
            let found: Vec<(Uuid, Uuid)> = E::find()
                .select_only()
                .columns([key, column])
                .filter(column.is_in(ids))
                .order_by_asc(key)
                .into_tuple()
                .all(&self.tx.conn)
                .await?;
            let staying = found.into_iter().filter(|(id, _)| !own.contains(id));
            let (kind, column) = (E::KIND.to_owned(), column.as_str().to_owned());
            self.content.links.extend(staying.map(|(id, to)| Link {
                kind: kind.clone(),
                id,
                column: column.clone(),
                to,
            }));
        }
        Ok(())
    }
}

fn uuid(value: sea_orm::Value) -> Option<Uuid> {
    match value {
        sea_orm::Value::Uuid(id) => id,
        _ => None,
    }
}

/// By what people know rows of a table.
pub(super) async fn labels(tx: &Tx, table: &str, ids: &[Uuid]) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let Some(label) = references::label(table) else { return Ok(found) };
    for chunk in ids.chunks(10_000) {
        let select = Query::select()
            .columns(["id", label])
            .from(table.to_owned())
            .and_where(Expr::col("id").is_in(chunk.iter().copied()))
            .to_owned();
        for row in tx.conn.query_all(&select).await? {
            let id: Uuid = row.try_get("", "id")?;
            found.insert(id.to_string(), row.try_get("", label)?);
        }
    }
    Ok(found)
}

/// Takes the rows off the board: those that keep the item from going first, then the item with all that goes with it.
pub(super) async fn remove(tx: &Tx, item: &work_items::Model, collected: &Collected) -> Result<()> {
    search::remove(tx, &collected.documents).await?;
    let mut removing = Removing { tx, content: &collected.content };
    tables::for_each(&mut removing).await?;
    work_items::Entity::delete_by_id(item.id).exec(&tx.conn).await?;
    Ok(())
}

struct Removing<'a> {
    tx: &'a Tx,
    content: &'a Content,
}

impl ForEachTable for Removing<'_> {
    async fn table<E>(&mut self) -> Result<()>
    where
        E: Portable,
        E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
    {
        // What goes with the item by itself needs no word; a row that has no foreign key to it, or keeps it, does.
        let keeps = references::of::<E>().iter().any(|r| !r.lets_go && !r.goes_too);
        let key = E::key();
        let (Some(rows), [key]) = (self.content.rows.get(E::KIND), key.as_slice()) else { return Ok(()) };
        if E::KIND == ITEM || !(keeps || E::KIND == "external_ref") {
            return Ok(());
        }
        let ids = rows.iter().filter_map(|row| Uuid::try_parse(row[key.as_str()].as_str()?).ok());
        E::delete_many().filter(key.is_in(ids)).exec(&self.tx.conn).await?;
        Ok(())
    }
}
