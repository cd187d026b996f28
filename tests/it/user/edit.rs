//! Editing users.

use callboard_service::entity::board_users;
use callboard_service::setting::{GetSetting, SetSetting};
use callboard_service::user::{AddUser, EditUser};
use callboard_service::{Change, Conflict, Error, Ref};
use sea_orm::EntityTrait;
use serde_json::json;
use support::{TestDb, both};

fn edit(user: &str) -> EditUser {
    EditUser { user: Ref::from(user), name: None, email: Change::Keep }
}

both! {
    async fn what_is_not_named_stays(t: TestDb) {
        let seed = t.seed().await;
        let email = EditUser { email: Change::Set("Kim@X.org".to_owned()), ..edit("kim") };
        seed.board.run(seed.me, &email).await.expect("set the address");
        let name = EditUser { name: Some("kimberly".to_owned()), ..edit("kim") };
        let after = seed.board.run(seed.me, &name).await.expect("rename");
        assert_eq!((after.name.as_str(), after.email.as_deref()), ("kimberly", Some("kim@x.org")));
        let row = board_users::Entity::find_by_id(seed.user.id).one(&seed.raw).await.expect("read").expect("a row");
        assert_eq!(row, after);
        assert!(row.updated_at > row.created_at);
        let clear = EditUser { email: Change::Clear, ..edit("kimberly") };
        assert_eq!(seed.board.run(seed.me, &clear).await.expect("clear").email, None);
    }

    async fn an_edit_that_changes_nothing_writes_nothing(t: TestDb) {
        let seed = t.seed().await;
        let same = EditUser { name: Some("kim".to_owned()), ..edit("kim") };
        assert_eq!(seed.board.run(seed.me, &same).await.expect("nothing to do"), seed.user);
    }

    async fn the_default_actor_follows_a_new_name(t: TestDb) {
        let seed = t.seed().await;
        let set = SetSetting { key: "default_actor".to_owned(), value: json!("user:kim"), project: None };
        seed.board.run(seed.me, &set).await.expect("set");
        seed.board.run(seed.me, &EditUser { name: Some("lee".to_owned()), ..edit("kim") }).await.expect("rename");
        let get = GetSetting { key: "default_actor".to_owned(), project: None };
        assert_eq!(seed.board.read(&get).await.expect("get").value, Some(json!("user:lee")));
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        let other = AddUser { name: "ada".to_owned(), email: Some("ada@x.org".to_owned()) };
        seed.board.run(seed.me, &other).await.expect("add");
        let taken = [
            EditUser { name: Some("ada".to_owned()), ..edit("kim") },
            EditUser { email: Change::Set("ADA@x.org".to_owned()), ..edit("kim") },
        ];
        for edit in taken {
            let error = seed.board.run(seed.me, &edit).await.expect_err("taken");
            assert!(matches!(error, Error::Conflict(Conflict::Exists { entity: "user", .. })), "{error:?}");
        }
        let error = seed.board.run(seed.me, &EditUser { name: Some(" ".to_owned()), ..edit("kim") }).await;
        assert!(matches!(error, Err(Error::Invalid { field: "name", .. })), "{error:?}");
        let error = seed.board.run(seed.me, &edit("nobody")).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "user", .. })), "{error:?}");
    }
}
