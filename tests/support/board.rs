//! A board with somebody on it: what most tests of the service begin with.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use callboard_service::agent::RegisterAgent;
use callboard_service::assignment::{Claim, Claimed};
use callboard_service::entity::{
    CapabilityLevel, agent_profiles, board_projects, board_users, task_assignments, work_item_events, work_items,
};
use callboard_service::item::{AddItems, NewItem, ReplayLedger};
use callboard_service::project::AddProject;
use callboard_service::user::AddUser;
use callboard_service::workflow::CheckRuns;
use callboard_service::{Actor, Callboard, DatabaseUrl, Error, OpenOptions, Ref};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, QueryFilter, QueryOrder, Statement,
};
use uuid::Uuid;

use crate::database::TestDb;

impl TestDb {
    /// The board in this database, with the product's own settings.
    pub async fn board(&self) -> Callboard {
        self.board_with(OpenOptions::default()).await
    }

    pub async fn board_with(&self, options: OpenOptions) -> Callboard {
        let url = DatabaseUrl::parse(self.url()).expect("the test's own URL");
        Callboard::open(&url, options).await.unwrap_or_else(|error| panic!("cannot open the board: {error}"))
    }

    /// A board with the user `kim`, who acts, and the project `demo` with keys `CB-1`, `CB-2` ...
    pub async fn seed(&self) -> Seed {
        Seed::on(self.board().await, self.raw().await).await
    }
}

/// A board with a user and a project, and short ways to add more.
#[derive(Clone, Debug)]
pub struct Seed {
    pub board: Callboard,
    pub raw: DatabaseConnection,
    pub user: board_users::Model,
    pub project: board_projects::Model,
    /// The acting user.
    pub me: Actor,
    titles: Arc<AtomicUsize>,
}

impl Seed {
    async fn on(board: Callboard, raw: DatabaseConnection) -> Self {
        let user = AddUser { name: "kim".to_owned(), ..AddUser::default() };
        let user = board.run(Actor::SYSTEM, &user).await.expect("add the user");
        let me = Actor::user(user.id);
        let project = AddProject {
            slug: "demo".to_owned(),
            name: "Demo".to_owned(),
            key_prefix: "CB".to_owned(),
            ..AddProject::default()
        };
        let project = board.run(me, &project).await.expect("add the project");
        Self { board, raw, user, project, me, titles: Arc::default() }
    }

    /// An active agent that has nothing but its slug.
    pub async fn agent(&self, slug: &str) -> agent_profiles::Model {
        self.agent_with(slug, &[], None).await
    }

    /// An agent with granted capabilities and, perhaps, a limit of open assignments.
    pub async fn agent_with(
        &self,
        slug: &str,
        grants: &[(&str, CapabilityLevel)],
        max_open: Option<i64>,
    ) -> agent_profiles::Model {
        let register = RegisterAgent {
            grants: grants.iter().map(|(name, level)| ((*name).to_owned(), *level)).collect(),
            max_open_assignments: max_open,
            ..RegisterAgent::new(slug)
        };
        self.board.run(self.me, &register).await.expect("register the agent");
        let found = agent_profiles::Entity::find().filter(agent_profiles::Column::Slug.eq(slug)).one(&self.raw).await;
        found.expect("read the agent").expect("the agent is there")
    }

    /// A ready item with a title of its own.
    pub async fn item(&self) -> work_items::Model {
        let number = self.titles.fetch_add(1, Ordering::Relaxed) + 1;
        self.add(NewItem::titled(format!("item {number}"))).await
    }

    pub async fn add(&self, item: NewItem) -> work_items::Model {
        self.add_all(vec![item]).await.remove(0)
    }

    pub async fn add_all(&self, items: Vec<NewItem>) -> Vec<work_items::Model> {
        self.add_all_in("demo", items).await
    }

    /// As [`Seed::add_all`], in a project of that slug.
    pub async fn add_all_in(&self, project: &str, items: Vec<NewItem>) -> Vec<work_items::Model> {
        let add = AddItems { project: Some(Ref::from(project)), items };
        self.board.run(self.me, &add).await.expect("add the items")
    }

