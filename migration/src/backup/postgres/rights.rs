//! Owners and rights: kept in a backup's manifest, and given again to what is put back.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};

use super::database::{asking_text, major, text};
use super::neighbours::list;
use crate::error::Error;
use crate::runner::{literal, quoted};

/// Who owns the board's schema and tables, and what others may do with them.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rights {
    /// Of the schema; none where it is not there.
    pub schema: Option<Rightful>,
    pub tables: BTreeMap<String, Rightful>,
}

/// The owner of one object, and the rights of others on it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rightful {
    pub owner: String,
    pub given: Vec<Given>,
}

/// One right.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The role; none is PUBLIC.
    pub to: Option<String>,
    pub privilege: String,
    /// One column of the table; none is the whole of it.
    pub column: Option<String>,
    pub grantable: bool,
}

/// What gives rights, and what of them can't be given.
#[derive(Debug, Default)]
pub(super) struct Giving {
    pub statements: Vec<String>,
    pub notes: Vec<String>,
}

/// Reads the rights on a schema and on these tables in it.
pub(super) async fn read(
    db: &impl ConnectionTrait,
    schema: &str,
    tables: impl Iterator<Item = &str>,
) -> Result<Rights, Error> {
    let given = |column: &str| {
        format!(
            "json_build_object('to', r.rolname, 'privilege', g.privilege_type, 'column', {column}, \
             'grantable', g.is_grantable) AS one"
        )
    };
    let sql = format!(
        "WITH ours AS (SELECT c.oid, c.relname AS name, c.relowner AS owner, c.relacl AS acl FROM pg_class AS c \
           WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = {schema}) \
             AND c.relkind IN ('r', 'p') AND c.relname IN ({list})), \
         given AS (SELECT o.oid, {whole} FROM ours AS o, LATERAL aclexplode(o.acl) AS g \
             LEFT JOIN pg_roles AS r ON r.oid = g.grantee WHERE g.grantee <> o.owner \
           UNION ALL SELECT o.oid, {column} FROM ours AS o \
             JOIN pg_attribute AS a ON a.attrelid = o.oid AND NOT a.attisdropped, LATERAL aclexplode(a.attacl) AS g \
             LEFT JOIN pg_roles AS r ON r.oid = g.grantee WHERE g.grantee <> o.owner) \
         SELECT json_build_object( \
           'schema', (SELECT json_build_object('owner', pg_get_userbyid(n.nspowner), 'given', coalesce( \
               (SELECT json_agg(f.one ORDER BY f.one::text) FROM (SELECT {whole} FROM aclexplode(n.nspacl) AS g \
                 LEFT JOIN pg_roles AS r ON r.oid = g.grantee WHERE g.grantee <> n.nspowner) AS f), '[]')) \
             FROM pg_namespace AS n WHERE n.nspname = {schema}), \
           'tables', coalesce((SELECT json_object_agg(o.name, json_build_object('owner', pg_get_userbyid(o.owner), \
               'given', coalesce((SELECT json_agg(f.one ORDER BY f.one::text) FROM given AS f WHERE f.oid = o.oid), \
               '[]'))) FROM ours AS o), '{{}}'))::text",
        schema = literal(schema),
        list = list(tables),
        whole = given("NULL"),
        column = given("a.attname"),
    );
    parsed(&text(db, &sql).await?)
}

