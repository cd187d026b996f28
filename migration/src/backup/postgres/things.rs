//! What neighbours have on our tables, and what becomes of it when the tables are replaced.
//!
//! Triggers and policies are in a dump; those that were made since are refused by name. Rules are never taken from a
//! file, and extended statistics are in none: both are made again as they are now. None of our migrations makes any.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DatabaseConnection};

use super::database::{asking_text, lines, text};
use super::neighbours::list;
use super::tokens::retarget;
use crate::error::Error;
use crate::runner::{literal, quoted};

/// Does it with every name written in full, whatever stands in the schemas of the search path.
pub(super) async fn in_full<T>(
    db: &DatabaseConnection,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let path = text(db, "SELECT current_setting('search_path')").await?;
    text(db, "SELECT set_config('search_path', '', false)").await?;
    // After a failure the transaction or the database goes.
    let done = work.await?;
    text(db, &format!("SELECT set_config('search_path', {}, false)", literal(&path))).await?;
    Ok(done)
}

fn ours(schema: &str, tables: &BTreeSet<String>) -> String {
    format!(
        "SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity FROM pg_class AS c JOIN pg_namespace AS n \
         ON n.oid = c.relnamespace WHERE n.nspname = {} AND c.relkind IN ('r', 'p') AND c.relname IN ({})",
        literal(schema),
        list(tables.iter().map(String::as_str))
    )
}

/// Triggers, policies and row level security, by their names: what they are.
pub(super) async fn definitions(
    db: &impl ConnectionTrait,
    schema: &str,
    tables: &BTreeSet<String>,
) -> Result<BTreeMap<String, String>, Error> {
    let sql = format!(
        "WITH ours AS ({}) SELECT coalesce(json_object_agg(name || ' of table ' || relname, definition), '{{}}')::text \
         FROM (SELECT o.relname, 'trigger ' || g.tgname AS name, concat_ws(' ', g.tgenabled, pg_get_triggerdef(g.oid)) AS definition \
             FROM ours AS o JOIN pg_trigger AS g ON g.tgrelid = o.oid WHERE NOT g.tgisinternal \
           UNION ALL SELECT o.relname, 'policy ' || p.polname, concat_ws(' ', p.polcmd, p.polpermissive, \
               (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END, ',' ORDER BY r) \
                FROM unnest(p.polroles) AS r), \
               'USING', pg_get_expr(p.polqual, o.oid), 'WITH CHECK', pg_get_expr(p.polwithcheck, o.oid)) \
             FROM ours AS o JOIN pg_policy AS p ON p.polrelid = o.oid \
           UNION ALL SELECT relname, 'row level security', concat_ws(' ', relrowsecurity, relforcerowsecurity) FROM ours \
             WHERE relrowsecurity OR relforcerowsecurity) AS found",
        ours(schema, tables)
    );
    let found = text(db, &sql).await?;
    let found: BTreeMap<String, String> = serde_json::from_str(&found).map_err(|e| asking_text(&e.to_string()))?;
    // In the same words for every schema.
    Ok(found.into_iter().map(|(name, is)| (name, retarget(&is, schema, "", tables))).collect())
}

/// The names of those that are not there then, or are something else.
pub(super) fn missing(now: BTreeMap<String, String>, then: &BTreeMap<String, String>) -> Vec<String> {
    now.into_iter().filter(|(name, is)| then.get(name) != Some(is)).map(|(name, _)| name).collect()
}

/// What the tables have now and would not have once those at the side are in their place, by name.
pub(super) async fn would_go(
    db: &impl ConnectionTrait,
    schema: &str,
    live: &BTreeSet<String>,
    side: &str,
    tables: &BTreeSet<String>,
) -> Result<Vec<String>, Error> {
    let both: BTreeSet<String> = live.union(tables).cloned().collect();
    let now = definitions(db, schema, &both).await?;
    let mut gone = missing(now, &definitions(db, side, &both).await?);
    // What is made again needs its table.
    let left: BTreeSet<String> = live.difference(tables).cloned().collect();
    let sql = format!(
        "WITH ours AS ({}) SELECT 'rule ' || r.rulename || ' of table ' || o.relname AS line FROM ours AS o \
           JOIN pg_rewrite AS r ON r.ev_class = o.oid \
         UNION ALL SELECT 'statistics ' || s.stxname || ' of table ' || o.relname FROM ours AS o \
           JOIN pg_statistic_ext AS s ON s.stxrelid = o.oid",
        ours(schema, &left)
    );
    gone.extend(lines(db, &sql).await?);
    Ok(gone)
}

