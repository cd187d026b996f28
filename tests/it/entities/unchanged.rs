//! A schema that is the same, or differs in what is no part of an entity, is never reported.

use sea_orm::TransactionTrait;
use support::{Kind, TestDb, both};

use super::change::Sqlite::Rebuild;
use super::change::{apply, committed, difference, generated, run};

both! {
    async fn the_committed_entities_are_those_of_the_migrations(t: TestDb) {
        assert_eq!(difference(&committed(), &generated(&t.raw().await).await), None);
    }

    async fn what_is_no_part_of_an_entity_is_not_reported(t: TestDb) {
        let db = t.raw().await.begin().await.expect("begin");
        let before = generated(&db).await;
        let id = match t.kind() {
            Kind::Sqlite => "x'00'",
            Kind::Postgres => "gen_random_uuid()",
        };
        let changes = [
            "DROP TABLE callboard_migrations",
            "CREATE INDEX ix_extra ON work_items (lower(title))",
            "CREATE UNIQUE INDEX ux_extra ON board_users (lower(name))",
            "CREATE VIEW open_items AS SELECT id FROM work_items WHERE completed_at IS NULL",
            &format!("INSERT INTO board_users VALUES ({id}, 'Ada', NULL, '2026-11-21', '2026-11-21')"),
            "ANALYZE",
        ];
        for change in changes {
            run(&db, change).await;
            assert_eq!(difference(&before, &generated(&db).await), None, "{change}");
        }
        db.rollback().await.expect("roll back");
    }

    async fn a_list_in_other_words_is_not_reported(t: TestDb) {
        let db = t.raw().await;
        let before = generated(&db).await;
        let tx = db.begin().await.expect("begin");
        let sqlite = Rebuild(
            "sprints",
            "CHECK (status IN ('planning', 'active', 'completed', 'on_hold'))",
            "check -- (\n(/* ' */(\"status\" in ('planning','active','completed','on_hold')))",
        );
        let postgres = "ALTER TABLE sprints DROP CONSTRAINT ck_sprints_status, \
            ADD CONSTRAINT other CHECK (((status)::varchar(20) IN ('planning', 'active', 'completed', 'on_hold')))";
        apply(&t, &tx, sqlite, postgres).await;
        assert_eq!(difference(&before, &generated(&tx).await), None);
    }
}