/// The statements that give the tables of the schema `side`, once they are in the schema `to`, the owners and rights
/// of `wanted`. `new_schema` gives the schema `to` its own, too. What can't be given is noted: a role that is not there
/// is no reason to leave a board in ruins.
pub(super) async fn giving(
    db: &impl ConnectionTrait,
    wanted: &Rights,
    side: &str,
    to: &str,
    tables: &BTreeSet<String>,
    new_schema: bool,
) -> Result<Giving, Error> {
    let have = read(db, side, tables.iter().map(String::as_str)).await?;
    let roles = Roles::read(db, to).await?;
    let columns = columns(db, side, tables).await?;
    let mut out = Giving::default();
    if let (true, Some(wanted)) = (new_schema, &wanted.schema) {
        let has = read(db, to, std::iter::empty()).await?.schema;
        let has = has.unwrap_or_else(|| Rightful { owner: roles.me.clone(), given: Vec::new() });
        out.object(wanted, &has, "SCHEMA", &quoted(to), &roles, &roles.schema_owners, |_| true);
    }
    for table in tables {
        let (Some(wanted), Some(has)) = (wanted.tables.get(table), have.tables.get(table)) else { continue };
        let name = format!("{}.{}", quoted(to), quoted(table));
        let is_there = |g: &Given| g.column.as_ref().is_none_or(|c| columns.contains(&(table.clone(), c.clone())));
        out.object(wanted, has, "TABLE", &name, &roles, &roles.table_owners, is_there);
    }
    Ok(out)
}

impl Giving {
    #[expect(clippy::too_many_arguments, reason = "an object, what it has, and what it may get")]
    fn object(
        &mut self,
        wanted: &Rightful,
        has: &Rightful,
        kind: &str,
        name: &str,
        roles: &Roles,
        owners: &BTreeSet<String>,
        is_there: impl Fn(&Given) -> bool,
    ) {
        let role = |to: &Option<String>| to.as_ref().map_or_else(|| "PUBLIC".to_owned(), |to| quoted(to));
        // Default privileges can have given more than there was.
        for to in has.given.iter().map(|g| role(&g.to)).collect::<BTreeSet<_>>() {
            self.statements.push(format!("REVOKE ALL ON {kind} {name} FROM {to}"));
        }
        let mut missing = BTreeSet::new();
        for given in wanted.given.iter().filter(|g| is_there(g)) {
            if given.to.as_ref().is_some_and(|to| !roles.all.contains(to)) {
                missing.insert(role(&given.to));
                continue;
            }
            if !is_known(kind, given, roles.major) {
                self.notes.push(format!("{kind} {name}: this server has no privilege {:?}", given.privilege));
                continue;
            }
            let column = given.column.as_ref().map_or_else(String::new, |c| format!(" ({})", quoted(c)));
            let option = if given.grantable { " WITH GRANT OPTION" } else { "" };
            let (privilege, to) = (&given.privilege, role(&given.to));
            self.statements.push(format!("GRANT {privilege}{column} ON {kind} {name} TO {to}{option}"));
        }
        for to in missing {
            self.notes.push(format!("{kind} {name}: its rights for {to} are not given: there is no such role"));
        }
        if wanted.owner == has.owner {
            return;
        }
        let owner = quoted(&wanted.owner);
        if owners.contains(&wanted.owner) {
            self.statements.push(format!("ALTER {kind} {name} OWNER TO {owner}"));
        } else {
            let why = if roles.all.contains(&wanted.owner) { "can't be made its owner" } else { "is no role here" };
            self.notes.push(format!("{kind} {name} is owned by {}: {owner} {why}", quoted(&has.owner)));
        }
    }
}

fn is_known(kind: &str, given: &Given, major: u32) -> bool {
    let known: &[&str] = match (kind, &given.column) {
        ("SCHEMA", _) => &["USAGE", "CREATE"],
        (_, Some(_)) => &["SELECT", "INSERT", "UPDATE", "REFERENCES"],
        _ => &["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"],
    };
    known.contains(&given.privilege.as_str()) && (given.privilege != "MAINTAIN" || major >= 17)
}

/// The roles of the server, and those that can be made owners by the one that is connected.
struct Roles {
    me: String,
    major: u32,
    all: BTreeSet<String>,
    table_owners: BTreeSet<String>,
    schema_owners: BTreeSet<String>,
}

