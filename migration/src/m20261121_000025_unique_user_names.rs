//! A user's name is unique on the board: `user:NAME` means one person, also when two are added at once.
//!
//! The index is over the name as it is, letter by letter, since that is how the service finds and compares names. Where
//! users share a name, the oldest (the lowest id: the one whom `user:NAME` has found so far) keeps it; each of the
//! others gets the lowest free suffix ` (2)`, ` (3)` ..., after a name that is cut at its end where the whole would
//! pass 500 characters. Nothing else of their rows changes.
//!
//! `down` drops the index; the suffixes stay, and no row is lost.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::prelude::Uuid;

use crate::columns::{self as c};
use crate::step::{Effect, Effects};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

/// Names that clash get a suffix.
pub(crate) const EFFECTS: Effects = Effects { up: &[Effect::Writes { table: TABLE, columns: &["name"] }], down: &[] };

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        rename_clashing(m).await?;
        c::unique(m, TABLE, &["name"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.drop_index(Index::drop().name("ux_board_users_name").table(TABLE).to_owned()).await
    }
}

const TABLE: &str = "board_users";
/// The longest name that the service takes, in characters.
const LONGEST: usize = 500;

async fn rename_clashing(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    let select = Query::select().columns(["id", "name"]).from(TABLE).order_by("id", Order::Asc).to_owned();
    let mut users: Vec<(Uuid, String)> = Vec::new();
    for row in m.get_connection().query_all(&select).await? {
        users.push((row.try_get("", "id")?, row.try_get("", "name")?));
    }
    for (id, name) in renamed(&users) {
        let update = Query::update().table(TABLE).value("name", name).and_where(Expr::col("id").eq(id)).to_owned();
        m.get_connection().execute(&update).await?;
    }
    Ok(())
}

/// Who gets another name, and which. The users come oldest first.
fn renamed(users: &[(Uuid, String)]) -> Vec<(Uuid, String)> {
    let mut taken: BTreeSet<String> = users.iter().map(|(_, name)| name.clone()).collect();
    // The last suffix of each name that has an owner: a name that was given is never free again.
    let mut last: BTreeMap<&str, u64> = BTreeMap::new();
    let mut out = Vec::new();
    for (id, name) in users {
        let Some(n) = last.get_mut(name.as_str()) else {
            last.insert(name, 1);
            continue;
        };
        let free = loop {
            *n += 1;
            let candidate = with_suffix(name, *n);
            if !taken.contains(&candidate) {
                break candidate;
            }
        };
        taken.insert(free.clone());
        out.push((*id, free));
    }
    out
}

fn with_suffix(name: &str, n: u64) -> String {
    let suffix = format!(" ({n})");
    let mut out: String = name.chars().take(LONGEST - suffix.len()).collect();
    out.push_str(&suffix);
    out
}
