//! A column that is changed in the live schema shows in the entities, by its name.

use support::{TestDb, both};

use super::change::Sqlite::Rebuild;
use super::change::{detects, detects_sql};

both! {
    async fn a_column_added(t: TestDb) {
        detects_sql(&t, "ALTER TABLE sprints ADD COLUMN colour text", &["+    pub colour: Option<String>"]).await;
    }

    async fn a_column_dropped(t: TestDb) {
        detects_sql(&t, "ALTER TABLE sprints DROP COLUMN goal", &["-    pub goal: Option<String>"]).await;
    }

    async fn a_column_renamed(t: TestDb) {
        let names = ["-    pub goal:", "+    pub aim:"];
        detects_sql(&t, "ALTER TABLE sprints RENAME COLUMN goal TO aim", &names).await;
    }

    async fn text_becomes_a_number(t: TestDb) {
        let postgres = "ALTER TABLE sprints ALTER COLUMN goal TYPE bigint USING NULL";
        let names = ["-    pub goal: Option<String>", "+    pub goal: Option<i64>"];
        detects(&t, Rebuild("sprints", r#""goal" text"#, r#""goal" integer"#), postgres, &names).await;
    }

    async fn text_gets_a_length(t: TestDb) {
        let postgres = "ALTER TABLE sprints ALTER COLUMN goal TYPE varchar(20)";
        detects(&t, Rebuild("sprints", r#""goal" text"#, r#""goal" varchar(20)"#), postgres, &["pub goal:"]).await;
    }

    async fn a_vocabulary_gets_a_length(t: TestDb) {
        let postgres = "ALTER TABLE sprints ALTER COLUMN status TYPE varchar(20)";
        let names = ["`sprints.status`"];
        detects(&t, Rebuild("sprints", r#""status" text"#, r#""status" varchar(20)"#), postgres, &names).await;
    }

    async fn json_becomes_text(t: TestDb) {
        let postgres = "ALTER TABLE sprints ALTER COLUMN metadata TYPE text";
        let names = ["+    pub metadata: Option<String>"];
        detects(&t, Rebuild("sprints", r#""metadata" jsonb_text"#, r#""metadata" text"#), postgres, &names).await;
    }

    async fn a_time_loses_its_zone(t: TestDb) {
        let postgres = "ALTER TABLE sprints ALTER COLUMN updated_at TYPE timestamp";
        let from = r#""updated_at" timestamp_with_timezone_text"#;
        let names = ["-    pub updated_at: DateTimeUtc", "+    pub updated_at: DateTime,"];
        detects(&t, Rebuild("sprints", from, r#""updated_at" timestamp_text"#), postgres, &names).await;
    }

    async fn a_decimal_gets_another_scale(t: TestDb) {
        let postgres = "ALTER TABLE work_items ALTER COLUMN actual_hours TYPE numeric(8, 3)";
        let from = r#""actual_hours" real(8, 2)"#;
        let names = ["(8, 3)", "pub actual_hours:"];
        detects(&t, Rebuild("work_items", from, r#""actual_hours" real(8, 3)"#), postgres, &names).await;
    }

    async fn a_double_becomes_a_single(t: TestDb) {
        let postgres = "ALTER TABLE workflow_steps ALTER COLUMN execution_time_seconds TYPE real";
        let from = r#""execution_time_seconds" double"#;
        let names = ["-    pub execution_time_seconds: Option<f64>", "+    pub execution_time_seconds: Option<f32>"];
        detects(&t, Rebuild("workflow_steps", from, r#""execution_time_seconds" float"#), postgres, &names).await;
    }

    async fn a_column_becomes_nullable(t: TestDb) {
        let postgres = "ALTER TABLE sprints ALTER COLUMN title DROP NOT NULL";
        let from = r#""title" text NOT NULL"#;
        let names = ["+    pub title: Option<String>"];
        detects(&t, Rebuild("sprints", from, r#""title" text"#), postgres, &names).await;
    }

    async fn a_column_becomes_mandatory(t: TestDb) {
        let postgres = "ALTER TABLE sprints ALTER COLUMN goal SET NOT NULL";
        let names = ["+    pub goal: String"];
        detects(&t, Rebuild("sprints", r#""goal" text NULL"#, r#""goal" text NOT NULL"#), postgres, &names).await;
    }

    async fn a_default_added(t: TestDb) {
        let postgres = "ALTER TABLE sprints ALTER COLUMN title SET DEFAULT 'it''s'";
        let from = r#""title" text NOT NULL"#;
        let names = [r#"default_value = "it's""#, "pub title:"];
        detects(&t, Rebuild("sprints", from, r#""title" text NOT NULL DEFAULT 'it''s'"#), postgres, &names).await;
    }

    async fn a_default_changed(t: TestDb) {
        let postgres = "ALTER TABLE work_items ALTER COLUMN max_attempts SET DEFAULT -5";
        let from = r#""max_attempts" integer NOT NULL DEFAULT 3"#;
        let names = ["default_value = -5", "pub max_attempts:"];
        let to = r#""max_attempts" integer NOT NULL DEFAULT -5"#;
        detects(&t, Rebuild("work_items", from, to), postgres, &names).await;
    }

    async fn a_default_dropped(t: TestDb) {
        let postgres = "ALTER TABLE work_items ALTER COLUMN requirement_key DROP DEFAULT";
        let from = r#""requirement_key" text NOT NULL DEFAULT ''"#;
        let to = r#""requirement_key" text NOT NULL"#;
        detects(&t, Rebuild("work_items", from, to), postgres, &["pub requirement_key:"]).await;
    }
}
