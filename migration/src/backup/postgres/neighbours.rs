//! What others have to do with our tables: what depends on them, and what stands beside them.

use std::collections::BTreeSet;

use sea_orm::ConnectionTrait;

use super::database::{lines, text};
use crate::error::Error;
use crate::runner::{Place, literal};

/// Refuses where something of others depends on our tables: it would be in the way of their removal, or go with them.
pub(super) async fn refuse_dependents(
    db: &impl ConnectionTrait,
    place: &Place,
    tables: &BTreeSet<String>,
) -> Result<(), Error> {
    let list = list(tables.iter().map(String::as_str));
    let sql = format!(
        "WITH ours AS (SELECT c.oid, c.reltype FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
           WHERE n.nspname = {} AND c.relkind IN ('r', 'p') AND c.relname IN ({list})), \
         types AS (SELECT t.oid FROM pg_type AS t JOIN ours AS o ON t.oid = o.reltype \
           OR t.typelem = o.reltype AND t.typelem <> 0), \
         found AS (SELECT d.classid, d.objid, d.objsubid, d.deptype FROM pg_depend AS d \
           WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid IN (SELECT oid FROM ours) \
           UNION SELECT d.classid, d.objid, d.objsubid, d.deptype FROM pg_depend AS d \
           WHERE d.refclassid = 'pg_type'::regclass AND d.refobjid IN (SELECT oid FROM types)) \
         SELECT DISTINCT CASE WHEN f.classid = 'pg_rewrite'::regclass \
             THEN pg_describe_object('pg_class'::regclass, r.ev_class, 0) \
             WHEN k.contype = 'f' THEN 'foreign key ' || k.conname || ' of ' || \
               pg_describe_object('pg_class'::regclass, k.conrelid, 0) \
             ELSE pg_describe_object(f.classid, f.objid, f.objsubid) END AS line \
         FROM found AS f \
         LEFT JOIN pg_rewrite AS r ON f.classid = 'pg_rewrite'::regclass AND r.oid = f.objid \
         LEFT JOIN pg_constraint AS k ON f.classid = 'pg_constraint'::regclass AND k.oid = f.objid \
         LEFT JOIN pg_trigger AS t ON f.classid = 'pg_trigger'::regclass AND t.oid = f.objid \
         LEFT JOIN pg_policy AS p ON f.classid = 'pg_policy'::regclass AND p.oid = f.objid \
         LEFT JOIN pg_attrdef AS a ON f.classid = 'pg_attrdef'::regclass AND a.oid = f.objid \
         WHERE (f.deptype = 'n' OR f.classid = 'pg_publication_rel'::regclass \
             OR f.deptype = 'a' AND k.contype = 'f' AND k.conrelid NOT IN (SELECT oid FROM ours)) \
           AND coalesce(r.ev_class, k.conrelid, t.tgrelid, p.polrelid, a.adrelid, f.objid) NOT IN (SELECT oid FROM ours) \
         ORDER BY line",
        literal(&place.schema)
    );
    let names = lines(db, &sql).await?;
    if names.is_empty() { Ok(()) } else { Err(Error::Dependents { names }) }
}

/// Refuses a role that may not make a schema, saying how to let it.
pub(super) async fn refuse_without_create(db: &impl ConnectionTrait) -> Result<(), Error> {
    let sql = "SELECT CASE WHEN has_database_privilege(current_database(), 'CREATE') THEN '' \
               ELSE format('GRANT CREATE ON DATABASE %I TO %I', current_database(), current_user) END";
    let grant = text(db, sql).await?;
    if grant.is_empty() {
        return Ok(());
    }
    let role = text(db, "SELECT current_user::text").await?;
    let what = "create a schema beside the board's in this database".to_owned();
    Err(Error::NoPrivilege { role, what, grant: format!("the database's owner grants it by {grant}") })
}

/// What a database holds beside our tables: tables and views, functions, types and domains, large objects, extensions
/// and schemas of others, and what is the database's own: event triggers, publications, foreign servers.
pub(super) async fn all_others(
    db: &impl ConnectionTrait,
    place: &Place,
    tables: &BTreeSet<String>,
) -> Result<Vec<String>, Error> {
    let (list, schema) = (list(tables.iter().map(String::as_str)), literal(&place.schema));
    let sql = format!(
        "WITH spaces AS (SELECT oid, nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' \
           AND nspname <> 'information_schema') \
         SELECT line FROM (SELECT pg_describe_object('pg_class'::regclass, c.oid, 0) AS line FROM pg_class AS c \
             JOIN spaces AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') \
             AND NOT (n.nspname = {schema} AND c.relname IN ({list})) \
           UNION ALL SELECT pg_describe_object('pg_proc'::regclass, p.oid, 0) FROM pg_proc AS p \
             JOIN spaces AS n ON n.oid = p.pronamespace \
           UNION ALL SELECT 'type ' || format_type(t.oid, NULL) FROM pg_type AS t JOIN spaces AS n \
             ON n.oid = t.typnamespace WHERE t.typtype IN ('b', 'd', 'e', 'r') AND t.typrelid = 0 \
             AND NOT EXISTS (SELECT 1 FROM pg_type AS e WHERE e.typarray = t.oid) \
           UNION ALL SELECT pg_describe_object('pg_type'::regclass, t.oid, 0) FROM pg_type AS t \
             JOIN spaces AS n ON n.oid = t.typnamespace JOIN pg_class AS c ON c.oid = t.typrelid AND c.relkind = 'c' \
           UNION ALL SELECT 'operator ' || oprname FROM pg_operator JOIN spaces AS n ON n.oid = oprnamespace \
           UNION ALL SELECT 'collation ' || collname FROM pg_collation JOIN spaces AS n ON n.oid = collnamespace \
           UNION ALL SELECT 'large object ' || oid FROM pg_largeobject_metadata \
           UNION ALL SELECT 'event trigger ' || evtname FROM pg_event_trigger \
           UNION ALL SELECT 'publication ' || pubname FROM pg_publication \
           UNION ALL SELECT 'foreign server ' || srvname FROM pg_foreign_server \
           UNION ALL SELECT 'extension ' || extname FROM pg_extension WHERE extname <> 'plpgsql' \
           UNION ALL SELECT 'schema ' || nspname FROM spaces WHERE nspname NOT IN ('public', {schema})) AS others \
         ORDER BY line LIMIT 20"
    );
    lines(db, &sql).await
}

/// Names as they stand in `IN (...)`.
pub(super) fn list<'t>(names: impl Iterator<Item = &'t str>) -> String {
    // An empty list is no SQL.
    names.chain([""]).map(literal).collect::<Vec<_>>().join(", ")
}