impl Roles {
    async fn read(db: &impl ConnectionTrait, schema: &str) -> Result<Self, Error> {
        let sql = format!(
            "SELECT json_build_object('me', current_user, 'all', json_agg(r.rolname), \
               'tables', coalesce(json_agg(r.rolname) FILTER (WHERE me.rolsuper OR r.rolname = current_user \
                 OR pg_has_role(r.oid, 'MEMBER') AND has_schema_privilege(r.oid, n.oid, 'CREATE')), '[]'), \
               'schemas', coalesce(json_agg(r.rolname) FILTER (WHERE me.rolsuper OR r.rolname = current_user \
                 OR pg_has_role(r.oid, 'MEMBER') AND has_database_privilege(r.oid, current_database(), 'CREATE')), \
                 '[]'))::text \
             FROM pg_roles AS r JOIN pg_roles AS me ON me.rolname = current_user \
             LEFT JOIN pg_namespace AS n ON n.nspname = {}",
            literal(schema)
        );
        #[derive(Deserialize)]
        struct Found {
            me: String,
            all: BTreeSet<String>,
            tables: BTreeSet<String>,
            schemas: BTreeSet<String>,
        }
        let Found { me, all, tables, schemas } = parsed(&text(db, &sql).await?)?;
        Ok(Self { me, major: major(db).await?, all, table_owners: tables, schema_owners: schemas })
    }
}

async fn columns(
    db: &impl ConnectionTrait,
    schema: &str,
    tables: &BTreeSet<String>,
) -> Result<BTreeSet<(String, String)>, Error> {
    let sql = format!(
        "SELECT coalesce(json_agg(json_build_array(c.relname, a.attname)), '[]')::text FROM pg_class AS c \
         JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid \
         WHERE n.nspname = {} AND c.relname IN ({}) AND a.attnum > 0 AND NOT a.attisdropped",
        literal(schema),
        list(tables.iter().map(String::as_str))
    );
    parsed(&text(db, &sql).await?)
}

fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|e| asking_text(&e.to_string()))
}

/// The statements that give the database `new` the settings, the rights and the owner of the one that `db` is
/// connected to; those of the settings of a role may be refused.
pub(super) async fn of_database(db: &impl ConnectionTrait, new: &str) -> Result<Vec<String>, Error> {
    let new = quoted(new).replace('\'', "''").replace('%', "%%");
    // These are lists of names, each with its own quotes.
    let lists = "('search_path', 'temp_tablespaces', 'session_preload_libraries', 'local_preload_libraries')";
    let sql = format!(
        "SELECT line FROM (SELECT 1 AS turn, 'REVOKE ALL ON DATABASE {new} FROM PUBLIC' AS line FROM pg_database \
           WHERE datname = current_database() AND datacl IS NOT NULL \
         UNION ALL SELECT 2, format('GRANT %s ON DATABASE {new} TO %s', g.privilege_type, \
             coalesce(quote_ident(r.rolname), 'PUBLIC')) || CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END \
           FROM pg_database AS d, LATERAL aclexplode(d.datacl) AS g LEFT JOIN pg_roles AS r ON r.oid = g.grantee \
           WHERE d.datname = current_database() AND g.grantee <> d.datdba \
         UNION ALL SELECT 3, format('ALTER DATABASE {new} CONNECTION LIMIT %s', datconnlimit) FROM pg_database \
           WHERE datname = current_database() AND datconnlimit >= 0 \
         UNION ALL SELECT 4, coalesce('ALTER ROLE ' || quote_ident(r.rolname) || ' IN', 'ALTER') || format(' DATABASE {new} SET %I TO %s', \
             split_part(c, '=', 1), CASE WHEN split_part(c, '=', 1) IN {lists} THEN substr(c, strpos(c, '=') + 1) \
               ELSE quote_literal(substr(c, strpos(c, '=') + 1)) END) \
           FROM pg_db_role_setting AS s JOIN pg_database AS d ON d.oid = s.setdatabase \
           LEFT JOIN pg_roles AS r ON r.oid = s.setrole, LATERAL unnest(s.setconfig) AS c \
           WHERE d.datname = current_database() \
         UNION ALL SELECT 5, format('ALTER DATABASE {new} OWNER TO %I', pg_get_userbyid(datdba)) FROM pg_database \
           WHERE datname = current_database() AND pg_get_userbyid(datdba) <> current_user) AS all_of_them \
         ORDER BY turn, line"
    );
    super::database::lines(db, &sql).await
}
