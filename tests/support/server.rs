use std::env;
use std::sync::{LazyLock, Mutex, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use callboard_migration::scratch::Cluster;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use tokio::runtime::Runtime;
use url::Url;

use crate::database::connect;

const URL_VARIABLE: &str = "CALLBOARD_TEST_POSTGRES_URL";
const PREFIX: &str = "callboard_test_";
/// After this many seconds a database of ours on a server that outlives us was left by a killed run.
const LEFT_BEHIND: u64 = 2 * 60 * 60;

static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
/// Databases are made and dropped here, because a pool must not be used from the runtimes of several tests.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(1).thread_name("test databases").enable_all().build().expect("start a tokio runtime")
});

/// The PostgreSQL server of this process.
#[derive(Debug)]
pub(crate) struct Server {
    base: Url,
    admin: DatabaseConnection,
    /// Copying files is faster, but the option is not known before version 15, where it is the only way.
    strategy: &'static str,
    cluster: Mutex<Option<Cluster>>,
    made: Mutex<Vec<String>>,
}

impl Server {
    pub(crate) fn url(&self, database: &str) -> String {
        let mut url = self.base.clone();
        url.set_path(database);
        url.into()
    }
}

/// The server, started or connected to at the first call; what went wrong is answered to every later caller too.
pub(crate) fn get() -> Result<&'static Server, String> {
    SERVER.get_or_init(start).as_ref().map_err(Clone::clone)
}

/// Runs a future to its end; not callable from inside a runtime.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    RUNTIME.block_on(future)
}

fn start() -> Result<Server, String> {
    let given = env::var(URL_VARIABLE).ok().filter(|url| !url.is_empty());
    let (url, cluster) = match given {
        Some(url) => (url, None),
        None => {
            let cluster = Cluster::start().map_err(|error| {
                format!("{error}\n./test.sh installs what is missing. {URL_VARIABLE} uses an existing server instead.")
            })?;
            (cluster.url("postgres"), Some(cluster))
        }
    };
    let base = Url::parse(&url).map_err(|error| format!("{URL_VARIABLE} is no URL: {error}"))?;
    let connected = block_on(async {
        let admin = connect(base.as_str()).await?;
        let version = number(&admin, "SELECT current_setting('server_version_num')::bigint").await?;
        if cluster.is_none() {
            sweep(&admin).await?;
        }
        Ok((admin, version))
    });
    // The URL may hold a password, so only its host is named.
    let host = base.host_str().unwrap_or_default();
    let (admin, version) = connected.map_err(|error: DbErr| format!("cannot use PostgreSQL at {host}: {error}"))?;
    let strategy = if version >= 150_000 { " STRATEGY FILE_COPY" } else { "" };
    Ok(Server { base, admin, strategy, cluster: Mutex::new(cluster), made: Mutex::default() })
}

async fn number(db: &DatabaseConnection, sql: &str) -> Result<i64, DbErr> {
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    row.ok_or_else(|| DbErr::RecordNotFound(sql.to_owned()))?.try_get_by_index(0)
}

/// Drops databases that a killed run left on a server which is not ours.
async fn sweep(admin: &DatabaseConnection) -> Result<(), DbErr> {
    let sql = format!("SELECT datname FROM pg_database WHERE datname LIKE '{}%'", PREFIX.replace('_', r"\_"));
    for row in admin.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await? {
        let name: String = row.try_get_by_index(0)?;
        if made_at(&name).is_some_and(|made| made + LEFT_BEHIND < now()) {
            admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
        }
    }
    Ok(())
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

/// `callboard_test_<seconds since 1970>_<random>`, both in hexadecimal.
fn new_name() -> String {
    format!("{PREFIX}{:08x}_{:012x}", now(), fastrand::u64(0..1 << 48))
}

fn made_at(name: &str) -> Option<u64> {
    let (made, random) = name.strip_prefix(PREFIX)?.split_once('_')?;
    let ours = made.len() == 8 && random.len() == 12 && u64::from_str_radix(random, 16).is_ok();
    u64::from_str_radix(made, 16).ok().filter(|_| ours)
}

/// Makes a database as a copy of another one, to which nobody may be connected.
pub(crate) fn create_database(template: &str) -> Result<String, String> {
    let server = get()?;
    let name = new_name();
    server.made.lock().expect("lock the list of databases").push(name.clone());
    let sql = format!("CREATE DATABASE {name} TEMPLATE {template}{}", server.strategy);
    block_on(server.admin.execute_unprepared(&sql)).map_err(|error| format!("{sql}: {error}"))?;
    Ok(name)
}

/// Drops a database and ends its connections; a failure is told, and tried again at the end.
pub(crate) fn drop_database(name: &str) {
    let Ok(server) = get() else { return };
    let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    match block_on(server.admin.execute_unprepared(&sql)) {
        Ok(_) => server.made.lock().expect("lock the list of databases").retain(|made| made != name),
        Err(error) => eprintln!("{sql}: {error}"),
    }
}

/// Stops the cluster, or drops what is left of ours on a server that outlives us.
pub(crate) fn finish() {
    let Some(Ok(server)) = SERVER.get() else { return };
    let cluster = server.cluster.lock().expect("lock the cluster").take();
    if cluster.is_none() {
        let made = server.made.lock().expect("lock the list of databases").clone();
        made.iter().for_each(|name| drop_database(name));
    }
}
