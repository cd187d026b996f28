//! Two first starts at once give a board one user and one project.

use std::sync::Arc;

use callboard_service::entity::{board_projects, board_users};
use callboard_service::setting::{InitBoard, project_from_name};
use callboard_service::user::AddUser;
use callboard_service::{Actor, Callboard};
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait};
use support::{TestDb, both};
use tokio::sync::Barrier;

use super::race::{CONTROL_ROUNDS, ROUNDS, assert_raced, boards, meet, race};

/// No name in common: no unique index stands between the two.
fn inits() -> [InitBoard; 2] {
    [("ada", "First"), ("bob", "Second")].map(|(user, project)| InitBoard {
        first_user: user.to_owned(),
        first_project: project_from_name(project),
        ..InitBoard::default()
    })
}

/// Back to a board that has nothing.
async fn empty(raw: &DatabaseConnection) {
    for table in ["board_settings", "board_projects", "board_users"] {
        raw.execute_unprepared(&format!("DELETE FROM {table}")).await.expect("empty the table");
    }
}

async fn names(raw: &DatabaseConnection) -> (Vec<String>, Vec<String>) {
    let users = board_users::Entity::find().all(raw).await.expect("read the users");
    let projects = board_projects::Entity::find().all(raw).await.expect("read the projects");
    (users.into_iter().map(|user| user.name).collect(), projects.into_iter().map(|project| project.slug).collect())
}

both! {
    async fn of_two_first_starts_one_adds_and_the_other_finds_it(t: TestDb) {
        let raw = t.raw().await;
        let boards = boards(&t).await;
        let (mut overlaps, mut ada_first) = (0, 0);
        for round in 0..ROUNDS {
            let [ada, bob] = inits();
            let (a, b, overlap) = race(&boards, [Actor::SYSTEM; 2], ada, bob).await;
            overlaps += usize::from(overlap);
            let (a, b) = (a.expect("init"), b.expect("init"));
            ada_first += usize::from(a.added_user.is_some());
            let (first, second, user, project) =
                if a.added_user.is_some() { (a, b, "ada", "first") } else { (b, a, "bob", "second") };
            assert!(first.added_user.is_some() && first.added_project.is_some(), "round {round}: {first:?}");
            assert_eq!((second.added_user, second.added_project), (None, None), "round {round}");
            for (actor, default) in
                [(first.default_actor, first.default_project), (second.default_actor, second.default_project)]
            {
                assert_eq!((actor, default), (Some(format!("user:{user}")), Some(project.to_owned())), "round {round}");
            }
            assert_eq!(names(&raw).await, (vec![user.to_owned()], vec![project.to_owned()]), "round {round}");
            empty(&raw).await;
        }
        assert_raced(overlaps, ada_first);
    }

    /// The control: whether the board has a user and a project is asked first, and they are added then, without the lock.
    async fn without_the_lock_a_new_board_gets_two_users(t: TestDb) {
        let raw = t.raw().await;
        let boards = boards(&t).await;
        let mut lost = 0;
        for _ in 0..CONTROL_ROUNDS {
            let barrier = Arc::new(Barrier::new(2));
            let [ada, bob] = inits();
            let [one, two] = [(0, ada), (1, bob)].map(|(board, init)| {
                tokio::spawn(unlocked(boards[board].clone(), raw.clone(), init, Arc::clone(&barrier)))
            });
            one.await.expect("the call ends");
            two.await.expect("the call ends");
            let (users, projects) = names(&raw).await;
            lost += usize::from(users.len() > 1 && projects.len() > 1);
            empty(&raw).await;
        }
        assert!(lost > 0, "the race was never hit: the test above would prove nothing");
    }
}

/// What a first start would be without its lock: a look, a decision, the writes.
async fn unlocked(board: Callboard, raw: DatabaseConnection, init: InitBoard, barrier: Arc<Barrier>) {
    let found = names(&raw).await;
    meet(&barrier).await;
    if found.0.is_empty() {
        board.run(Actor::SYSTEM, &AddUser { name: init.first_user, email: None }).await.expect("add the user");
    }
    if found.1.is_empty() {
        board.run(Actor::SYSTEM, &init.first_project).await.expect("add the project");
    }
}
