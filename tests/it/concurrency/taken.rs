//! Two calls at once never give one e-mail address to two users, or one slug to two agents.

use std::sync::Arc;

use callboard_service::agent::RegisterAgent;
use callboard_service::entity::{agent_profiles, board_users};
use callboard_service::user::AddUser;
use callboard_service::{Conflict, Error};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use support::{Kind, Seed, TestDb, both};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::race::{CONTROL_ROUNDS, ROUNDS, assert_raced, boards, meet, race};

both! {
    async fn of_two_users_with_one_address_one_is_added(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let (mut overlaps, mut ada_first) = (0, 0);
        for round in 0..ROUNDS {
            let address = address(round);
            let [ada, bob] = ["ada", "bob"].map(|name| user(name, round));
            let (a, b, overlap) = race(&boards, [seed.me; 2], ada, bob).await;
            overlaps += usize::from(overlap);
            ada_first += usize::from(a.is_ok());
            let added = one_of([a, b], "user", &address);
            assert_eq!(added.email, Some(address.clone()), "round {round}");
            assert_eq!(with_address(&seed, &address).await, 1, "round {round}");
        }
        assert_raced(overlaps, ada_first);
    }

    /// The control: a look and then an insert give one address twice where the index is missing.
    async fn without_the_index_one_address_is_given_twice(t: TestDb) {
        let seed = t.seed().await;
        seed.sql("DROP INDEX ux_board_users_email").await;
        let mut twice = 0;
        for round in 0..CONTROL_ROUNDS {
            let barrier = Arc::new(Barrier::new(2));
            let calls = ["ada", "bob"].map(|name| {
                tokio::spawn(unguarded_user(seed.clone(), user(name, round), Arc::clone(&barrier)))
            });
            for call in calls {
                call.await.expect("the call ends");
            }
            twice += usize::from(with_address(&seed, &address(round)).await > 1);
        }
        assert!(twice > 0, "the race was never hit: the test above would prove nothing");
        // The verbs themselves: on SQLite they follow each other, so that their own check suffices there.
        let boards = boards(&t).await;
        let mut twice = 0;
        for round in CONTROL_ROUNDS..2 * CONTROL_ROUNDS {
            let [ada, bob] = ["ada", "bob"].map(|name| user(name, round));
            // What each of them gave does not matter here.
            let _ = race(&boards, [seed.me; 2], ada, bob).await;
            twice += usize::from(with_address(&seed, &address(round)).await > 1);
        }
        assert_eq!(twice > 0, t.kind() == Kind::Postgres, "{twice}");
    }

    async fn of_two_agents_with_one_slug_one_is_registered(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let (mut overlaps, mut one_first) = (0, 0);
        for round in 0..ROUNDS {
            let slug = format!("coder-{round}");
            let register = || RegisterAgent::new(&*slug);
            let (a, b, overlap) = race(&boards, [seed.me; 2], register(), register()).await;
            overlaps += usize::from(overlap);
            one_first += usize::from(a.is_ok());
            assert_eq!(one_of([a, b], "agent", &slug).slug, slug, "round {round}");
            assert_eq!(with_slug(&seed, &slug).await, 1, "round {round}");
        }
        assert_raced(overlaps, one_first);
    }

    /// The control: as that of the addresses.
    async fn without_the_index_one_slug_is_given_twice(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.sql("DROP INDEX ux_agent_profiles_slug").await;
        let mut twice = 0;
        for round in 0..CONTROL_ROUNDS {
            let slug = format!("coder-{round}");
            let barrier = Arc::new(Barrier::new(2));
            let calls = [0, 1].map(|_| {
                let new = agent_profiles::Model { id: Uuid::now_v7(), slug: slug.clone(), ..agent.clone() };
                tokio::spawn(unguarded_agent(seed.clone(), new, Arc::clone(&barrier)))
            });
            for call in calls {
                call.await.expect("the call ends");
            }
            twice += usize::from(with_slug(&seed, &slug).await > 1);
        }
        assert!(twice > 0, "the race was never hit: the test above would prove nothing");
        let boards = boards(&t).await;
        let mut twice = 0;
        for round in CONTROL_ROUNDS..2 * CONTROL_ROUNDS {
            let slug = format!("coder-{round}");
            let register = || RegisterAgent::new(&*slug);
            let _ = race(&boards, [seed.me; 2], register(), register()).await;
            twice += usize::from(with_slug(&seed, &slug).await > 1);
        }
        assert_eq!(twice > 0, t.kind() == Kind::Postgres, "{twice}");
    }
}

fn address(round: usize) -> String {
    format!("u{round}@example.org")
}

/// Users of one round share the address alone.
fn user(name: &str, round: usize) -> AddUser {
    AddUser { name: format!("{name} {round}"), email: Some(address(round)) }
}

/// The row of the one that succeeded; the other was refused for what is taken.
#[track_caller]
fn one_of<M: std::fmt::Debug>(results: [Result<M, Error>; 2], of: &str, taken: &str) -> M {
    match results {
        [Ok(row), Err(Error::Conflict(Conflict::Exists { entity, name }))]
        | [Err(Error::Conflict(Conflict::Exists { entity, name })), Ok(row)] => {
            assert_eq!((entity, name.as_str()), (of, taken));
            row
        }
        both => panic!("exactly one gets {taken}: {both:?}"),
    }
}

async fn with_address(seed: &Seed, address: &str) -> u64 {
    let users = board_users::Entity::find().filter(board_users::Column::Email.eq(address));
    users.count(&seed.raw).await.expect("count the users")
}

async fn with_slug(seed: &Seed, slug: &str) -> u64 {
    let agents = agent_profiles::Entity::find().filter(agent_profiles::Column::Slug.eq(slug));
    agents.count(&seed.raw).await.expect("count the agents")
}

/// What adding a user would be without the index: a look and then an insert.
async fn unguarded_user(seed: Seed, add: AddUser, barrier: Arc<Barrier>) {
    let there = with_address(&seed, add.email.as_deref().expect("an address")).await;
    meet(&barrier).await;
    if there > 0 {
        return;
    }
    let now = seed.board.now();
    let AddUser { name, email } = add;
    let user = board_users::Model { id: Uuid::now_v7(), name, email, created_at: now, updated_at: now };
    let insert = board_users::Entity::insert(user.into_active_model().reset_all());
    insert.exec_without_returning(&seed.raw).await.expect("insert the user");
}

/// What registering an agent would be without the index.
async fn unguarded_agent(seed: Seed, agent: agent_profiles::Model, barrier: Arc<Barrier>) {
    let there = with_slug(&seed, &agent.slug).await;
    meet(&barrier).await;
    if there > 0 {
        return;
    }
    let insert = agent_profiles::Entity::insert(agent.into_active_model().reset_all());
    insert.exec_without_returning(&seed.raw).await.expect("insert the agent");
}
