//! What others have to do with our tables: objects that depend on them, and rights that were given on them.

use std::collections::BTreeSet;

use sea_orm::ConnectionTrait;

use super::database::{lines, text};
use crate::error::Error;
use crate::runner::{Place, literal, quoted};

/// Refuses where something of others depends on our tables: it would be in the way of their removal, or go with them.
pub(super) async fn refuse_dependents(
    db: &impl ConnectionTrait,
    place: &Place,
    tables: &BTreeSet<String>,
) -> Result<(), Error> {
    let list = list(tables);
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

/// The statements that give the tables of the schema `side`, once they are in `place`, the owners and the rights that
/// those have which are there now.
pub(super) async fn rights(
    db: &impl ConnectionTrait,
    place: &Place,
    side: &str,
    tables: &BTreeSet<String>,
) -> Result<Vec<String>, Error> {
    let (list, live, side) = (list(tables), literal(&place.schema), literal(side));
    let sql = format!(
        "WITH pairs AS (SELECT l.oid, l.relowner, l.relacl, s.oid AS new, \
             quote_ident({live}) || '.' || quote_ident(s.relname) AS name \
           FROM pg_class AS l JOIN pg_class AS s ON s.relname = l.relname \
           JOIN pg_namespace AS n ON n.oid = s.relnamespace \
           WHERE l.relnamespace = {live}::regnamespace AND n.nspname = {side} AND l.relkind IN ('r', 'p') \
             AND l.relname IN ({list})), \
         roles AS (SELECT oid, quote_ident(rolname) AS role FROM pg_roles UNION ALL SELECT 0, 'PUBLIC') \
         SELECT line FROM ( \
           SELECT 2 AS turn, format('ALTER TABLE %s OWNER TO %s', p.name, r.role) AS line FROM pairs AS p \
             JOIN roles AS r ON r.oid = p.relowner WHERE r.role <> quote_ident(current_user) \
           UNION ALL SELECT 1, format('GRANT %s ON %s TO %s%s', g.privilege_type, p.name, r.role, \
               CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) \
             FROM pairs AS p, LATERAL aclexplode(p.relacl) AS g JOIN roles AS r ON r.oid = g.grantee \
             WHERE g.grantee <> p.relowner \
           UNION ALL SELECT 1, format('GRANT %s (%I) ON %s TO %s%s', g.privilege_type, a.attname, p.name, r.role, \
               CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) \
             FROM pairs AS p JOIN pg_attribute AS a ON a.attrelid = p.oid AND NOT a.attisdropped \
             JOIN pg_attribute AS b ON b.attrelid = p.new AND b.attname = a.attname AND NOT b.attisdropped, \
             LATERAL aclexplode(a.attacl) AS g JOIN roles AS r ON r.oid = g.grantee) AS all_of_them \
         ORDER BY turn, line"
    );
    lines(db, &sql).await
}

/// What a database holds beside our tables: tables and views, functions, extensions and schemas of others.
pub(super) async fn all_others(
    db: &impl ConnectionTrait,
    place: &Place,
    tables: &BTreeSet<String>,
) -> Result<Vec<String>, Error> {
    let (list, schema) = (list(tables), literal(&place.schema));
    let sql = format!(
        "WITH spaces AS (SELECT oid, nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' \
           AND nspname <> 'information_schema') \
         SELECT line FROM (SELECT pg_describe_object('pg_class'::regclass, c.oid, 0) AS line FROM pg_class AS c \
             JOIN spaces AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') \
             AND NOT (n.nspname = {schema} AND c.relname IN ({list})) \
           UNION ALL SELECT pg_describe_object('pg_proc'::regclass, p.oid, 0) FROM pg_proc AS p \
             JOIN spaces AS n ON n.oid = p.pronamespace \
           UNION ALL SELECT 'extension ' || extname FROM pg_extension WHERE extname <> 'plpgsql' \
           UNION ALL SELECT 'schema ' || nspname FROM spaces WHERE nspname NOT IN ('public', {schema})) AS others \
         ORDER BY line LIMIT 20"
    );
    lines(db, &sql).await
}

fn list(tables: &BTreeSet<String>) -> String {
    // An empty list is no SQL.
    tables.iter().map(|t| literal(t)).chain([literal("")]).collect::<Vec<_>>().join(", ")
}

/// The statements that give a database the settings, the rights and the owner of the one that `db` is connected to.
pub(super) async fn of_database(db: &impl ConnectionTrait, new: &str) -> Result<Vec<String>, Error> {
    let new = quoted(new).replace('\'', "''");
    let sql = format!(
        "SELECT line FROM (SELECT format('GRANT %s ON DATABASE {new} TO %s', g.privilege_type, \
             coalesce(quote_ident(r.rolname), 'PUBLIC')) AS line \
           FROM pg_database AS d, LATERAL aclexplode(d.datacl) AS g LEFT JOIN pg_roles AS r ON r.oid = g.grantee \
           WHERE d.datname = current_database() AND g.grantee <> d.datdba \
         UNION ALL SELECT format('ALTER DATABASE {new} SET %I TO %s', split_part(c, '=', 1), \
             CASE split_part(c, '=', 1) WHEN 'search_path' THEN substr(c, strpos(c, '=') + 1) \
               ELSE quote_literal(substr(c, strpos(c, '=') + 1)) END) \
           FROM pg_db_role_setting AS s JOIN pg_database AS d ON d.oid = s.setdatabase, LATERAL unnest(s.setconfig) AS c \
           WHERE d.datname = current_database() AND s.setrole = 0 \
         UNION ALL SELECT format('ALTER DATABASE {new} OWNER TO %I', pg_get_userbyid(datdba)) FROM pg_database \
           WHERE datname = current_database() AND pg_get_userbyid(datdba) <> current_user) AS all_of_them \
         ORDER BY line DESC"
    );
    lines(db, &sql).await
}
