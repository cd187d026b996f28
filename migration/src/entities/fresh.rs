//! Generates from an empty database that has just been migrated: what the migrations mean, whatever a live one became.

use std::time::{SystemTime, UNIX_EPOCH};

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbErr};

use super::{Error, Files, live};
use crate::runner::{self, Goal, Options};
use crate::scratch::{Cluster, Directory};
use crate::target::DatabaseUrl;

/// Generates from a SQLite file of its own, which is gone afterwards.
///
/// # Errors
/// [`Error::Scratch`] when no directory can be made; [`Error::Migration`] when a migration fails.
pub async fn sqlite() -> Result<Files, Error> {
    let directory = Directory::new("entities")?;
    migrated(DatabaseUrl::sqlite(directory.path().join("board.db"))).await
}

/// Generates from a PostgreSQL database of its own, which is gone afterwards.
///
/// With `server`, the URL of any database whose user may create others, it is made there; without, a throwaway server
/// is started for it (about a second).
///
/// # Errors
/// As [`sqlite`]; [`Error::Scratch`] says what to install where PostgreSQL's server programs are missing.
pub async fn postgres(server: Option<&DatabaseUrl>) -> Result<Files, Error> {
    let Some(server) = server else {
        let cluster = Cluster::start()?;
        return migrated(cluster.url("postgres").parse()?).await;
    };
    let failed = |e: DbErr| Error::Server { target: server.to_string(), reason: server.redact(&e.to_string()) };
    let Some(mut url) = server.postgres().cloned() else {
        return Err(Error::Server { target: server.to_string(), reason: "it is no PostgreSQL".to_owned() });
    };
    let name = scratch_name();
    url.set_path(&name);
    let mut options = ConnectOptions::new(server.expose_secret());
    options.max_connections(1).sqlx_logging(false);
    let admin = Database::connect(options).await.map_err(failed)?;
    admin.execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE template0")).await.map_err(failed)?;
    let generated = match url.as_str().parse() {
        Ok(url) => migrated(url).await,
        Err(error) => Err(Error::Migration(error)),
    };
    admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.map_err(failed)?;
    admin.close().await.map_err(failed)?;
    generated
}

/// The test harness drops databases of this form that a killed process left: seconds since 1970, then at random.
fn scratch_name() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_secs());
    let random = uuid::Uuid::now_v7().as_u128() & 0xffff_ffff_ffff;
    format!("callboard_test_{seconds:08x}_{random:012x}")
}

async fn migrated(url: DatabaseUrl) -> Result<Files, Error> {
    let options = Options::new(url);
    runner::up(&options, Goal::Latest, &mut |_| {}).await?;
    Ok(live::generate(&options).await?.0)
}
