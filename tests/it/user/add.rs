//! Adding users.

use callboard_service::entity::board_users;
use callboard_service::user::AddUser;
use callboard_service::{Conflict, Error, ErrorKind};
use sea_orm::EntityTrait;
use support::{Seed, TestDb, both};

fn user(name: &str, email: Option<&str>) -> AddUser {
    AddUser { name: name.to_owned(), email: email.map(str::to_owned) }
}

both! {
    async fn a_user_is_stored_with_the_address_in_lower_case(t: TestDb) {
        let seed = t.seed().await;
        let added = seed.board.run(seed.me, &user("Zoë Ångström", Some(" Zoe@Example.ORG "))).await.expect("add");
        assert_eq!(added.email.as_deref(), Some("zoe@example.org"));
        let row = board_users::Entity::find_by_id(added.id).one(&seed.raw).await.expect("read").expect("a row");
        assert_eq!(row, added);
    }

    async fn a_name_or_an_address_is_taken_once(t: TestDb) {
        let seed = t.seed().await;
        seed.board.run(seed.me, &user("ada", Some("ada@x.org"))).await.expect("add");
        for (again, taken) in [(user("ada", None), "ada"), (user("ada2", Some("ADA@x.org")), "ada@x.org")] {
            let error = seed.board.run(seed.me, &again).await.expect_err("taken");
            match error {
                Error::Conflict(Conflict::Exists { entity: "user", name }) => assert_eq!(name, taken),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(names(&seed).await, ["ada", "kim"]);
    }

    async fn bad_input_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let long = "x".repeat(501);
        let bad = [
            (user("", None), "name"),
            (user("  \t", None), "name"),
            (user(&long, None), "name"),
            (user("a\u{202E}b", None), "name"),
            (user("019bcd9e-0000-7000-8000-000000000000", None), "name"),
            (user("ada", Some("ada")), "email"),
            (user("ada", Some("@x.org")), "email"),
            (user("ada", Some("a b@x.org")), "email"),
            (user("ada", Some("a@b@c")), "email"),
        ];
        for (input, expected) in bad {
            let error = seed.board.run(seed.me, &input).await.expect_err("refused");
            assert_eq!(error.kind(), ErrorKind::Invalid);
            assert!(matches!(error, Error::Invalid { field, .. } if field == expected), "{input:?}: {error:?}");
        }
        assert_eq!(names(&seed).await, ["kim"]);
    }
}

async fn names(seed: &Seed) -> Vec<String> {
    let rows = board_users::Entity::find().all(&seed.raw).await.expect("read the users");
    let mut names: Vec<String> = rows.into_iter().map(|user| user.name).collect();
    names.sort();
    names
}
