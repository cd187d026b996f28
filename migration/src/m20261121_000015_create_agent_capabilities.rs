//! Granted capabilities, filled from what the existing profiles declare.
//!
//! A declared name becomes a capability in canonical form (lower case; `:`, `,` and white space become `-`; at most
//! 64 characters), once an agent, at the declared level or `basic`. `down` writes granted names that the profile does
//! not declare back into its JSON and loses only `level` and `verified_at`.

use std::collections::BTreeMap;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::JsonValue;
use sea_orm_migration::sea_orm::prelude::{DateTimeWithTimeZone, Uuid};

use crate::columns::{self as c, OnDelete};
use crate::step::{Effect, Effects};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

/// The names in the profiles' JSON are counted by reading it.
pub(crate) const EFFECTS: Effects = Effects {
    up: &[Effect::Fills { table: TABLE }],
    down: &[Effect::Writes { table: "agent_profiles", columns: &["capabilities"] }],
};

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table(TABLE)
                .col(c::reference(TABLE, "agent_id", "agent_profiles", OnDelete::Cascade))
                .col(c::text("capability"))
                .col(c::vocabulary(TABLE, "level", LEVELS))
                .col(c::timestamp_null("verified_at"))
                .col(c::created_at())
                .primary_key(Index::create().col("agent_id").col("capability"))
                .to_owned(),
        )
        .await?;
        c::index(m, TABLE, &["capability"]).await?;
        fill(m).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        write_back(m).await?;
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "agent_capabilities";
const LEVELS: &[&str] = &["basic", "proficient", "expert"];

async fn profiles(m: &SchemaManager<'_>) -> Result<Vec<(Uuid, Option<JsonValue>, DateTimeWithTimeZone)>, DbErr> {
    let select = Query::select()
        .columns(["id", "capabilities", "created_at"])
        .from("agent_profiles")
        .order_by("id", Order::Asc)
        .to_owned();
    let rows = m.get_connection().query_all(&select).await?;
    rows.iter()
        .map(|r| Ok((r.try_get("", "id")?, r.try_get("", "capabilities")?, r.try_get("", "created_at")?)))
        .collect()
}

async fn fill(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    for (agent, declared, at) in profiles(m).await? {
        for (capability, level) in granted(declared.as_ref()) {
            let insert = Query::insert()
                .into_table(TABLE)
                .columns(["agent_id", "capability", "level", "created_at"])
                .values_panic([agent.into(), capability.into(), level.into(), at.into()])
                .to_owned();
            m.get_connection().execute(&insert).await?;
        }
    }
    Ok(())
}

async fn write_back(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    for (agent, declared, _) in profiles(m).await? {
        let select = Query::select()
            .column("capability")
            .from(TABLE)
            .and_where(Expr::col("agent_id").eq(agent))
            .order_by("capability", Order::Asc)
            .to_owned();
        let known = granted(declared.as_ref());
        let mut missing: Vec<String> = Vec::new();
        for row in m.get_connection().query_all(&select).await? {
            let name: String = row.try_get("", "capability")?;
            if !known.contains_key(&name) {
                missing.push(name);
            }
        }
        if missing.is_empty() {
            continue;
        }
        let update = Query::update()
            .table("agent_profiles")
            .value("capabilities", with_names(declared, missing))
            .and_where(Expr::col("id").eq(agent))
            .to_owned();
        m.get_connection().execute(&update).await?;
    }
    Ok(())
}

/// What a profile's JSON grants. It is an array of names or of `{capability, level}`, an object of name to level, or a
/// single name: the shapes found in the systems that users come from. Anything else grants nothing.
fn granted(declared: Option<&JsonValue>) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    match declared {
        Some(JsonValue::Array(entries)) => {
            for entry in entries {
                match entry {
                    JsonValue::String(name) => add(&mut out, name, None),
                    JsonValue::Object(o) => {
                        let text = |key: &str| o.get(key).and_then(JsonValue::as_str);
                        if let Some(name) = text("capability").or_else(|| text("name")) {
                            add(&mut out, name, o.get("level").and_then(JsonValue::as_str));
                        }
                    }
                    _ => {}
                }
            }
        }
        Some(JsonValue::Object(names)) => {
            for (name, level) in names {
                // `{"rust": false}` says that it is none.
                if *level != JsonValue::Bool(false) {
                    add(&mut out, name, level.as_str());
                }
            }
        }
        Some(JsonValue::String(name)) => add(&mut out, name, None),
        _ => {}
    }
    out
}

/// Adds a name in canonical form; of two entries for one name the higher level counts.
fn add(out: &mut BTreeMap<String, String>, name: &str, level: Option<&str>) {
    let words: Vec<&str> = name
        .split(|ch: char| ch.is_whitespace() || ch.is_control() || ch == ':' || ch == ',')
        .filter(|w| !w.is_empty())
        .collect();
    let name: String = words.join("-").to_lowercase().chars().take(64).collect();
    if name.is_empty() {
        return;
    }
    let rank = |level: &str| LEVELS.iter().position(|l| *l == level);
    let level = level.filter(|l| rank(l).is_some()).unwrap_or("basic");
    let entry = out.entry(name).or_insert_with(|| level.to_owned());
    if rank(level) > rank(entry) {
        *entry = level.to_owned();
    }
}

/// The profile's JSON with more names, in the shape that it has.
fn with_names(declared: Option<JsonValue>, names: Vec<String>) -> JsonValue {
    match declared {
        Some(JsonValue::Object(mut o)) => {
            o.extend(names.into_iter().map(|n| (n, JsonValue::from("basic"))));
            JsonValue::Object(o)
        }
        Some(JsonValue::Array(mut entries)) => {
            entries.extend(names.into_iter().map(JsonValue::from));
            JsonValue::Array(entries)
        }
        None | Some(JsonValue::Null) => names.into(),
        Some(other) => JsonValue::Array(std::iter::once(other).chain(names.into_iter().map(JsonValue::from)).collect()),
    }
}