    /// Claims one item for an agent, which acts.
    pub async fn claim(&self, agent: &agent_profiles::Model) -> Claimed {
        self.try_claim(agent).await.expect("something is ready")
    }

    pub async fn try_claim(&self, agent: &agent_profiles::Model) -> Result<Claimed, Error> {
        let outcome = self.board.run(Actor::agent(agent.id), &Claim::one(Ref::Id(agent.id))).await?;
        Ok(outcome.into_claimed()?.remove(0))
    }

    /// The item's row, as it is now.
    pub async fn row(&self, id: Uuid) -> work_items::Model {
        work_items::Entity::find_by_id(id).one(&self.raw).await.expect("read the item").expect("the item is there")
    }

    /// The assignment's row, as it is now.
    pub async fn assignment(&self, id: Uuid) -> task_assignments::Model {
        let row = task_assignments::Entity::find_by_id(id).one(&self.raw).await;
        row.expect("read the assignment").expect("the assignment is there")
    }

    /// The kinds of an item's ledger rows, oldest first.
    pub async fn kinds(&self, item: Uuid) -> Vec<String> {
        self.events(item).await.into_iter().map(|e| e.kind).collect()
    }

    pub async fn events(&self, item: Uuid) -> Vec<work_item_events::Model> {
        work_item_events::Entity::find()
            .filter(work_item_events::Column::WorkItemId.eq(item))
            .order_by_asc(work_item_events::Column::Revision)
            .all(&self.raw)
            .await
            .expect("read the ledger")
    }

    /// PostgreSQL: waits until the server has noticed that a killed program is gone, and taken back what it had begun. Until
    /// then its rows are locked, and a sweep passes them by.
    pub async fn settled(&self) {
        if self.raw.get_database_backend() != DbBackend::Postgres {
            return;
        }
        let busy = "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() \
            AND pid <> pg_backend_pid() AND state <> 'idle'";
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let row = self.raw.query_one_raw(Statement::from_string(DbBackend::Postgres, busy)).await;
            let busy: i64 = row.expect("look").expect("a row").try_get("", "n").expect("a number");
            if busy == 0 {
                return;
            }
            assert!(Instant::now() < deadline, "{busy} sessions go on");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Runs SQL of the test's own.
    pub async fn sql(&self, sql: &str) {
        self.raw.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// Moves the deadline of an assignment into the past, as if its lease had run out a second ago.
    pub async fn lapse(&self, assignment: Uuid) {
        use sea_orm::ActiveValue::Set;
        let past = task_assignments::ActiveModel {
            lease_expires_at: Set(Some(self.board.now() - chrono::TimeDelta::seconds(1))),
            ..Default::default()
        };
        let moved = task_assignments::Entity::update_many()
            .set(past)
            .filter(task_assignments::Column::Id.eq(assignment))
            .exec(&self.raw)
            .await
            .expect("move the deadline");
        assert_eq!(moved.rows_affected, 1, "there is no assignment {assignment}");
    }

    /// Ends the backoff of an item, as if its pause were over.
    pub async fn end_backoff(&self, item: Uuid) {
        use sea_orm::ActiveValue::Set;
        // To the ledger this is the same time that it saw: only the clock is played with, so the row alone moves.
        let due = self.board.now() - chrono::TimeDelta::seconds(1);
        let moved = work_items::Entity::update_many()
            .set(work_items::ActiveModel { available_at: Set(Some(due)), ..Default::default() })
            .filter(work_items::Column::Id.eq(item))
            .filter(work_items::Column::AvailableAt.is_not_null())
            .exec(&self.raw)
            .await
            .expect("end the backoff");
        assert_eq!(moved.rows_affected, 1, "the item is in no backoff");
    }
}

/// Fails when an item's row says something else than its ledger, or a run's than its steps and its ledger.
pub(crate) async fn assert_ledger_replays(t: &TestDb) {
    let board = t.board().await;
    let found = board.read(&ReplayLedger).await.unwrap_or_else(|error| panic!("replay: {error}"));
    assert!(found.is_empty(), "the ledger does not replay to the rows: {found:#?}");
    let found = board.read(&CheckRuns).await.unwrap_or_else(|error| panic!("check the runs: {error}"));
    assert!(found.is_empty(), "what is recorded of runs does not agree: {found:#?}");
}
