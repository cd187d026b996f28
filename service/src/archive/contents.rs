//! Which files of artifacts archives still need.

use std::collections::BTreeSet;

use callboard_entity::work_item_archives as archives;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use crate::db::Tx;
use crate::error::Result;

/// What the rows of artifacts are among those of an archive.
const ARTIFACT: &str = "artifact";
/// So many archives are in memory at once.
const PAGE: u64 = 50;

/// The content hashes of all artifacts inside archives: their files are needed when the item is put back.
pub(crate) async fn archived_contents(tx: &Tx) -> Result<BTreeSet<String>> {
    let (mut hashes, mut last) = (BTreeSet::new(), None);
    loop {
        let mut page = archives::Entity::find()
            .select_only()
            .columns([archives::Column::Id, archives::Column::Content])
            .order_by_asc(archives::Column::Id)
            .limit(PAGE);
        if let Some(last) = last {
            page = page.filter(archives::Column::Id.gt(last));
        }
        let rows: Vec<(Uuid, Value)> = page.into_tuple().all(&tx.conn).await?;
        let Some((id, _)) = rows.last() else { return Ok(hashes) };
        last = Some(*id);
        for (_, content) in &rows {
            let artifacts = content["rows"][ARTIFACT].as_array();
            let of = artifacts.into_iter().flatten().filter_map(|row| row["content_hash"].as_str());
            hashes.extend(of.map(str::to_owned));
        }
    }
}
