//! Many adds or renames at once never give one name to two users.

use std::sync::Arc;
use std::time::Instant;

use callboard_service::entity::board_users;
use callboard_service::import::ImportBeads;
use callboard_service::project::AddProject;
use callboard_service::user::{AddUser, EditUser};
use callboard_service::{Actor, Callboard, Change, Conflict, Error, Ref};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseConnection, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    SqlErr, TransactionTrait,
};
use support::{Kind, Seed, TestDb, both};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::race::{Timed, boards, meet, race};

const TASKS: usize = 8;
const ROUNDS: usize = 25;

type Call = Timed<board_users::Model>;

both! {
    async fn of_many_adds_of_one_name_one_succeeds(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let mut overlaps = 0;
        for round in 0..ROUNDS {
            let name = format!("user {round}");
            let calls = adds(&boards, seed.me, &name).await;
            overlaps += usize::from(overlap(&calls));
            let added = one_of(calls, &name);
            assert_eq!(added.name, name);
            assert_eq!(named(&seed.raw, &name).await, 1, "{name}");
        }
        assert!(overlaps > ROUNDS / 2, "only {overlaps} of {ROUNDS} rounds were races");
    }

    async fn of_many_renames_to_one_name_one_succeeds(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let mut users = Vec::new();
        for n in 0..TASKS {
            let email = Some(format!("user{n}@example.org"));
            users.push(seed.board.run(seed.me, &AddUser { name: format!("user {n}"), email }).await.expect("add").id);
        }
        let mut overlaps = 0;
        for round in 0..ROUNDS {
            let name = format!("name {round}");
            let rename = |n: usize| EditUser { user: Ref::Id(users[n]), name: Some(name.clone()), email: Change::Keep };
            let calls = at_once(&boards, seed.me, (0..TASKS).map(rename).collect()).await;
            overlaps += usize::from(overlap(&calls));
            let renamed = one_of(calls, &name);
            assert!(users.contains(&renamed.id) && renamed.name == name, "{renamed:?}");
            assert_eq!(named(&seed.raw, &name).await, 1, "{name}");
        }
        assert!(overlaps > ROUNDS / 2, "only {overlaps} of {ROUNDS} rounds were races");
    }

    /// Imports into two projects wait for nothing of each other's, and both need the same new people.
    async fn two_imports_at_once_share_the_people_whom_they_name(t: TestDb) {
        let seed = t.seed().await;
        let other = AddProject { slug: "two".to_owned(), name: "Two".to_owned(), key_prefix: "TW".to_owned(), ..AddProject::default() };
        seed.board.run(seed.me, &other).await.expect("add a project");
        let boards = boards(&t).await;
        let mut overlaps = 0;
        for round in 0..ROUNDS {
            let line = |person: usize| serde_json::json!({
                "id": format!("r{round}-{person}"), "title": "x", "assignee": format!("person {round} {person}"),
                "created_at": "2026-02-01T00:00:00Z",
            });
            let content: Vec<String> = (0..20).map(|person| line(person).to_string()).collect();
            let [one, two] = ["demo", "two"].map(|project| ImportBeads {
                project: Some(Ref::from(project)),
                source: project.to_owned(),
                content: content.join("\n"),
            });
            let (a, b, overlap) = race(&boards, [seed.me; 2], one, two).await;
            overlaps += usize::from(overlap);
            let (a, b) = (a.expect("import"), b.expect("import"));
            assert_eq!((a.rows.created, b.rows.created), (20, 20));
            assert_eq!(a.users.len() + b.users.len(), 20, "each of them is added once: {:?} {:?}", a.users, b.users);
        }
        assert_eq!(board_users::Entity::find().count(&seed.raw).await.expect("count"), 1 + 20 * ROUNDS as u64);
        assert!(overlaps > ROUNDS / 2, "only {overlaps} of {ROUNDS} rounds were races");
    }

    /// The control: a look and then an insert, as a verb does it, gives one name twice where the index is missing.
    async fn without_the_index_one_name_is_given_twice(t: TestDb) {
        let seed = t.seed().await;
        for round in 0..10 {
            let name = format!("with {round}");
            let refused = unguarded_pair(&seed, &name).await;
            assert_eq!((refused, named(&seed.raw, &name).await), (1, 1), "the index refuses the second");
        }
        seed.sql("DROP INDEX ux_board_users_name").await;
        let mut twice = 0;
        for round in 0..10 {
            let name = format!("without {round}");
            unguarded_pair(&seed, &name).await;
            twice += usize::from(named(&seed.raw, &name).await > 1);
        }
        assert!(twice > 0, "the race was never hit: the tests above would prove nothing");
        // The verbs themselves: on SQLite they follow each other, so that their own check suffices there.
        let boards = boards(&t).await;
        let mut twice = 0;
        for round in 0..ROUNDS {
            let name = format!("verb {round}");
            adds(&boards, seed.me, &name).await;
            twice += usize::from(named(&seed.raw, &name).await > 1);
        }
        assert_eq!(twice > 0, t.kind() == Kind::Postgres, "{twice}");
    }
}