/// The statements that make the rules and the extended statistics of these tables again.
pub(super) async fn again(
    db: &impl ConnectionTrait,
    schema: &str,
    tables: &BTreeSet<String>,
) -> Result<Vec<String>, Error> {
    let name = format!("{}.' || quote_ident(o.relname)", quoted(schema).replace('\'', "''"));
    let sql = format!(
        "WITH ours AS ({ours}), stats AS (SELECT s.oid, s.stxowner, to_jsonb(s)->>'stxstattarget' AS target, \
             quote_ident(n.nspname) || '.' || quote_ident(s.stxname) AS name FROM ours AS o \
             JOIN pg_statistic_ext AS s ON s.stxrelid = o.oid JOIN pg_namespace AS n ON n.oid = s.stxnamespace) \
         SELECT line FROM ( \
           SELECT 1 AS turn, rtrim(pg_get_ruledef(r.oid), ';') AS line FROM ours AS o JOIN pg_rewrite AS r ON r.ev_class = o.oid \
           UNION ALL SELECT 2, 'ALTER TABLE {name} || CASE r.ev_enabled WHEN 'D' THEN ' DISABLE RULE ' \
               WHEN 'R' THEN ' ENABLE REPLICA RULE ' ELSE ' ENABLE ALWAYS RULE ' END || quote_ident(r.rulename) \
             FROM ours AS o JOIN pg_rewrite AS r ON r.ev_class = o.oid WHERE r.ev_enabled <> 'O' \
           UNION ALL SELECT 1, pg_get_statisticsobjdef(oid) FROM stats \
           UNION ALL SELECT 2, format('ALTER STATISTICS %s SET STATISTICS %s', name, target) FROM stats WHERE target::int >= 0 \
           UNION ALL SELECT 3, format('ALTER STATISTICS %s OWNER TO %I', name, pg_get_userbyid(stxowner)) FROM stats \
             WHERE pg_get_userbyid(stxowner) <> current_user) AS made ORDER BY turn, line",
        ours = ours(schema, tables),
    );
    lines(db, &sql).await
}

/// What our tables use of others now, by schema and name: functions and operators, and the tables of their foreign keys.
pub(super) async fn used(
    db: &impl ConnectionTrait,
    schema: &str,
    tables: &BTreeSet<String>,
) -> Result<BTreeSet<String>, Error> {
    let sql = format!(
        "WITH ours AS ({}), parts AS (SELECT 'pg_class'::regclass AS class, i.indexrelid AS oid FROM pg_index AS i \
             WHERE i.indrelid IN (SELECT oid FROM ours) \
           UNION ALL SELECT 'pg_constraint'::regclass, oid FROM pg_constraint WHERE conrelid IN (SELECT oid FROM ours) \
           UNION ALL SELECT 'pg_attrdef'::regclass, oid FROM pg_attrdef WHERE adrelid IN (SELECT oid FROM ours)), \
         uses AS (SELECT d.refclassid, d.refobjid FROM pg_depend AS d JOIN parts AS p ON p.class = d.classid AND p.oid = d.objid) \
         SELECT n.nspname || '.' || p.proname AS line FROM uses AS u JOIN pg_proc AS p ON p.oid = u.refobjid \
           JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE u.refclassid = 'pg_proc'::regclass \
         UNION SELECT n.nspname || '.' || o.oprname FROM uses AS u JOIN pg_operator AS o ON o.oid = u.refobjid \
           JOIN pg_namespace AS n ON n.oid = o.oprnamespace WHERE u.refclassid = 'pg_operator'::regclass \
         UNION SELECT n.nspname || '.' || c.relname FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.confrelid \
           JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE k.contype = 'f' AND k.conrelid IN (SELECT oid FROM ours)",
        ours(schema, tables)
    );
    Ok(lines(db, &sql).await?.into_iter().collect())
}

/// Those of these words that are built-in functions which do something.
pub(super) async fn acting(db: &impl ConnectionTrait, words: &BTreeSet<String>) -> Result<Vec<String>, Error> {
    let sql = format!(
        "SELECT DISTINCT proname::text AS line FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace \
         AND provolatile = 'v' AND proname IN ({}) AND proname NOT IN ('nextval', 'gen_random_uuid', 'uuidv4', 'uuidv7', \
         'random', 'clock_timestamp', 'timeofday')",
        list(words.iter().map(String::as_str))
    );
    lines(db, &sql).await
}
