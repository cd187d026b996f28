//! Databases of a server: their settings, a new one like another, and short ways to ask.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};

use crate::error::Error;
use crate::runner::{literal, quoted, strings};

pub(super) fn ask(sql: impl Into<String>) -> Statement {
    Statement::from_string(DbBackend::Postgres, sql)
}

pub(super) fn asking(e: &DbErr) -> Error {
    Error::database("asking the server", e)
}

pub(super) fn asking_text(reason: &str) -> Error {
    Error::Database { doing: "asking the server", reason: reason.to_owned() }
}

/// The first value of the first row, which is a text; an empty one for NULL.
pub(super) async fn text(db: &impl ConnectionTrait, sql: &str) -> Result<String, Error> {
    let row = db.query_one_raw(ask(sql)).await.map_err(|e| asking(&e))?;
    let value: Option<String> = row.map_or(Ok(None), |r| r.try_get_by_index(0)).map_err(|e| asking(&e))?;
    Ok(value.unwrap_or_default())
}

/// The column `line` of all rows.
pub(super) async fn lines(db: &impl ConnectionTrait, sql: &str) -> Result<Vec<String>, Error> {
    let rows = db.query_all_raw(ask(sql)).await.map_err(|e| asking(&e))?;
    strings(&rows, "line").map_err(|e| asking(&e))
}

/// The server's major version.
pub(super) async fn major(db: &impl ConnectionTrait) -> Result<u32, Error> {
    let number = text(db, "SELECT current_setting('server_version_num')").await?;
    Ok(number.parse::<u32>().unwrap_or(0) / 10_000)
}

/// Refuses a role that may not make databases, saying how to let it.
pub(super) async fn refuse_without_createdb(db: &impl ConnectionTrait) -> Result<(), Error> {
    let sql = "SELECT CASE WHEN rolcreatedb OR rolsuper THEN '' ELSE rolname::text END FROM pg_roles \
               WHERE rolname = current_user";
    let role = text(db, sql).await?;
    if role.is_empty() {
        return Ok(());
    }
    let grant = format!("a superuser grants it by ALTER ROLE {} CREATEDB", quoted(&role));
    Err(Error::NoPrivilege { role, what: "create databases (CREATEDB)".to_owned(), grant })
}

/// Makes an empty database with the encoding and the locale of the one that `db` is connected to.
pub(super) async fn create(db: &DatabaseConnection, name: &str) -> Result<(), Error> {
    // The columns of the locale differ between the versions; as JSON those that are missing are NULL.
    let sql = "SELECT concat(' ENCODING ', quote_literal(pg_encoding_to_char(d.encoding)), \
               ' LC_COLLATE ' || quote_literal(d.datcollate), ' LC_CTYPE ' || quote_literal(d.datctype), \
               CASE j->>'datlocprovider' WHEN 'i' THEN ' LOCALE_PROVIDER icu ICU_LOCALE ' || \
               quote_literal(coalesce(j->>'datlocale', j->>'daticulocale')) \
               WHEN 'b' THEN ' LOCALE_PROVIDER builtin BUILTIN_LOCALE ' || quote_literal(j->>'datlocale') END) \
               FROM pg_database AS d, LATERAL to_jsonb(d) AS j WHERE d.datname = current_database()";
    let like = text(db, sql).await?;
    let create = format!("CREATE DATABASE {} TEMPLATE template0{like}", quoted(name));
    db.execute_unprepared(&create).await.map(drop).map_err(|e| Error::database("creating a database", &e))
}

/// Drops a database and ends all connections to it.
pub(super) async fn drop_database(db: &DatabaseConnection, name: &str) -> Result<(), Error> {
    let end = format!(
        "SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity WHERE datname = {} AND pid <> \
         pg_backend_pid()",
        literal(name)
    );
    text(db, &end).await?;
    let drop_it = format!("DROP DATABASE IF EXISTS {}", quoted(name));
    db.execute_unprepared(&drop_it).await.map(drop).map_err(|e| Error::database("dropping a database", &e))
}

/// The others that are connected to a database, the newest last: application, role and process.
pub(super) async fn connections(db: &impl ConnectionTrait, name: &str) -> Result<Vec<String>, Error> {
    let sql = format!(
        "SELECT concat_ws(' ', nullif(application_name, ''), 'of', usename, '(process ' || pid || ')') AS line \
         FROM pg_stat_activity WHERE datname = {} AND pid <> pg_backend_pid() ORDER BY backend_start, pid",
        literal(name)
    );
    // In a transaction the server would tell again who there was when it was first asked.
    text(db, "SELECT pg_stat_clear_snapshot()::text").await?;
    lines(db, &sql).await
}

/// Six random bytes in hex, for a name.
pub(super) fn random() -> String {
    format!("{:012x}", uuid::Uuid::now_v7().as_u128() & 0xffff_ffff_ffff)
}
