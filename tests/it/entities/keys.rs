//! Keys that are changed in the live schema show in the entities, by their columns.

use support::{TestDb, both};

use super::change::Sqlite::Rebuild;
use super::change::{detects, detects_sql};

/// The foreign key of sprints.project_id, as SQLite has it.
const PROJECT: &str = "CONSTRAINT fk_sprints_project_id REFERENCES board_projects (id) ON DELETE CASCADE";

/// Gives sprints.project_id another foreign key, or none.
async fn detects_project(t: &TestDb, key: &str, names: &[&str]) {
    let mut postgres = "ALTER TABLE sprints DROP CONSTRAINT fk_sprints_project_id".to_owned();
    if !key.is_empty() {
        postgres += &format!(", ADD FOREIGN KEY (project_id) {key}");
    }
    detects(t, Rebuild("sprints", PROJECT, key), &postgres, names).await;
}

both! {
    async fn a_foreign_key_dropped(t: TestDb) {
        let names = ["-        from = \"project_id\"", "-    pub project: BelongsTo<super::board_projects::Entity>"];
        detects_project(&t, "", &names).await;
    }

    async fn a_foreign_key_added(t: TestDb) {
        let sqlite = Rebuild(
            "external_refs",
            "\"entity_id\" uuid_text NOT NULL",
            "\"entity_id\" uuid_text NOT NULL REFERENCES work_items",
        );
        let postgres = "ALTER TABLE external_refs ADD FOREIGN KEY (entity_id) REFERENCES work_items";
        let names = ["from = \"entity_id\"", "+    pub external_refs_by_entity: HasMany<super::external_refs::Entity>"];
        detects(&t, sqlite, postgres, &names).await;
    }

    async fn on_delete_changed(t: TestDb) {
        let names = ["from = \"project_id\"", "-        on_delete = \"Cascade\"", "+        on_delete = \"Restrict\""];
        detects_project(&t, "REFERENCES board_projects (id) ON DELETE RESTRICT", &names).await;
    }

    async fn on_delete_dropped(t: TestDb) {
        detects_project(&t, "REFERENCES board_projects (id)", &["project_id", "-        on_delete = \"Cascade\""]).await;
    }

    async fn on_update_added(t: TestDb) {
        let key = "REFERENCES board_projects (id) ON DELETE CASCADE ON UPDATE CASCADE";
        detects_project(&t, key, &["from = \"project_id\"", "+        on_update = \"Cascade\""]).await;
    }

    async fn another_target(t: TestDb) {
        let key = "REFERENCES board_users (id) ON DELETE CASCADE";
        let names = ["from = \"project_id\"", "+    pub project: BelongsTo<super::board_users::Entity>"];
        detects_project(&t, key, &names).await;
    }

    async fn another_target_column(t: TestDb) {
        let postgres = "ALTER TABLE sprints DROP CONSTRAINT fk_sprints_project_id, ALTER COLUMN project_id TYPE text, \
            ADD FOREIGN KEY (project_id) REFERENCES board_projects (slug) ON DELETE CASCADE";
        let sqlite = Rebuild("sprints", PROJECT, "REFERENCES board_projects (slug) ON DELETE CASCADE");
        detects(&t, sqlite, postgres, &["from = \"project_id\"", "+        to = \"slug\""]).await;
    }

    async fn a_unique_index_added(t: TestDb) {
        let names = ["+    #[sea_orm(column_type = \"Text\", unique)]", "pub title:"];
        detects_sql(&t, "CREATE UNIQUE INDEX ux_extra ON sprints (title)", &names).await;
    }

    async fn a_unique_constraint_added(t: TestDb) {
        let sqlite = Rebuild("sprints", "\"title\" text NOT NULL", "\"title\" text NOT NULL UNIQUE");
        let names = ["+    #[sea_orm(column_type = \"Text\", unique)]", "pub title:"];
        detects(&t, sqlite, "ALTER TABLE sprints ADD UNIQUE (title)", &names).await;
    }

    async fn a_unique_index_dropped(t: TestDb) {
        let names = ["-    #[sea_orm(column_type = \"Text\", nullable, unique)]", "pub email:"];
        detects_sql(&t, "DROP INDEX ux_board_users_email", &names).await;
    }

    async fn a_unique_index_becomes_plain(t: TestDb) {
        let sql = "DROP INDEX ux_board_users_email; CREATE INDEX ux_board_users_email ON board_users (email)";
        detects_sql(&t, sql, &["-    #[sea_orm(column_type = \"Text\", nullable, unique)]", "pub email:"]).await;
    }

    async fn a_unique_index_becomes_partial(t: TestDb) {
        let sql = "DROP INDEX ux_board_users_email; \
            CREATE UNIQUE INDEX ux_board_users_email ON board_users (email) WHERE name <> ''";
        let names = ["-    #[sea_orm(column_type = \"Text\", nullable, unique)]", "`ux_board_users_email`", "pub email:"];
        detects_sql(&t, sql, &names).await;
    }

    async fn a_unique_index_loses_a_column(t: TestDb) {
        let sql = "DROP INDEX ux_sprints_project_id_code; CREATE UNIQUE INDEX ux_extra ON sprints (code)";
        let names = ["-    #[sea_orm(unique_key = \"project_id_code\")]", "pub project_id:", "pub code:"];
        detects_sql(&t, sql, &names).await;
    }

    async fn a_column_in_two_unique_keys(t: TestDb) {
        let names = ["unique_key = \"project_id_code\", unique_key = \"project_id_title\")]", "pub title:"];
        detects_sql(&t, "CREATE UNIQUE INDEX ux_extra ON sprints (project_id, title)", &names).await;
    }

    async fn the_fence_dropped(t: TestDb) {
        let names = ["-    /// Unique among the rows of the partial index `ux_task_assignments_open`.", "pub work_item_id:"];
        detects_sql(&t, "DROP INDEX ux_task_assignments_open", &names).await;
    }

    async fn a_primary_key_gets_a_column(t: TestDb) {
        let (from, to) = (r#"PRIMARY KEY ("sprint_id", "work_item_id")"#, r#"PRIMARY KEY ("sprint_id", "position")"#);
        let postgres = "ALTER TABLE sprint_items DROP CONSTRAINT sprint_items_pkey, ADD PRIMARY KEY (sprint_id, position)";
        let names = ["-    pub work_item_id: Uuid", "+    pub work_item_id: Uuid", "pub position:"];
        detects(&t, Rebuild("sprint_items", from, to), postgres, &names).await;
    }

    async fn a_primary_key_dropped(t: TestDb) {
        let sqlite = Rebuild("external_refs", "\"id\" uuid_text NOT NULL PRIMARY KEY", "\"id\" uuid_text NOT NULL");
        let names = ["-    #[sea_orm(primary_key, auto_increment = false)]", "pub id:"];
        detects(&t, sqlite, "ALTER TABLE external_refs DROP CONSTRAINT external_refs_pkey", &names).await;
    }

    async fn a_table_added(t: TestDb) {
        let sql = "CREATE TABLE extra (id bigint NOT NULL PRIMARY KEY, note text)";
        detects_sql(&t, sql, &["+++ new/extra.rs", "+    pub note: Option<String>", "+pub mod extra;"]).await;
    }

    async fn a_table_dropped(t: TestDb) {
        let names = ["--- old/external_refs.rs", "+++ /dev/null", "-    pub source_id: String", "-pub mod external_refs;"];
        detects_sql(&t, "DROP TABLE external_refs", &names).await;
    }

    async fn a_table_renamed(t: TestDb) {
        let names = ["--- old/external_refs.rs", "+++ new/sources.rs", "+    pub source_id: String"];
        detects_sql(&t, "ALTER TABLE external_refs RENAME TO sources", &names).await;
    }
}