async fn adds(boards: &[Callboard], me: Actor, name: &str) -> Vec<Call> {
    // Every other one with an address, which is not what is taken.
    let email = |n: usize| n.is_multiple_of(2).then(|| format!("{}-{n}@example.org", name.replace(' ', "-")));
    at_once(boards, me, (0..TASKS).map(|n| AddUser { name: name.to_owned(), email: email(n) }).collect()).await
}

/// Runs the verbs from tasks that begin together.
async fn at_once<V>(boards: &[Callboard], me: Actor, verbs: Vec<V>) -> Vec<Call>
where
    V: callboard_service::Verb<Output = board_users::Model> + Send + 'static,
{
    let start = Arc::new(Barrier::new(verbs.len()));
    let tasks: Vec<_> = verbs
        .into_iter()
        .enumerate()
        .map(|(n, verb)| {
            let (board, start) = (boards[n % boards.len()].clone(), Arc::clone(&start));
            tokio::spawn(async move {
                start.wait().await;
                let begun = Instant::now();
                (board.run(me, &verb).await, begun, Instant::now())
            })
        })
        .collect();
    let mut calls = Vec::new();
    for task in tasks {
        calls.push(task.await.expect("the call ends"));
    }
    calls
}

/// Whether the call that got the name and another one were under way at one time: the race is between these, and a
/// quick winner may be done before the last of eight tasks is even scheduled.
fn overlap(calls: &[Call]) -> bool {
    let won = calls.iter().position(|call| call.0.is_ok());
    let others = |winner: usize| calls.iter().enumerate().filter(move |(n, _)| *n != winner).map(|(_, call)| call);
    won.is_some_and(|winner| others(winner).any(|call| call.1 < calls[winner].2 && calls[winner].1 < call.2))
}

/// The one that succeeded; all others were refused for that name.
fn one_of(calls: Vec<Call>, taken: &str) -> board_users::Model {
    let mut added = Vec::new();
    for (result, ..) in calls {
        match result {
            Ok(user) => added.push(user),
            Err(Error::Conflict(Conflict::Exists { entity: "user", name })) => assert_eq!(name, taken),
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(added.len(), 1, "{added:?}");
    added.remove(0)
}

async fn named(raw: &DatabaseConnection, name: &str) -> u64 {
    let users = board_users::Entity::find().filter(board_users::Column::Name.eq(name));
    users.count(raw).await.expect("count the users")
}

/// Two tasks that look and then insert, with nothing between them but the index; how many of them it refused.
async fn unguarded_pair(seed: &Seed, name: &str) -> usize {
    let start = Arc::new(Barrier::new(2));
    let [a, b] = [0, 1].map(|_| tokio::spawn(unguarded(seed.clone(), name.to_owned(), Arc::clone(&start))));
    [a.await, b.await].into_iter().filter(|refused| *refused.as_ref().expect("the call ends")).count()
}

/// Whether the index refused the name.
async fn unguarded(seed: Seed, name: String, start: Arc<Barrier>) -> bool {
    let there = named(&seed.raw, &name).await;
    meet(&start).await;
    assert_eq!(there, 0, "both have looked before one inserts");
    let now = seed.board.now();
    let user = board_users::Model { id: Uuid::now_v7(), name, email: None, created_at: now, updated_at: now };
    let tx = seed.raw.begin().await.expect("begin");
    let insert = board_users::Entity::insert(user.into_active_model().reset_all());
    match insert.exec_without_returning(&tx).await {
        Ok(_) => tx.commit().await.map(|()| false).expect("commit"),
        Err(error) => {
            assert!(matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))), "{error}");
            true
        }
    }
}
