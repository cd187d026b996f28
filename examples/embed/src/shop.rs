//! Opening a board beside an app's own tables.

use callboard_migration::runner::{self, Goal};
use callboard_service::agent::RegisterAgent;
use callboard_service::project::AddProject;
use callboard_service::setting::InitBoard;
use callboard_service::workflow::template::AddTemplate;
use callboard_service::{Actor, Callboard, Conflict, Error, OpenOptions};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, IsolationLevel};

use crate::Unit;

/// The app's own tables. The board's names are others, or carry a prefix (`board_users`, `board_projects`).
const TABLES: [&str; 4] = [
    "CREATE TABLE IF NOT EXISTS users (id bigint PRIMARY KEY, name text NOT NULL)",
    "CREATE TABLE IF NOT EXISTS projects (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users (id), \
     name text NOT NULL)",
    "INSERT INTO users (id, name) VALUES (1, 'Ada') ON CONFLICT DO NOTHING",
    "INSERT INTO projects (id, user_id, name) VALUES (1, 1, 'Garden') ON CONFLICT DO NOTHING",
];

/// A workflow of the app's own that agents do, as items of the board.
const FULFIL: &str = include_str!("../fulfil.yaml");

/// What the app has open.
#[derive(Clone, Debug)]
pub struct Shop {
    /// The board.
    pub board: Callboard,
    /// Who acts for the shop.
    pub actor: Actor,
    /// PostgreSQL: the app's own connections. On SQLite a file has one writer, and that is the board's.
    pub own: Option<DatabaseConnection>,
    /// PostgreSQL: how strictly the app's transactions are kept apart.
    pub level: IsolationLevel,
}

impl Shop {
    /// Makes or upgrades the board's tables and the app's, and opens both.
    ///
    /// On PostgreSQL the board's tables lie in `schema`, the app's in `public`.
    pub async fn open(url: &str, schema: Option<&str>) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        // The board's tables. An app may as well have `migration up` run by whoever deploys it.
        let schema = schema.map(str::to_owned);
        let mut migrate = runner::Options { schema: schema.clone(), ..runner::Options::new(url.parse()?) };
        // An upgrade of a board with rows takes a backup first. A PostgreSQL database has no folder of its own for it.
        migrate.backups.folder = Some("shop.backups".into());
        runner::up(&migrate, Goal::Latest, &mut |_| {}).await?;

        // The app's tables are found in the board's transactions too, after the board's own.
        let options = OpenOptions { schema, app_schema: Some("public".to_owned()), ..OpenOptions::default() };
        let board = Callboard::open(&url.parse()?, options).await?;
        let own = match url.starts_with("postgres") {
            true => Some(Database::connect(ConnectOptions::new(url).sqlx_logging(false).to_owned()).await?),
            false => None,
        };
        let shop = Self { board, actor: Actor::SYSTEM, own, level: IsolationLevel::ReadCommitted };
        shop.set_up().await?;
        Ok(shop)
    }

    /// What a new database needs; on one that has it, nothing changes.
    async fn set_up(&self) -> Result<(), Error> {
        let id = if self.own.is_some() { "uuid" } else { "uuid_text" };
        let orders = format!(
            "CREATE TABLE IF NOT EXISTS orders (id {id} PRIMARY KEY, project_id bigint NOT NULL REFERENCES projects \
             (id), what text NOT NULL, status text NOT NULL, item_key text, note text)"
        );
        self.in_one(|unit| Box::pin(set_up(unit, orders.clone()))).await
    }
}

async fn set_up(unit: Unit<'_>, orders: String) -> Result<(), Error> {
    for sql in TABLES.into_iter().chain([&*orders]) {
        unit.conn.execute_unprepared(sql).await?;
    }
    let shop = AddProject {
        slug: "shop".to_owned(),
        name: "Shop".to_owned(),
        key_prefix: "SHOP".to_owned(),
        ..AddProject::default()
    };
    let init = InitBoard { first_user: "shopkeeper".to_owned(), project: Some(shop), ..InitBoard::default() };
    unit.run(&init).await?;
    // On the second start the agent is there: refused, and the transaction goes on.
    match unit.run(&RegisterAgent::new("packer")).await {
        Ok(_) | Err(Error::Conflict(Conflict::Exists { .. })) => {}
        Err(other) => return Err(other),
    }
    unit.run(&AddTemplate { text: FULFIL.to_owned() }).await?;
    Ok(())
}
