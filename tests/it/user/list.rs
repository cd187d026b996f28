//! Listing users.

use callboard_service::entity::board_users::Model;
use callboard_service::user::{AddUser, ListUsers};
use callboard_service::{Error, Page};
use support::{Seed, TestDb, both};

async fn fill(seed: &Seed) {
    for (name, email) in [("Ada", Some("ada@navy.mil")), ("Grace", None), ("joan 100%", None), ("Zoë", None)] {
        let add = AddUser { name: name.to_owned(), email: email.map(str::to_owned) };
        seed.board.run(seed.me, &add).await.expect("add");
    }
}

fn names(page: &Page<Model>) -> Vec<&str> {
    page.rows.iter().map(|user| user.name.as_str()).collect()
}

both! {
    async fn pages_hold_everyone_once(t: TestDb) {
        let seed = t.seed().await;
        fill(&seed).await;
        let mut list = ListUsers { limit: Some(2), ..ListUsers::default() };
        let mut pages = Vec::new();
        loop {
            let page = seed.board.read(&list).await.expect("list");
            pages.push(names(&page).iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
            list.after = page.next;
            if list.after.is_none() {
                break;
            }
        }
        assert_eq!(pages, [vec!["kim", "Ada"], vec!["Grace", "joan 100%"], vec!["Zoë"]]);
    }

    async fn a_text_is_looked_for_in_name_and_address(t: TestDb) {
        let seed = t.seed().await;
        fill(&seed).await;
        let expected: [(&str, &[&str]); 6] = [
            ("ADA", &["Ada"]),
            ("NAVY", &["Ada"]),
            ("100%", &["joan 100%"]),
            ("%", &["joan 100%"]),
            ("_", &[]),
            ("zoË", &[]),
        ];
        for (text, found) in expected {
            let list = ListUsers { text: Some(text.to_owned()), ..ListUsers::default() };
            assert_eq!(names(&seed.board.read(&list).await.expect("list")), found, "{text}");
        }
    }

    async fn a_limit_has_its_bounds(t: TestDb) {
        let seed = t.seed().await;
        for limit in [0, 501] {
            let list = ListUsers { limit: Some(limit), ..ListUsers::default() };
            let error = seed.board.read(&list).await.expect_err("refused");
            assert!(matches!(error, Error::Invalid { field: "limit", .. }), "{error:?}");
        }
    }
}
