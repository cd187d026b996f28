//! What a new board is given.

use callboard_service::entity::{board_projects, board_users};
use callboard_service::project::AddProject;
use callboard_service::setting::{InitBoard, project_from_name};
use callboard_service::{Actor, Error};
use sea_orm::EntityTrait;
use support::{TestDb, both};

fn init() -> InitBoard {
    InitBoard {
        user: None,
        project: None,
        first_user: "ada".to_owned(),
        first_project: project_from_name("My Web App"),
    }
}

async fn names(t: &TestDb) -> (Vec<String>, Vec<String>) {
    let raw = t.raw().await;
    let users = board_users::Entity::find().all(&raw).await.expect("read the users");
    let projects = board_projects::Entity::find().all(&raw).await.expect("read the projects");
    (users.into_iter().map(|u| u.name).collect(), projects.into_iter().map(|p| p.slug).collect())
}

both! {
    async fn an_empty_board_gets_a_user_and_a_project_once(t: TestDb) {
        let board = t.board().await;
        let first = board.run(Actor::SYSTEM, &init()).await.expect("init");
        assert_eq!(first.default_actor.as_deref(), Some("user:ada"));
        assert_eq!(first.default_project.as_deref(), Some("my-web-app"));
        assert!(first.added_user.is_some() && first.added_project.is_some());
        let again = board.run(Actor::SYSTEM, &init()).await.expect("init");
        assert_eq!((again.added_user, again.added_project), (None, None));
        assert_eq!(again.default_actor, first.default_actor);
        assert_eq!(names(&t).await, (vec!["ada".to_owned()], vec!["my-web-app".to_owned()]));
    }

    async fn what_is_named_is_added_and_the_defaults_stay(t: TestDb) {
        let board = t.board().await;
        board.run(Actor::SYSTEM, &init()).await.expect("init");
        let more = InitBoard {
            user: Some("grace".to_owned()),
            project: Some(project_from_name("Second")),
            ..init()
        };
        let found = board.run(Actor::SYSTEM, &more).await.expect("init");
        assert_eq!(found.added_user.map(|user| user.name).as_deref(), Some("grace"));
        assert_eq!(found.added_project.map(|project| project.slug).as_deref(), Some("second"));
        assert_eq!(found.default_actor.as_deref(), Some("user:ada"));
        assert_eq!(found.default_project.as_deref(), Some("my-web-app"));
    }

    async fn a_refusal_adds_nothing(t: TestDb) {
        let board = t.board().await;
        let bad = InitBoard { first_project: AddProject { slug: "A B".to_owned(), ..AddProject::default() }, ..init() };
        let error = board.run(Actor::SYSTEM, &bad).await;
        assert!(matches!(error, Err(Error::Invalid { field: "slug", .. })), "{error:?}");
        assert_eq!(names(&t).await, (Vec::new(), Vec::new()));
    }
}
